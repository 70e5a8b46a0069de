#include "base/utf8.h"

namespace kindling {
namespace {

struct Decoded {
  char32_t code_point;
  std::size_t size;
  bool valid;
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

Decoded decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t size = 0;
  unsigned char second_min = 0x80, second_max = 0xbf;  // narrowed against overlong forms, surrogates and > U+10FFFF
  if (lead >= 0xc2 && lead <= 0xdf) size = 2;
  if (lead >= 0xe0 && lead <= 0xef) {
    size = 3;
    if (lead == 0xe0) second_min = 0xa0;
    if (lead == 0xed) second_max = 0x9f;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    if (lead == 0xf0) second_min = 0x90;
    if (lead == 0xf4) second_max = 0x8f;
  }
  if (size == 0) return {replacement_character, 1, false};
  char32_t code_point = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (at + i >= text.size() || !is_continuation(text[at + i])) return {replacement_character, i, false};
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (i == 1 && (byte < second_min || byte > second_max)) return {replacement_character, 1, false};
    code_point = (code_point << 6) | (byte & 0x3f);
  }
  return {code_point, size, true};
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const Decoded decoded = decode(text, at);
  at += decoded.size;
  return decoded.code_point;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3f));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Decoded decoded = decode(text, at);
    if (!decoded.valid) break;
    at += decoded.size;
  }
  return at;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t valid = valid_utf8_prefix(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) break;
    append_utf8(out, replacement_character);
    text.remove_prefix(decode(text, 0).size);
  }
  return out;
}

std::size_t floor_code_point(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  while (at > 0 && is_continuation(text[at])) --at;
  return at;
}

}  // namespace kindling
