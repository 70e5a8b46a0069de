#include "engine/ingest/chunk_space.h"

#include "base/utf8.h"

namespace kindling {

bool is_blank(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
         c == 0x202f || c == 0x205f || c == 0x3000;
}

ByteSpan trimmed(std::string_view text, ByteSpan span) {
  while (span.begin < span.end) {
    std::size_t after = span.begin;
    if (!is_blank(next_code_point(text, after))) break;
    span.begin = static_cast<std::uint32_t>(after);
  }
  while (span.begin < span.end) {
    const std::size_t last = floor_code_point(text, span.end - 1);
    std::size_t after = last;
    if (!is_blank(next_code_point(text, after))) break;
    span.end = static_cast<std::uint32_t>(last);
  }
  return span;
}

bool has_plain_space(std::string_view text, ByteSpan span) {
  return slice(text, span).find_first_of(" \t\n\r") != std::string_view::npos;
}

BlankLines blank_lines(std::string_view text, ByteSpan span) {
  BlankLines found;
  std::uint32_t line_end = BlankLines::none;  // the line end before, when only blanks have followed it
  for (std::uint32_t at = span.begin; at < span.end; ++at) {
    const char c = text[at];
    if (c == '\n') {
      if (line_end != BlankLines::none) {
        if (found.first == BlankLines::none) found.first = line_end;
        found.last = at + 1;
      }
      line_end = at;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      line_end = BlankLines::none;
    }
  }
  return found;
}

std::string words_on_one_line(std::string_view text, std::size_t bytes_max) {
  std::string words;
  std::size_t word_begin = 0;  // of the last word begun in `words`
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_blank(c)) {
      gap = !words.empty();
      continue;
    }
    if (gap) word_begin = words.size();
    if (gap) words.push_back(' ');
    gap = false;
    append_utf8(words, c);
    if (words.size() > bytes_max) {
      words.resize(word_begin > 0 ? word_begin : floor_code_point(words, bytes_max));
      break;
    }
  }
  return words;
}

}  // namespace kindling
