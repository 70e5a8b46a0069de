#include "engine/answer/claim_paraphrase.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/answer/claim_words.h"
#include "tokenizer/analyzer.h"
#include "tokenizer/boundaries.h"

namespace kindling {
namespace {

using Mask = std::bitset<claim_terms_max>;

constexpr float longer_window_cost = .02f;  // the shorter quote, if it says as much
constexpr float own_share_min = .3f;        // of the passage without its heading

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ByteSpan trimmed(std::string_view text, ByteSpan span) {
  while (span.end > span.begin && static_cast<unsigned char>(text[span.end - 1]) <= ' ') --span.end;
  while (span.begin < span.end && static_cast<unsigned char>(text[span.begin]) <= ' ') ++span.begin;
  return span;
}

// A number as it is meant.
struct Quantity {
  std::string digits;
  std::optional<double> value;      // magnitudes applied
  std::optional<MeasureUnit> unit;  // beside it
  bool spelled = false;             // "three"
};

std::optional<double> value_of(std::string_view digits) {
  double value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return failed == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

std::vector<Quantity> quantities(const Wording& text, WordRange range) {
  const auto& words = text.words();
  std::vector<Quantity> found;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const auto spelled = spelled_number(words[i].text);
    if (words[i].kind != PlainKind::number && !spelled) continue;
    Quantity quantity{spelled ? std::to_string(*spelled) : words[i].text, {}, {}, spelled.has_value()};
    quantity.value = value_of(quantity.digits);
    std::uint32_t next = i + 1;
    for (; next < range.end && words[next].before <= Gap::space; ++next) {
      const auto unit = unit_of(words[next].text);
      if (!unit || unit->dimension != Dimension::magnitude) break;
      if (quantity.value) *quantity.value *= unit->factor;
    }
    if (next < range.end && words[next].before <= Gap::space) quantity.unit = unit_of(words[next].text);
    if (!quantity.unit && i > range.begin && words[i - 1].kind == PlainKind::sign)
      quantity.unit = unit_of(words[i - 1].text);
    found.push_back(std::move(quantity));
  }
  return found;
}

bool same_number(const Quantity& a, const Quantity& b) {
  if (a.value && b.value)
    return std::abs(*a.value - *b.value) <= 1e-9 * std::max(std::abs(*a.value), std::abs(*b.value));
  return a.digits == b.digits;
}

bool same_unit(const Quantity& a, const Quantity& b) {
  return !a.unit || !b.unit || a.unit->dimension != b.unit->dimension || a.unit->name == b.unit->name;
}

// What the window does not have of the statement's numbers; spelled ones are words like others.
ClaimProblem compare_quantities(const Wording& claim, const Wording& passage, WordRange window) {
  const std::vector<Quantity> there = quantities(passage, window);
  for (const Quantity& said : quantities(claim, claim.all())) {
    if (said.spelled) continue;
    const auto same = [&](const Quantity& other) { return same_number(said, other); };
    const auto same_all = [&](const Quantity& other) { return same(other) && same_unit(said, other); };
    if (std::none_of(there.begin(), there.end(), same)) return ClaimProblem::number;
    if (std::none_of(there.begin(), there.end(), same_all)) return ClaimProblem::unit;
  }
  return ClaimProblem::none;
}

// Sides that the statement takes and of which the window has only the other.
bool takes_other_side(const Wording& claim, const Wording& passage, WordRange window) {
  const auto& words = passage.words();
  for (const PlainWord& word : claim.words()) {
    const Side side = side_of(word.text);
    if (side.family == 0) continue;
    bool same = false, other = false;
    for (std::uint32_t i = window.begin; i < window.end; ++i) {
      const Side there = side_of(words[i].text);
      if (there.family == side.family) (there.side == side.side ? same : other) = true;
    }
    if (other && !same) return true;
  }
  return false;
}

}  // namespace

struct SentenceTerms::Terms {
  std::vector<std::string> content;  // in the statement's order, without those with digits
  Mask names;
  Mask rest;  // not word for word
  float total = 0;
};

struct SentenceTerms::Window {
  ByteSpan span;
  Mask found;  // in the window or the heading
  float share = 0;
};

SentenceTerms::SentenceTerms(std::string_view text, const Wording& wording, std::string_view heading,
                             Language language)
    : text_(text), wording_(wording), language_(language), sentences_(sentence_spans(text)) {
  std::size_t at = 0;
  for (const Term& term : analyze(text, language)) {
    while (at + 1 < sentences_.size() && term.span.begin >= sentences_[at].end) ++at;
    std::vector<std::uint32_t>& where = sentences_of_[term.text];
    const auto sentence = static_cast<std::uint32_t>(at);
    if (where.empty() || where.back() != sentence) where.push_back(sentence);
  }
  for (const Term& term : analyze(heading, language)) heading_.insert(term.text);
}

SentenceTerms::Terms SentenceTerms::terms_of(const Claim& claim, const std::vector<bool>& verbatim) const {
  Terms terms;
  const auto& words = claim.wording().words();
  for (const Term& term : analyze_question(claim.text(), language_)) {
    if (has_digit(term.text) || term.part || terms.content.size() == claim_terms_max) continue;
    const auto word =
        std::lower_bound(words.begin(), words.end(), term.span.begin,
                         [](const PlainWord& w, std::uint32_t begin) { return w.span.begin < begin; });
    const bool name =
        language_ != Language::german && word != words.end() && word->capital && word->before < Gap::stop;
    terms.names.set(terms.content.size(), name);
    terms.rest.set(terms.content.size(),
                   word == words.end() || !verbatim[static_cast<std::size_t>(word - words.begin())]);
    terms.total += name ? 2 : 1;
    terms.content.push_back(term.text);
  }
  return terms;
}

SentenceTerms::Window SentenceTerms::best_window(const Terms& terms) const {
  std::vector<Mask> masks(sentences_.size());
  Mask known;
  for (std::size_t t = 0; t < terms.content.size(); ++t) {
    known.set(t, heading_.contains(terms.content[t]));
    const auto where = sentences_of_.find(terms.content[t]);
    if (where == sentences_of_.end()) continue;
    for (const std::uint32_t sentence : where->second) masks[sentence].set(t);
  }
  const auto weight = [&](const Mask& mask) {
    return static_cast<float>(mask.count() + (mask & terms.names).count());
  };
  Window best;
  float best_preference = -1;
  for (std::size_t i = 0; i < sentences_.size(); ++i) {
    Mask mask;
    for (std::size_t length = 1; length <= window_sentences_max && i + length <= sentences_.size(); ++length) {
      mask |= masks[i + length - 1];
      const float own = terms.total == 0 ? 0 : weight(mask) / terms.total;
      const float share = terms.total == 0 ? 0 : weight(mask | known) / terms.total;
      const float preference = own - longer_window_cost * static_cast<float>(length - 1);
      if (preference <= best_preference) continue;
      best_preference = preference;
      best = {{sentences_[i].begin, sentences_[i + length - 1].end},
              mask | known,
              own >= own_share_min ? share : own};
    }
  }
  return best;
}

WordRange SentenceTerms::words_in(ByteSpan span) const {
  const auto& words = wording_.words();
  const auto begins_before = [](const PlainWord& word, std::uint32_t at) { return word.span.begin < at; };
  const auto first = std::lower_bound(words.begin(), words.end(), span.begin, begins_before);
  const auto last = std::lower_bound(first, words.end(), span.end, begins_before);
  return {static_cast<std::uint32_t>(first - words.begin()), static_cast<std::uint32_t>(last - words.begin())};
}

ClaimProblem SentenceTerms::problem_of(const Claim& claim, const Terms& terms, const Window& window) const {
  std::size_t run = 0;
  for (std::size_t t = 0; t < terms.content.size(); ++t) {
    run = window.found.test(t) || sentences_of_.contains(terms.content[t]) ? 0 : run + 1;
    if (run > strange_run_max) return ClaimProblem::absent;
  }
  if (window.share < support_share_min) return ClaimProblem::absent;
  const auto rest = static_cast<float>(terms.rest.count());
  const auto rest_found = static_cast<float>((terms.rest & window.found).count());
  if (terms.rest.count() >= rest_terms_min && rest_found < rest_share_min * rest) return ClaimProblem::absent;
  const WordRange words = words_in(window.span);
  const ClaimProblem quantity = compare_quantities(claim.wording(), wording_, words);
  if (quantity != ClaimProblem::none) return quantity;
  if (takes_other_side(claim.wording(), wording_, words)) return ClaimProblem::direction;
  const bool denies = count_negations(claim.wording(), claim.wording().all(), language_) > 0;
  const bool denied = count_negations(wording_, words, language_) > 0;
  if (denies && !denied) return ClaimProblem::negation;
  // One sentence that denies, and a statement that does not.
  const bool one_sentence = window.span.size() > 0 && std::any_of(sentences_.begin(), sentences_.end(),
                                                                  [&](ByteSpan s) { return s == window.span; });
  return denied && !denies && one_sentence ? ClaimProblem::negation : ClaimProblem::none;
}

ClaimFinding SentenceTerms::check(const Claim& claim, const std::vector<bool>& verbatim) const {
  const Terms terms = terms_of(claim, verbatim);
  const Window window = best_window(terms);
  ClaimFinding finding;
  finding.share = window.share;
  finding.quote = trimmed(text_, window.span);
  finding.problem = problem_of(claim, terms, window);
  if (finding.problem == ClaimProblem::none) {
    finding.support = Support::supported;
    finding.match = MatchKind::paraphrase;
  } else if (finding.problem == ClaimProblem::absent && window.share < own_share_min) {
    finding.quote = {};
  }
  return finding;
}

}  // namespace kindling
