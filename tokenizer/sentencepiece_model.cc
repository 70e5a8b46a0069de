#include "tokenizer/sentencepiece_model.h"

#include <cstdint>

#include "tokenizer/proto_fields.h"

namespace kindling {
namespace {

// Numbers of fields and types in sentencepiece_model.proto.
constexpr std::uint64_t pieces_field = 1;  // of ModelProto
constexpr std::uint64_t text_field = 1;    // of its SentencePiece
constexpr std::uint64_t type_field = 3;
constexpr char user_defined = 4;
constexpr char unused = 5;

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
  ProtoFields outer(model, 0, model.size());
  ProtoField field;
  while (outer.next(field)) {
    if (field.number != pieces_field) continue;
    ProtoFields inner(model, field.begin, field.end);
    ProtoField part;
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

namespace {

SentencePieceFile::Piece read_piece(std::string_view model, ProtoFields fields) {
  SentencePieceFile::Piece piece;
  ProtoField field;
  while (fields.next(field)) {
    if (field.number == text_field) piece.text = field.bytes(model);
    if (field.number == 2) piece.score = field.real(model);
    if (field.number == type_field) piece.kind = static_cast<SentencePieceFile::Kind>(field.varint);
  }
  return piece;
}

// Of TrainerSpec.
void read_training(ProtoFields fields, SentencePieceFile& file) {
  ProtoField field;
  while (fields.next(field)) {
    if (field.number == 3) file.model = static_cast<SentencePieceFile::Model>(field.varint);
    if (field.number == 24) file.blank_as_suffix = field.varint != 0;
    if (field.number == 35) file.byte_fallback = field.varint != 0;
  }
}

// Of NormalizerSpec.
void read_normalizing(std::string_view model, ProtoFields fields, SentencePieceFile& file) {
  ProtoField field;
  while (fields.next(field)) {
    if (field.number == 2) file.charsmap = field.bytes(model);
    if (field.number == 3) file.dummy_prefix = field.varint != 0;
    if (field.number == 4) file.remove_extra_blanks = field.varint != 0;
    if (field.number == 5) file.escape_blanks = field.varint != 0;
  }
}

}  // namespace

Result<SentencePieceFile> read_sentencepiece_file(std::string_view model) {
  SentencePieceFile file;
  ProtoFields outer(model, 0, model.size());
  ProtoField field;
  while (outer.next(field)) {
    const ProtoFields inner(model, field.begin, field.end);
    if (field.number == pieces_field) file.pieces.push_back(read_piece(model, inner));
    if (field.number == 2) read_training(inner, file);
    if (field.number == 3) read_normalizing(model, inner, file);
  }
  if (outer.ok()) return file;
  return Error{ErrorCode::malformed, "byte " + std::to_string(outer.at()), "not a SentencePiece model",
               "give the .model file"};
}

}  // namespace kindling
