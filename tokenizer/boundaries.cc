#include "tokenizer/boundaries.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/utf8.h"
#include "tokenizer/abbreviations.h"
#include "tokenizer/characters.h"

namespace kindling {
namespace {

// What a byte can mean for the end of a sentence; everything `plain` is skipped in a tight loop.
enum class ByteKind : std::uint8_t {
  plain,
  period,      // may also belong to an abbreviation or a number
  terminator,  // ! and ?
  semicolon,   // the Greek question mark
  newline,
  lead,  // of a character that needs decoding: terminators of other scripts, Thai
};

constexpr std::array<ByteKind, 256> byte_kinds = [] {
  std::array<ByteKind, 256> kinds{};
  kinds['.'] = ByteKind::period;
  kinds['!'] = kinds['?'] = ByteKind::terminator;
  kinds[';'] = ByteKind::semicolon;
  kinds['\n'] = kinds['\r'] = ByteKind::newline;
  // Leads of every character below that ends sentences: U+037E, U+0589, Arabic, U+0700, the Indic and
  // South-East Asian blocks, U+2026 and U+203C.., CJK and full-width forms.
  for (const int lead : {0xcd, 0xd6, 0xd8, 0xdb, 0xdc, 0xe0, 0xe1, 0xe2, 0xe3, 0xef})
    kinds[lead] = ByteKind::lead;
  return kinds;
}();

enum class Ending : std::uint8_t {
  none,
  period,
  terminator,
  unspaced
};  // unspaced: needs no white space behind it

Ending ending_of(char32_t c) {
  switch (c) {
    case '.':
    case 0x2026:
      return Ending::period;
    case '!':
    case '?':
    case 0x203c:
    case 0x203d:
    case 0x2047:
    case 0x2048:
    case 0x2049:
      return Ending::terminator;
    case 0x037e:
    case 0x0589:
    case 0x061f:
    case 0x06d4:
    case 0x0700:
    case 0x0964:
    case 0x0965:
    case 0x0f0d:
    case 0x104a:
    case 0x104b:
    case 0x1362:
    case 0x1367:
    case 0x17d4:
    case 0x17d5:
    case 0x1803:
    case 0x3002:
    case 0xff01:
    case 0xff0e:
    case 0xff1f:
    case 0xff61:
      return Ending::unspaced;
    default:
      return Ending::none;
  }
}

bool is_thai(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && text[at] == '\xe0' && (text[at + 1] == '\xb8' || text[at + 1] == '\xb9');
}

// Thai writes no full stop; a space stands between sentences and, less often, phrases. It ends a sentence that
// is already this long.
constexpr std::size_t thai_sentence_bytes_min = 240;

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<ByteSpan> split() {
    while (at_ < text_.size()) {
      switch (byte_kinds[static_cast<unsigned char>(text_[at_])]) {
        case ByteKind::plain:
          ++at_;
          break;
        case ByteKind::newline:
          at_newline();
          break;
        case ByteKind::semicolon:
          at_semicolon();
          break;
        case ByteKind::period:
        case ByteKind::terminator:
          at_ending();
          break;
        case ByteKind::lead:
          at_lead();
          break;
      }
    }
    end_sentence();
    return std::move(sentences_);
  }

 private:
  [[nodiscard]] char32_t peek(std::size_t at) const {
    return at < text_.size() ? next_code_point(text_, at) : U'\0';
  }

  void end_sentence() {
    if (at_ > begin_)
      sentences_.push_back({static_cast<std::uint32_t>(begin_), static_cast<std::uint32_t>(at_)});
    begin_ = at_;
  }

  // Moves past white space; true if it held a blank line or a paragraph separator.
  bool skip_space() {
    int newlines = 0;
    bool paragraph = false;
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      std::size_t next = at_;
      const char32_t c = next_code_point(text_, next);
      if (!is_white_space(c)) break;
      if (byte == '\n' || (byte == '\r' && (next == text_.size() || text_[next] != '\n'))) ++newlines;
      paragraph |= c == 0x2029;
      if (newlines > 0) last_line_ = next;
      at_ = next;
    }
    return paragraph || newlines > 1;
  }

  // True where a line starts as a list item: "- ", "• ", "12. ", "3) ".
  [[nodiscard]] bool is_list_item(std::size_t at) const {
    std::size_t next = at;
    const char32_t c = peek(at);
    if (c == 0) return false;
    (void)next_code_point(text_, next);
    if (c == '-' || c == '*' || c == '+' || c == 0x2022 || c == 0x25e6 || c == 0x25aa) return peek(next) == ' ';
    std::size_t digits = 0;
    while (digits < 4 && at + digits < text_.size() &&
           is_ascii_digit(static_cast<unsigned char>(text_[at + digits])))
      ++digits;
    const char32_t behind = peek(at + digits);
    return digits >= 1 && digits <= 3 && (behind == '.' || behind == ')') && peek(at + digits + 1) == ' ';
  }

  // A single line end is white space (texts are wrapped), unless a list item follows.
  void at_newline() {
    const bool paragraph = skip_space();
    if (paragraph || is_list_item(at_)) end_sentence();
  }

  void at_semicolon() {
    std::size_t begin = 0;
    const char32_t before = at_ > begin_ ? code_point_before(text_, at_, begin) : U'\0';
    ++at_;
    const bool greek = before >= 0x370 && before < 0x400;
    if (greek && is_white_space(peek(at_)) && (skip_space() || !is_lower(next_letter()))) end_sentence();
  }

  void at_lead() {
    if (is_thai(text_, at_)) return at_thai();
    std::size_t next = at_;
    const char32_t c = next_code_point(text_, next);
    if (c == 0x2029) {
      skip_space();
      end_sentence();
    } else if (ending_of(c) != Ending::none) {
      at_ending();
    } else {
      at_ = next;
    }
  }

  void at_thai() {
    at_ += 3;
    if (at_ - begin_ < thai_sentence_bytes_min || at_ >= text_.size() || text_[at_] != ' ') return;
    skip_space();
    if (is_thai(text_, at_)) end_sentence();
  }

  // At ., !, ? or their like: takes the whole group ("?!", "...", ".”[12]"), then decides.
  void at_ending() {
    const std::size_t first = at_;
    Ending ending = Ending::none;
    std::size_t count = 0;
    while (at_ < text_.size()) {
      std::size_t next = at_;
      const Ending found = ending_of(next_code_point(text_, next));
      if (found == Ending::none) break;
      ending = std::max(ending, found);
      ++count;
      at_ = next;
    }
    bool quoted = false;
    skip_closing(quoted);
    const bool spaced = at_ == text_.size() || is_white_space(peek(at_));
    if (!spaced && ending != Ending::unspaced) return;
    if (ending == Ending::unspaced && !spaced && is_digit(peek(at_)) &&
        text_.substr(first).starts_with("\xef\xbc\x8e"))
      return;
    const bool lone_period = ending == Ending::period && count == 1 && text_[first] == '.' && !quoted;
    if (skip_space() || at_ == text_.size() || (at_ == last_line_ && is_list_item(at_))) return end_sentence();
    const char32_t letter = next_letter();
    if (is_lower(letter) && (ending == Ending::period || quoted)) return;
    if (lone_period && belongs_to_word(first)) return;
    end_sentence();
  }

  // Closing quotation marks and brackets, and references as encyclopedias set them: [12].
  void skip_closing(bool& quoted) {
    while (at_ < text_.size()) {
      if (text_[at_] == '[') {
        std::size_t digits = 0;
        while (digits < 4 && at_ + 1 + digits < text_.size() &&
               is_ascii_digit(static_cast<unsigned char>(text_[at_ + 1 + digits])))
          ++digits;
        if (digits == 0 || peek(at_ + 1 + digits) != ']') return;
        at_ += digits + 2;
        continue;
      }
      std::size_t next = at_;
      const char32_t c = next_code_point(text_, next);
      // “ and « open in some languages and close in others: what follows tells.
      const bool closing =
          is_closing(c) || ((c == 0x201c || c == 0xab) && !is_letter(peek(next)) && !is_digit(peek(next)));
      if (!closing) return;
      quoted |= c != ')' && c != ']' && c != '}';
      at_ = next;
    }
  }

  // The first character of what comes, behind opening quotation marks and brackets (a few).
  [[nodiscard]] char32_t next_letter() const {
    std::size_t at = at_;
    for (int i = 0; i < 4 && at < text_.size(); ++i) {
      const char32_t c = next_code_point(text_, at);
      if (!is_opening(c)) return c;
    }
    return 0;
  }

  // The period at `period` is part of the word before it, not the end of a sentence.
  [[nodiscard]] bool belongs_to_word(std::size_t period) const {
    const std::string_view word = word_before(text_.substr(begin_, period - begin_));
    const bool starts_line = begin_ + word.size() >= period || line_starts_before(period - word.size());
    return is_abbreviation(word, word_after(text_.substr(at_)), starts_line);
  }

  [[nodiscard]] bool line_starts_before(std::size_t at) const {
    while (at > begin_ && (text_[at - 1] == ' ' || text_[at - 1] == '\t' || text_[at - 1] == '#')) --at;
    return at == begin_ || text_[at - 1] == '\n';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;                           // of the sentence being read
  std::size_t last_line_ = std::string_view::npos;  // where the line begins that skip_space last ended in
  std::vector<ByteSpan> sentences_;
};

}  // namespace

std::vector<ByteSpan> sentence_spans(std::string_view text) {
  KINDLING_CHECK(text.size() <= UINT32_MAX);
  return Splitter(text).split();
}

}  // namespace kindling
