#include "tokenizer/sentencepiece_model.h"

#include <cstdint>

namespace kindling {
namespace {

// Protocol buffers: a field is its number and wire type in a varint, then the value.
constexpr std::uint64_t pieces_field = 1;  // of ModelProto
constexpr std::uint64_t text_field = 1;    // of its SentencePiece
constexpr std::uint64_t type_field = 3;
constexpr char user_defined = 4;
constexpr char unused = 5;

struct Field {
  std::uint64_t number = 0;
  std::size_t begin = 0;  // of the value, in the whole
  std::size_t end = 0;
};

// Reads the fields of one message, which is [at, end) of `bytes`.
class Fields {
 public:
  Fields(std::string_view bytes, std::size_t at, std::size_t end) : bytes_(bytes), at_(at), end_(end) {}

  // The next field; false at the end, or where the bytes are no field (then `ok` is false).
  bool next(Field& field) {
    if (at_ >= end_) return false;
    std::uint64_t key = 0;
    if (!varint(key)) return fail();
    field.number = key >> 3;
    field.begin = at_;
    std::uint64_t size = 0;
    switch (key & 7) {
      case 0:
        if (!varint(size)) return fail();
        size = 0;
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

bool is_upper_or_slash(char c) {
  return (c >= 'A' && c <= 'Z') || c == '_' || c == '/' || (c >= '0' && c <= '9');
}

// "<|...", "<...>" with an underscore, "<bos>" and its like, "[CAPITALS]".
bool is_control(std::string_view piece) {
  if (piece.starts_with("<|")) return true;
  if (piece.size() > 2 && piece.front() == '<' && piece.back() == '>') {
    const std::string_view name = piece.substr(1, piece.size() - 2);
    for (const std::string_view known : {"s", "/s", "bos", "eos", "pad", "unk", "mask", "cls", "sep"}) {
      if (name == known) return true;
    }
    return name.find('_') != std::string_view::npos || name.starts_with("unused");
  }
  if (piece.size() > 2 && piece.front() == '[' && piece.back() == ']') {
    for (const char c : piece.substr(1, piece.size() - 2)) {
      if (!is_upper_or_slash(c)) return false;
    }
    return true;
  }
  return false;
}

}  // namespace

Result<std::string> without_control_pieces(std::string_view model) {
  std::string defused(model);
  Fields outer(model, 0, model.size());
  Field field;
  while (outer.next(field)) {
    if (field.number != pieces_field) continue;
    Fields inner(model, field.begin, field.end);
    Field part;
    std::string_view text;
    std::size_t type_at = 0;
    while (inner.next(part)) {
      if (part.number == text_field) text = model.substr(part.begin, part.end - part.begin);
      if (part.number == type_field && part.end - part.begin == 1) type_at = part.begin;
    }
    if (!inner.ok())
      return Error{ErrorCode::malformed, "byte " + std::to_string(inner.at()), "not a SentencePiece model",
                   "give the .model file"};
    if (type_at != 0 && model[type_at] == user_defined && is_control(text)) defused[type_at] = unused;
  }
  if (!outer.ok())
    return Error{ErrorCode::malformed, "byte " + std::to_string(outer.at()), "not a SentencePiece model",
                 "give the .model file"};
  return defused;
}

}  // namespace kindling
