#include "engine/answer/claim_check.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/answer/claim_differences.h"
#include "engine/answer/claim_paraphrase.h"
#include "engine/answer/claim_words.h"

namespace kindling {
namespace {

constexpr float near_equal_min = .6f;  // of a statement's words: below, it is another sentence
constexpr float quotation_equal_min = .8f;
constexpr std::uint32_t quotation_words_min = 3;
constexpr std::uint32_t verbatim_run_min = 4;
constexpr std::uint32_t places_max = 8;  // of an exact quote, looked at for the best edges

// Words between quotation marks of one kind.
std::vector<WordRange> quotations_in(std::string_view text, const Wording& wording) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> marks{{{"\"", "\""},
                                                                                       {"\u201c", "\u201d"},
                                                                                       {"\u201e", "\u201c"},
                                                                                       {"\u00ab", "\u00bb"},
                                                                                       {"``", "''"},
                                                                                       {"\u300c", "\u300d"},
                                                                                       {"\u300a", "\u300b"}}};
  std::vector<WordRange> found;
  const auto& words = wording.words();
  const auto word_at = [&](std::size_t byte) {
    return static_cast<std::uint32_t>(
        std::lower_bound(words.begin(), words.end(), byte,
                         [](const PlainWord& w, std::size_t at) { return w.span.begin < at; }) -
        words.begin());
  };
  for (const auto& [open, close] : marks) {
    std::size_t at = text.find(open);
    while (at != text.npos) {
      const std::size_t first = at + open.size();
      const std::size_t end = text.find(close, first);
      if (end == text.npos) break;
      const WordRange range{word_at(first), word_at(end)};
      if (range.size() >= quotation_words_min) found.push_back(range);
      at = text.find(open, end + close.size());
    }
  }
  return found;
}

ClaimFinding found(ClaimProblem problem, MatchKind match, ByteSpan quote, float share) {
  return {problem == ClaimProblem::none ? Support::supported : Support::contradicted, problem, match, quote,
          share};
}

}  // namespace

Claim::Claim(std::string text)
    : text_(std::move(text)), wording_(text_), quotations_(quotations_in(text_, wording_)) {}

struct CitedText::Parts {
  Parts(std::string_view t, std::string_view h)
      : text(t), heading(h), wording(t), language(detect_language(t)) {}

  const WordPairs& pairs() {
    if (!pairs_) pairs_.emplace(wording);
    return *pairs_;
  }
  const SentenceTerms& terms() {
    if (!terms_) terms_ = std::make_unique<SentenceTerms>(text, wording, heading, language);
    return *terms_;
  }

  // The words of a range with the stop behind them, as people quote sentences.
  [[nodiscard]] ByteSpan quote(WordRange range) const {
    static constexpr std::array<std::string_view, 8> stops{".",      "!",      "?",      "\u3002",
                                                           "\uff01", "\uff1f", "\u0964", "\u061f"};
    ByteSpan span = wording.bytes(range);
    for (const std::string_view stop : stops) {
      if (text.substr(span.end).starts_with(stop))
        return {span.begin, span.end + static_cast<std::uint32_t>(stop.size())};
    }
    return span;
  }

  // As it stands; of several places the first that nothing tells against.
  [[nodiscard]] std::optional<ClaimFinding> exact(const Wording& claim, WordRange range) const {
    std::optional<ClaimFinding> first;
    std::uint32_t from = 0;
    for (std::uint32_t place = 0; place < places_max; ++place) {
      const auto match = wording.find(claim.joined(range), from);
      if (!match) break;
      ClaimProblem problem = judge_equal(claim, range, wording, *match, language);
      if (problem == ClaimProblem::none) problem = judge_edges(claim, range, wording, *match, language);
      const ClaimFinding one =
          found(problem, MatchKind::exact, range == claim.all() ? quote(*match) : wording.bytes(*match), 1);
      if (problem == ClaimProblem::none) return one;
      if (!first) first = one;
      from = match->begin + 1;
    }
    return first;
  }

  // Nearly: supported, contradicted, or nothing where content words differ.
  [[nodiscard]] std::optional<ClaimFinding> near(const Wording& claim, WordRange range, float equal_min) {
    const auto match = find_near(wording, pairs(), claim, range);
    if (!match || match->equal < equal_min) return std::nullopt;
    Judgement judgement = judge_near(claim, range, wording, *match, language);
    if (judgement.problem == ClaimProblem::none)
      judgement.problem = judge_edges(claim, range, wording, match->passage, language);
    if (judgement.problem == ClaimProblem::none && judgement.foreign > 0) return std::nullopt;
    return found(judgement.problem, MatchKind::near, quote(match->passage), match->equal);
  }

  // Words in runs of `verbatim_run_min` and more that the passage has in this order.
  [[nodiscard]] std::vector<bool> verbatim(const Wording& claim) {
    std::vector<bool> words(claim.size(), false);
    const auto match = find_near(wording, pairs(), claim, claim.all());
    if (!match) return words;
    std::uint32_t from = 0;
    const auto run = [&](std::uint32_t end) {
      if (end >= from + verbatim_run_min) std::fill(words.begin() + from, words.begin() + end, true);
    };
    for (const WordDifference& difference : match->differences) {
      run(difference.claim.begin);
      from = difference.claim.end;
    }
    run(claim.size());
    return words;
  }

  // What the statement quotes, and the rest of it says little: nothing where it says more.
  [[nodiscard]] std::optional<ClaimFinding> quoted(const Claim& claim) {
    const Wording& words = claim.wording();
    std::optional<ClaimFinding> first;
    std::uint32_t quoted_words = 0;
    for (const WordRange range : claim.quotations()) {
      std::optional<ClaimFinding> one = exact(words, range);
      if (!one) one = near(words, range, quotation_equal_min);
      if (!one) return ClaimFinding{Support::unsupported, ClaimProblem::quotation, MatchKind::none, {}, 0};
      if (one->support != Support::supported) return one;
      if (!first) first = one;
      quoted_words += range.size();
    }
    if (!first || 2 * quoted_words < words.size()) return std::nullopt;
    for (std::uint32_t i = 0; i < words.size(); ++i) {
      const bool inside = std::any_of(claim.quotations().begin(), claim.quotations().end(),
                                      [&](WordRange range) { return range.begin <= i && i < range.end; });
      if (inside) continue;
      if (words.words()[i].kind == PlainKind::number || count_negations(words, {i, i + 1}, language) > 0)
        return std::nullopt;
    }
    return first;
  }

  std::string_view text, heading;
  Wording wording;
  Language language;

 private:
  std::optional<WordPairs> pairs_;
  std::unique_ptr<SentenceTerms> terms_;
};

CitedText::CitedText(std::string_view text, std::string_view heading)
    : parts_(std::make_unique<Parts>(text, heading)) {}
CitedText::~CitedText() = default;
CitedText::CitedText(CitedText&&) noexcept = default;

ClaimFinding CitedText::check_quote(const Claim& claim) {
  const Wording& words = claim.wording();
  if (words.size() == 0) return {};
  if (const auto finding = parts_->exact(words, words.all())) return *finding;
  return parts_->near(words, words.all(), near_equal_min).value_or(ClaimFinding{});
}

ClaimFinding CitedText::check(const Claim& claim) {
  const ClaimFinding quote = check_quote(claim);
  if (quote.match != MatchKind::none) return quote;
  if (claim.wording().size() == 0) return {};
  if (const auto quoted = parts_->quoted(claim)) return *quoted;
  return parts_->terms().check(claim, parts_->verbatim(claim.wording()));
}

std::string_view to_string(Support support) {
  switch (support) {
    case Support::supported:
      return "supported";
    case Support::unsupported:
      return "unsupported";
    case Support::contradicted:
      return "contradicted";
  }
  return "unknown";
}

std::string_view to_string(ClaimProblem problem) {
  switch (problem) {
    case ClaimProblem::none:
      return "none";
    case ClaimProblem::number:
      return "number";
    case ClaimProblem::unit:
      return "unit";
    case ClaimProblem::negation:
      return "negation";
    case ClaimProblem::direction:
      return "direction";
    case ClaimProblem::name:
      return "name";
    case ClaimProblem::quotation:
      return "quotation";
    case ClaimProblem::absent:
      return "absent";
    case ClaimProblem::elsewhere:
      return "elsewhere";
    case ClaimProblem::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace kindling
