// Fields of protocol buffers (the wire format), read in place: a field is its number and wire type in a varint,
// then the value.
//
// Private to tokenizer/. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kindling {

struct ProtoField {
  std::uint64_t number = 0;
  std::size_t begin = 0;  // of the value, in the whole
  std::size_t end = 0;
  std::uint64_t varint = 0;  // the value itself, where it is one

  [[nodiscard]] std::string_view bytes(std::string_view whole) const {
    return whole.substr(begin, end - begin);
  }
  // Of a fixed 32-bit field.
  [[nodiscard]] float real(std::string_view whole) const {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4 && begin + i < end; ++i)
      bits |= std::uint32_t{static_cast<unsigned char>(whole[begin + i])} << 8 * i;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
};

// Reads the fields of one message, which is [at, end) of `bytes`.
class ProtoFields {
 public:
  ProtoFields(std::string_view bytes, std::size_t at, std::size_t end) : bytes_(bytes), at_(at), end_(end) {}

  // The next field; false at the end, or where the bytes are no field (then `ok` is false).
  bool next(ProtoField& field) {
    if (at_ >= end_) return false;
    std::uint64_t key = 0;
    if (!varint(key)) return fail();
    field.number = key >> 3;
    field.begin = at_;
    std::uint64_t size = 0;
    switch (key & 7) {
      case 0:
        if (!varint(field.varint)) return fail();
        break;
      case 1:
        size = 8;
        break;
      case 2:
        if (!varint(size)) return fail();
        field.begin = at_;
        break;
      case 5:
        size = 4;
        break;
      default:
        return fail();
    }
    if (size > end_ - at_) return fail();
    at_ += size;
    field.end = at_;
    return true;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && at_ < end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool fail() {
    ok_ = false;
    return false;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::size_t end_;
  bool ok_ = true;
};

}  // namespace kindling
