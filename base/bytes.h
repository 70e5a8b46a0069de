// Bytes as they lie in files: little-endian integers, varints, checksums.
//
// ByteReader is for bytes that may be hostile: every read is bounded, and after the first failure all reads fail and
// return zero, so that a caller checks once at the end. Not thread-safe; borrows the bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace kindling {

static_assert(std::endian::native == std::endian::little, "files are little-endian and read in place");

// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4. crc32c("123456789") == 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

// LEB128: seven bits a byte, low bits first; at most 5 or 10 bytes.
void put_varint(std::string& out, std::uint64_t value);

template <typename T>
void put_fixed(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A varint length, then the bytes.
void put_string(std::string& out, std::string_view value);

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint64_t varint();
  [[nodiscard]] std::string_view string();          // written by put_string; borrows
  [[nodiscard]] std::string_view take(std::size_t size);

  template <typename T>
  [[nodiscard]] T fixed() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    const std::string_view bytes = take(sizeof value);
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace kindling
