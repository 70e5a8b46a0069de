// Varints of 32 bits from bytes that may be damaged, the one-byte case first: after damage `ok` is false and
// zeros come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindling {

class VarintStream {
 public:
  VarintStream() = default;
  explicit VarintStream(std::string_view bytes)
      : at_(reinterpret_cast<const unsigned char*>(bytes.data())), end_(at_ + bytes.size()) {}

  std::uint32_t next() {
    if (at_ != end_ && *at_ < 0x80) return *at_++;
    return next_long();
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

  // For those who read ahead. Requires: count <= remaining().
  [[nodiscard]] const unsigned char* bytes() const { return at_; }
  void pass(std::size_t count) { at_ += count; }

 private:
  std::uint32_t next_long() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && at_ != end_; shift += 7) {
      const unsigned char byte = *at_++;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80 && value <= 0xffffffff) return static_cast<std::uint32_t>(value);
    }
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const unsigned char* at_ = nullptr;
  const unsigned char* end_ = nullptr;
  bool ok_ = true;
};

}  // namespace kindling
