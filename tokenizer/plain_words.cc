#include "tokenizer/plain_words.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/characters.h"
#include "tokenizer/folding.h"
#include "tokenizer/word_scanner.h"

namespace kindling {
namespace {

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// Scripts written without spaces: each character is a word.
bool stands_alone(char32_t c) {
  return in(c, 0x0e01, 0x0eff) || in(c, 0x1000, 0x109f) || in(c, 0x1780, 0x17d3) || in(c, 0x3041, 0x30ff) ||
         in(c, 0x31f0, 0x31ff) || in(c, 0x3400, 0x4dbf) || in(c, 0x4e00, 0x9fff) || in(c, 0xf900, 0xfaff) ||
         in(c, 0xff66, 0xff9d) || in(c, 0x20000, 0x3fffd);
}

bool is_hyphen(char32_t c) { return c == '-' || c == 0x2010 || c == 0x2011; }
bool is_dash(char32_t c) {
  return is_hyphen(c) || in(c, 0x2012, 0x2015) || c == 0x2212 || c == 0xfe63 || c == 0xff0d;
}
bool is_apostrophe(char32_t c) { return c == '\'' || c == 0x2019 || c == 0x2bc || c == 0xff07; }
bool is_silent(char32_t c) {
  return in(c, 0x64b, 0x652) || c == 0x670 || c == 0x640 ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

bool is_sign(char32_t c) {
  if (c < 0x80) return c == '+' || c == '<' || c == '=' || c == '>' || c == '%' || c == '$';
  if (c == 0xb0 || c == 0x2030 || c == 0x2031 || c == 0x66a || c == 0xff05) return true;
  const auto type = u_charType(static_cast<UChar32>(c));
  return type == U_CURRENCY_SYMBOL || (type == U_MATH_SYMBOL && c != 0x2044 && c != 0x2212);
}

Gap punctuation_gap(char32_t c) {
  if (c == '.' || c == '!' || c == '?') return Gap::stop;
  if (c == ',' || c == ';' || c == ':' || c == '|') return Gap::clause;
  if (c < 0x80) return Gap::joint;
  if (u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_S_TERM)) return Gap::stop;
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_TERMINAL_PUNCTUATION) ? Gap::clause : Gap::joint;
}

// One pass over the text; `word_` is the word that grows.
class Reading {
 public:
  explicit Reading(std::string_view text) : text_(text) { words_.reserve(text.size() / 6); }

  std::vector<PlainWord> run() {
    while (at_ < text_.size()) step();
    finish();
    return std::move(words_);
  }

 private:
  enum class Growing : std::uint8_t { nothing, letters, digits };

  void step() {
    const std::size_t begin = at_;
    const char32_t c = next_code_point(text_, at_);
    if (c < 0x80 ? is_ascii_letter(c) : is_letter(c) || is_mark(c)) return letter(c, begin);
    if (is_digit(c)) return digit(c, begin);
    if (is_silent(c)) return;
    if (growing_ == Growing::letters && is_apostrophe(c) &&
        follows([](char32_t next) { return is_letter(next); })) {
      raw_.push_back('\'');
      return;
    }
    if (growing_ == Growing::digits && joins_digits(c)) return;
    finish();
    if (is_sign(c)) return sign(c, begin);
    if (c >= 0x80 && compatible(begin)) return;
    separate(c, begin);
  }

  template <typename Is>
  [[nodiscard]] bool follows(Is is) const {
    std::size_t next = at_;
    return at_ < text_.size() && is(next_code_point(text_, next));
  }

  void letter(char32_t c, std::size_t begin) {
    if (is_silent(c)) return;
    const bool alone = stands_alone(c);
    const bool continues = growing_ == Growing::letters && (is_mark(c) || (!alone && !alone_));
    if (!continues || raw_.size() + 4 > plain_word_bytes_max) {
      finish();
      start(Growing::letters, begin);
      capital_ = is_upper(c);
      alone_ = alone;
    }
    if (c < 0x80) {
      raw_.push_back(static_cast<char>(is_ascii_upper(c) ? c | 0x20 : c));
    } else {
      foreign_ = true;
      raw_.append(text_.substr(begin, at_ - begin));
    }
    end_ = at_;
  }

  void digit(char32_t c, std::size_t begin) {
    if (growing_ != Growing::digits || raw_.size() + 2 > plain_word_bytes_max) {
      const bool minus = minus_ && growing_ == Growing::nothing;
      finish();
      if (minus)
        emit("-", PlainKind::sign, {static_cast<std::uint32_t>(minus_at_), static_cast<std::uint32_t>(begin)});
      start(Growing::digits, begin);
    }
    raw_.push_back(static_cast<char>('0' + u_charDigitValue(static_cast<UChar32>(c))));
    end_ = at_;
  }

  // A decimal point stays; a comma that groups three digits goes.
  bool joins_digits(char32_t c) {
    const bool comma = c == ',' || c == 0x66c || c == 0xff0c;
    const bool point = c == '.' || c == 0x66b || c == 0xff0e;
    if ((!comma && !point) || !follows(is_digit)) return false;
    std::size_t next = at_, digits = 0;
    while (next < text_.size() && digits < 4 && is_digit(next_code_point(text_, next))) ++digits;
    if (!(comma && digits == 3)) raw_.push_back(comma && c != 0x66c ? ',' : '.');
    return true;
  }

  void sign(char32_t c, std::size_t begin) {
    std::string text;
    append_utf8(text, c == 0x66a || c == 0xff05 ? U'%' : c);
    emit(fold_word(text, Language::unknown), PlainKind::sign, span(begin, at_));
  }

  // "½", "²", "①", "№", "㎏": read as what they are compatible with.
  bool compatible(std::size_t begin) {
    const std::string folded = fold_word(text_.substr(begin, at_ - begin), Language::unknown);
    bool found = false, continues = false;
    for (std::size_t i = 0; i < folded.size();) {
      const std::size_t from = i;
      const char32_t c = next_code_point(folded, i);
      const bool number = is_digit(c);
      if (!number && !is_letter(c)) {
        continues = false;
        continue;
      }
      if (continues && (words_.back().kind == PlainKind::number) == number) {
        words_.back().text.append(folded, from, i - from);
      } else {
        emit(folded.substr(from, i - from), number ? PlainKind::number : PlainKind::word, span(begin, at_));
      }
      found = continues = true;
    }
    return found;
  }

  void separate(char32_t c, std::size_t begin) {
    minus_ = false;
    if (is_white_space(c)) {
      const bool hyphenated = hyphen_ && (line_end_ || c == '\n' || c == '\r' || wraps());
      const bool blank_line = line_end_ && c == '\n';
      line_end_ |= c == '\n';
      gap_ = std::max(gap_, blank_line ? Gap::stop : hyphenated ? Gap::joint : Gap::space);
      return;
    }
    if (is_dash(c)) {
      hyphen_ = is_hyphen(c) && gap_ == Gap::none;
      if (!hyphen_ && gap_ == Gap::space) gap_ = Gap::clause;
      minus_ = gap_ >= Gap::space || parenthesis_ || words_.empty() || words_.back().kind == PlainKind::sign;
      minus_ &= words_.empty() || words_.back().kind != PlainKind::number;
      minus_at_ = begin;
      gap_ = std::max(gap_, Gap::joint);
      return;
    }
    hyphen_ = false;
    parenthesis_ = c == '(';
    gap_ = std::max(gap_, punctuation_gap(c));
  }

  // Whether nothing but blanks stand before the next line end.
  [[nodiscard]] bool wraps() const {
    for (std::size_t i = at_; i < text_.size() && i < at_ + 8; ++i) {
      if (text_[i] == '\n') return true;
      if (text_[i] != ' ' && text_[i] != '\r' && text_[i] != '\t') return false;
    }
    return false;
  }

  void start(Growing what, std::size_t begin) {
    growing_ = what;
    begin_ = begin;
    capital_ = false;
    foreign_ = false;
    alone_ = false;
    raw_.clear();
  }

  void finish() {
    if (growing_ == Growing::nothing) return;
    const bool letters = growing_ == Growing::letters;
    growing_ = Growing::nothing;
    std::string text = foreign_ ? folded_letters() : raw_;
    if (text.empty()) return;
    emit(std::move(text), letters ? PlainKind::word : PlainKind::number, span(begin_, end_));
    words_.back().capital = letters && capital_;
  }

  // The i of Turkish has a dot or has none; capitals in other hands lose the difference.
  [[nodiscard]] std::string folded_letters() const {
    std::string folded = fold_word(raw_, Language::unknown);
    for (const std::string_view dot : {std::string_view("\u0307"), std::string_view("\u0131")}) {
      for (std::size_t at = folded.find(dot); at != folded.npos; at = folded.find(dot, at)) {
        folded.replace(at, dot.size(), dot == "\u0131" ? "i" : "");
      }
    }
    return folded;
  }

  void emit(std::string text, PlainKind kind, ByteSpan where) {
    words_.push_back({std::move(text), where, kind, words_.empty() ? Gap::stop : gap_, false});
    gap_ = Gap::none;
    hyphen_ = line_end_ = minus_ = parenthesis_ = false;
  }

  static ByteSpan span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<PlainWord> words_;
  Growing growing_ = Growing::nothing;
  std::string raw_;
  std::size_t begin_ = 0, end_ = 0;
  bool capital_ = false, foreign_ = false, alone_ = false;
  Gap gap_ = Gap::none;
  bool hyphen_ = false, line_end_ = false, minus_ = false, parenthesis_ = false;
  std::size_t minus_at_ = 0;
};

}  // namespace

std::vector<PlainWord> plain_words(std::string_view text) { return Reading(text).run(); }

}  // namespace kindling
