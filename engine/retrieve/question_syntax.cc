#include "engine/retrieve/question_syntax.h"

#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::size_t beginning_letters_min = 2;

// What may close a quote that opens with the sign; empty: it opens none.
std::u32string_view closing_of(char32_t sign) {
  switch (sign) {
    case U'"':
      return U"\"";
    case U'\u201c':
      return U"\u201d";
    case U'\u201e':
      return U"\u201c\u201d";
    case U'\u201d':
      return U"\u201d";
    case U'\u00ab':
      return U"\u00bb";
    case U'\u00bb':
      return U"\u00ab\u00bb";
    case U'\u300c':
      return U"\u300d";
    case U'\u300e':
      return U"\u300f";
    default:
      return {};
  }
}

bool is_blank(char32_t c) {
  return c == U' ' || (c >= U'\t' && c <= U'\r') || c == U'\u00a0' || c == U'\u202f' || c == U'\u3000';
}

// Without tables: what is no sign of ASCII's and no general punctuation is taken for a letter.
bool is_word_letter(char32_t c) {
  if (c < 0x80) return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
  const bool sign = c <= U'\u00bf' || (c >= U'\u2000' && c <= U'\u206f') ||
                    (c >= U'\u3000' && c <= U'\u303f') || (c >= U'\uff00' && c <= U'\uff0f');
  return !sign;
}

// Quotes of these scripts stand within a line without blanks.
bool is_corner(char32_t c) { return c >= U'\u300c' && c <= U'\u300f'; }

struct Letter {
  char32_t letter;
  std::uint32_t begin;
  std::uint32_t end;
};

class Reading {
 public:
  explicit Reading(std::string_view question) {
    for (std::size_t at = 0; at < question.size();) {
      const auto begin = static_cast<std::uint32_t>(at);
      const char32_t letter = next_code_point(question, at);
      letters_.push_back({letter, begin, static_cast<std::uint32_t>(at)});
    }
  }

  QuestionSyntax run() {
    QuestionSyntax syntax;
    for (std::size_t i = 0; i < letters_.size(); ++i) {
      if (const std::size_t close = closing_at(i); close != i) {
        if (close > i + 1) syntax.phrases.push_back({letters_[i].end, letters_[close].begin});
        i = close;
      } else if (at(i) == U'*') {
        add_beginning(i, syntax);
      }
    }
    return syntax;
  }

 private:
  [[nodiscard]] char32_t at(std::size_t i) const { return i < letters_.size() ? letters_[i].letter : U' '; }

  // The place of the quote that closes the one at `open`; `open` itself when none opens there.
  [[nodiscard]] std::size_t closing_at(std::size_t open) const {
    const char32_t sign = at(open);
    const std::u32string_view closing = closing_of(sign);
    if (closing.empty() || (open > 0 && !is_corner(sign) && is_word_letter(at(open - 1)))) return open;
    if (is_blank(at(open + 1)) && sign != U'\u00ab') return open;
    for (std::size_t i = open + 1; i < letters_.size(); ++i) {
      if (closing.find(at(i)) == std::u32string_view::npos) continue;
      if (is_corner(sign) || !is_word_letter(at(i + 1))) return i;
    }
    return open;
  }

  void add_beginning(std::size_t star, QuestionSyntax& syntax) const {
    if (at(star + 1) == U'*' || is_word_letter(at(star + 1))) return;
    std::size_t first = star;
    while (first > 0 && (is_word_letter(at(first - 1)) || at(first - 1) == U'_')) --first;
    if (star - first < beginning_letters_min || (first > 0 && at(first - 1) == U'*')) return;
    syntax.beginnings.push_back({letters_[first].begin, letters_[star].begin});
  }

  std::vector<Letter> letters_;
};

}  // namespace

QuestionSyntax read_syntax(std::string_view question) {
  // Most questions have none of it.
  if (question.find_first_of("\"*\xe2\xc2\xe3") == std::string_view::npos) return {};
  return Reading(question).run();
}

}  // namespace kindling
