#include "tokenizer/estimator.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/utf8.h"
#include "tokenizer/cost_class.h"

namespace kindling {
namespace {

// Each character costs its class; the first of a run of a class costs its `start` besides.
using Class = CostClass;
constexpr std::size_t class_count = cost_class_count;

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

// What an ASCII character costs behind each class, so that the loop over ASCII is two loads and an addition.
struct AsciiTables {
  std::array<Class, 128> of{};
  std::array<std::array<std::uint8_t, 128>, class_count> behind{};
};

constexpr AsciiTables ascii_tables = [] {
  AsciiTables tables;
  for (std::size_t c = 0; c < 128; ++c) {
    tables.of[c] = ascii_cost_class(static_cast<unsigned char>(c));
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
    const Class found = wide_cost_class(next_code_point(text, at));
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

  [[nodiscard]] std::uint64_t part(std::string_view text, std::uint64_t) const override { return text.size(); }

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
