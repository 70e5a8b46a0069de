#include "tokenizer/estimator.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/utf8.h"
#include "tokenizer/characters.h"

namespace kindling {
namespace {

// Classes of characters. Each character costs its class; the first of a run of a class costs its `start`
// besides.
enum class Class : std::uint8_t {
  none,   // before the text
  lower,  // a-z but the next
  rare,   // j k q v w x z: words that hold them are cut sooner
  upper,
  digit,
  space,
  tab,
  newline,
  sign,        // ASCII punctuation and symbols
  latin,       // letters of the other Latin blocks
  vietnamese,  // U+1EA0..U+1EFF
  greek,
  cyrillic,
  hebrew,
  arabic,
  devanagari,
  indic,  // Bengali to Sinhala
  thai,
  south_east,  // Lao, Tibetan, Burmese, Khmer
  caucasian,   // Armenian, Georgian
  kana,
  han,
  hangul,
  wide_sign,  // punctuation of East Asia, full-width forms
  quote,      // general punctuation: dashes, curly quotation marks
  astral,     // beyond the BMP, and rare Han
  other,
};
constexpr std::size_t class_count = static_cast<std::size_t>(Class::other) + 1;

// A run goes on between classes of one group.
enum class Group : std::uint8_t {
  alone,
  latin,
  upper,
  space,
  newline,
  sign,
  greek,
  cyrillic,
  arabic,
  indic,
  caucasian,
  hangul
};

// In 1/128 of a token; fitted as docs/counting.md tells. No start reaches half a token: counts stay additive
// within one.
struct Cost {
  Class of;
  std::uint16_t each;
  std::uint16_t start = 0;
  Group group = Group::alone;
};

constexpr std::array<Cost, class_count> costs{{
    {Class::none, 0},
    {Class::lower, 23, 18, Group::latin},
    {Class::rare, 90, 18, Group::latin},
    {Class::upper, 18, 58, Group::upper},
    {Class::digit, 85},
    {Class::space, 0, 0, Group::space},
    {Class::tab, 0},
    {Class::newline, 20, 58, Group::newline},
    {Class::sign, 48, 58, Group::sign},
    {Class::latin, 123, 18, Group::latin},
    {Class::vietnamese, 45, 18, Group::latin},
    {Class::greek, 43, 58, Group::greek},
    {Class::cyrillic, 30, 58, Group::cyrillic},
    {Class::hebrew, 60},
    {Class::arabic, 35, 58, Group::arabic},
    {Class::devanagari, 50},
    {Class::indic, 49, 58, Group::indic},
    {Class::thai, 56},
    {Class::south_east, 56},
    {Class::caucasian, 44, 49, Group::caucasian},
    {Class::kana, 81},
    {Class::han, 104},
    {Class::hangul, 78, 58, Group::hangul},
    {Class::wide_sign, 154},
    {Class::quote, 133},
    {Class::astral, 282},
    {Class::other, 77},
}};
constexpr std::uint64_t unit = 128;

constexpr bool costs_are_sound = [] {
  for (std::size_t i = 0; i < class_count; ++i) {
    if (costs[i].of != static_cast<Class>(i) || costs[i].start >= unit / 2) return false;
  }
  return true;
}();
static_assert(costs_are_sound);

constexpr const Cost& cost(Class of) { return costs[static_cast<std::size_t>(of)]; }

// Whether a character of class `next` goes on with the run that `before` is in: small letters also behind a
// capital.
constexpr bool continues(Class before, Class next) {
  const Group group = cost(next).group;
  if (group == Group::alone || before == Class::none) return false;
  return cost(before).group == group || (group == Group::latin && before == Class::upper);
}

constexpr Class ascii_class(unsigned char c) {
  if (c >= 'a' && c <= 'z')
    return std::string_view("jkqvwxz").find(static_cast<char>(c)) == std::string_view::npos ? Class::lower
                                                                                            : Class::rare;
  if (c >= 'A' && c <= 'Z') return Class::upper;
  if (c >= '0' && c <= '9') return Class::digit;
  if (c == ' ') return Class::space;
  if (c == '\t') return Class::tab;
  return c == '\n' || c == '\r' ? Class::newline : Class::sign;
}

struct Block {
  char32_t last;
  Class of;
};

// The BMP above ASCII, each entry up to `last`.
constexpr std::array blocks{
    Block{0x24f, Class::latin},      Block{0x36f, Class::other},     Block{0x3ff, Class::greek},
    Block{0x52f, Class::cyrillic},   Block{0x58f, Class::caucasian}, Block{0x5ff, Class::hebrew},
    Block{0x77f, Class::arabic},     Block{0x8ff, Class::other},     Block{0x97f, Class::devanagari},
    Block{0xdff, Class::indic},      Block{0xe7f, Class::thai},      Block{0x109f, Class::south_east},
    Block{0x10ff, Class::caucasian}, Block{0x177f, Class::other},    Block{0x17ff, Class::south_east},
    Block{0x1dff, Class::other},     Block{0x1e9f, Class::latin},    Block{0x1eff, Class::vietnamese},
    Block{0x1fff, Class::greek},     Block{0x206f, Class::quote},    Block{0x2fff, Class::other},
    Block{0x303f, Class::wide_sign}, Block{0x30ff, Class::kana},     Block{0x33ff, Class::other},
    Block{0x4dff, Class::astral},    Block{0x9fff, Class::han},      Block{0xabff, Class::other},
    Block{0xd7af, Class::hangul},    Block{0xfaff, Class::other},    Block{0xfdff, Class::arabic},
    Block{0xfe6f, Class::other},     Block{0xfefe, Class::arabic},   Block{0xfeff, Class::other},
    Block{0xffef, Class::wide_sign}, Block{0xffff, Class::other},
};

Class class_of(char32_t c) {
  if (c > 0xffff) return Class::astral;
  return std::lower_bound(blocks.begin(), blocks.end(), c,
                          [](const Block& block, char32_t value) { return block.last < value; })
      ->of;
}

// What an ASCII character costs behind each class, so that the loop over ASCII is two loads and an addition.
struct AsciiTables {
  std::array<Class, 128> of{};
  std::array<std::array<std::uint8_t, 128>, class_count> behind{};
};

constexpr AsciiTables ascii_tables = [] {
  AsciiTables tables;
  for (std::size_t c = 0; c < 128; ++c) {
    tables.of[c] = ascii_class(static_cast<unsigned char>(c));
    const Cost& own = cost(tables.of[c]);
    for (std::size_t before = 0; before < class_count; ++before) {
      const bool first = !continues(static_cast<Class>(before), tables.of[c]);
      tables.behind[before][c] = static_cast<std::uint8_t>(own.each + (first ? own.start : 0));
    }
  }
  return tables;
}();

std::uint64_t units_of(std::string_view text) {
  std::uint64_t units = 0;
  Class before = Class::none;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      units += ascii_tables.behind[static_cast<std::size_t>(before)][byte];
      before = ascii_tables.of[byte];
      ++at;
      continue;
    }
    const Class found = class_of(next_code_point(text, at));
    units += cost(found).each + (continues(before, found) ? 0u : cost(found).start);
    before = found;
  }
  return units;
}

class Estimator final : public Tokenizer {
 public:
  explicit Estimator(std::string name) : name_(std::move(name)) {
    std::string constants;
    for (const Cost& c : costs) constants += std::to_string(c.each) + "+" + std::to_string(c.start) + " ";
    fingerprint_ = sha256_hex("estimator " + constants).substr(0, 32);
  }

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::worst_case; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    if (text.empty()) return {};
    const std::uint64_t tokens = std::max<std::uint64_t>(1, (units_of(text) + unit / 2) / unit);
    return {std::min<std::uint64_t>(tokens, text.size()), text.size()};
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view) const override {
    return Error{ErrorCode::unsupported, name_, "the vocabulary is not public, tokens can only be estimated",
                 "name a tokenizer file with --tokenizer"};
  }

 private:
  std::string name_;
  std::string fingerprint_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_estimator(std::string name) {
  return std::make_unique<Estimator>(std::move(name));
}

}  // namespace kindling
