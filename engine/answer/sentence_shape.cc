#include "engine/answer/sentence_shape.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "engine/pack/sentence_words.h"

namespace kindling {
namespace {

constexpr std::size_t heading_bytes_max = 80;
constexpr std::size_t heading_words_max = 10;
constexpr std::size_t fragment_words_max = 5;
constexpr double code_sign_share = .12;  // of the bytes, from which a line is code

constexpr float markup_worth = .05f;
constexpr float wordless_worth = .1f;
constexpr float question_worth = .2f;
constexpr float nothing_new_worth = .3f;
constexpr float code_worth = .5f;
constexpr float fragment_worth = .6f;
constexpr float announcing_worth = .7f;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

template <std::size_t n>
bool ends_with_any(std::string_view text, const std::array<std::string_view, n>& ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

std::string_view without_closers(std::string_view text) {
  static constexpr std::array<std::string_view, 14> closers{
      "'", "\"", ")", "]", "*", "_", "\u201d", "\u2019", "\u00bb", "\uff09", "\u300d", "\u300f", "\u300b", " "};
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (const std::string_view closer : closers) {
      if (!text.ends_with(closer)) continue;
      text.remove_suffix(closer.size());
      shorter = true;
    }
  }
  return text;
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  each_word(text, [&](std::size_t, std::size_t) { ++words; });
  return words;
}

// Letters of any script; bytes beyond ASCII count as half of one.
std::size_t count_letters(std::string_view text) {
  std::size_t ascii = 0, others = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') ++ascii;
    if (byte >= 0x80) ++others;
  }
  return ascii + others / 2;
}

bool begins_with_digit_after(std::string_view line, char mark) {
  return line.size() >= 3 && line[0] == mark && line[1] >= '0' && line[1] <= '9';
}

// reStructuredText, Textile, roff, LaTeX, a tag on a line of its own, a field of metadata.
bool is_directive(std::string_view line) {
  if (line.starts_with(".. ") || line == "..") return true;
  if (begins_with_digit_after(line, 'h') && line[2] == '.') return true;
  if (line.starts_with("\\begin{") || line.starts_with("\\end{")) return true;
  if (line.starts_with('<') && line.ends_with('>') && line.find('>') == line.size() - 1) return true;
  const bool field =
      line.starts_with(':') && line.find(':', 1) != line.npos && line.find(' ') > line.find(':', 1);
  return field || line.starts_with("{{") || line.starts_with("{%") || line.starts_with("```");
}

}  // namespace

bool ends_as_sentence(std::string_view text) {
  static constexpr std::array<std::string_view, 14> ends{".",      "!",      "?",      ":",      ";",
                                                         "\u3002", "\uff01", "\uff1f", "\u061f", "\u0964",
                                                         "\uff1b", "\u061b", "\uff1a", "\u2026"};
  return ends_with_any(without_closers(trimmed(text)), ends);
}

bool is_question(std::string_view text) {
  static constexpr std::array<std::string_view, 3> ends{"?", "\uff1f", "\u061f"};
  return ends_with_any(without_closers(trimmed(text)), ends);
}

bool is_table_row(std::string_view text) {
  const std::string_view row = trimmed(text);
  return row.size() > 1 && row.front() == '|' && row.find('|', 1) != row.npos && count_words(row) > 0;
}

bool is_markup(std::string_view text) {
  const std::string_view line = trimmed(text);
  return count_words(line) == 0 || is_directive(line);
}

bool is_heading_like(std::string_view text) {
  const std::string_view line = trimmed(text);
  return !line.empty() && line.size() < heading_bytes_max && line.find('\n') == line.npos &&
         !is_table_row(line) && !is_markup(line) && !ends_as_sentence(line) &&
         count_words(line) <= heading_words_max;
}

bool is_code_like(std::string_view text) {
  const std::string_view line = trimmed(text);
  if (line.starts_with("$ ") || line.starts_with(">>> ") || line.starts_with("#!") || line.ends_with("::"))
    return true;
  if (is_table_row(line) || line.empty()) return false;
  if (line.ends_with(';') || line.ends_with('{') || line.ends_with('}')) {
    if (line.find_first_of("(={}") != line.npos) return true;
  }
  static constexpr std::string_view signs = "{}[]<>=\\|$&^~@#`+*";
  const auto used = std::count_if(line.begin(), line.end(), [](char c) { return signs.find(c) != signs.npos; });
  return static_cast<double>(used) >= code_sign_share * static_cast<double>(line.size());
}

float answer_worth(std::string_view text, std::size_t new_words) {
  const std::string_view line = trimmed(text);
  if (is_markup(line)) return markup_worth;
  if (is_table_row(line)) return 1;
  if (count_letters(line) < 2) return wordless_worth;
  float worth = 1;
  const bool blanks = line.find(' ') != line.npos;  // a script that writes none has no words to count
  const bool ends = ends_as_sentence(line);
  if (is_question(line)) worth *= question_worth;
  if (is_code_like(line)) worth *= code_worth;
  if (!ends && blanks && new_words < 2) worth *= nothing_new_worth;
  if (!ends && blanks && count_words(line) <= fragment_words_max) worth *= fragment_worth;
  if (line.ends_with(':')) worth *= announcing_worth;
  return worth;
}

}  // namespace kindling
