#include "engine/mirror/grade.h"

#include <algorithm>

#include "engine/answer/cite.h"
#include "tokenizer/plain_words.h"

namespace kindling {
namespace {

constexpr double support_of_declining = .5;

std::string heading_line_of(const Place& place) {
  std::string heading = place.title;
  for (const std::string& part : place.heading_path) heading += " > " + part;
  return heading;
}

CitationCheck checked_citations(std::string_view answer, std::span<const Passage> passages) {
  std::vector<std::string> headings;
  headings.reserve(passages.size());
  std::vector<CitablePassage> citable;
  for (const Passage& passage : passages) {
    headings.push_back(heading_line_of(passage.place));
    citable.push_back({passage.number, passage.text, headings.back()});
  }
  return check_citations(answer, citable);
}

// Whose `first` and `second` differ by more than `least`; nothing where they do not, or one is unknown.
std::optional<Preference> larger(double first, double second, double least) {
  if (first < 0 || second < 0) return std::nullopt;
  if (second - first > least) return Preference::second;
  if (first - second > least) return Preference::first;
  return std::nullopt;
}

}  // namespace

AnswerMeasures measure_answer(const MirroredAnswer& answer, std::span<const Passage> passages,
                              std::span<const std::string> references) {
  AnswerMeasures measures;
  measures.whole = answer.finish == to_string(Finish::stop) || answer.finish == to_string(Finish::length) ||
                   answer.finish == to_string(Finish::no_evidence);
  const CitationCheck check = checked_citations(answer.text, passages);
  for (const CheckedSentence& sentence : check.sentences) {
    measures.claims += sentence.claims ? 1 : 0;
    measures.supported += sentence.claims && sentence.holds() ? 1 : 0;
  }
  const std::size_t marks = check.citations.size() + check.rejected.size();
  measures.declined = marks == 0 && (declines(answer.text) || answer.finish == to_string(Finish::no_evidence));
  if (measures.declined) {
    measures.support = support_of_declining;
  } else if (measures.claims > 0) {
    measures.support = static_cast<double>(measures.supported) / static_cast<double>(measures.claims);
  }
  if (marks > 0) {
    const auto verified = std::ranges::count_if(check.citations, &ResolvedCitation::verified);
    measures.citations = static_cast<double>(verified) / static_cast<double>(marks);
  }
  if (!references.empty()) {
    const AnswerMatch match = match_answer(answer.text, references);
    measures.contains = match.contains ? 1 : 0;
    measures.f1 = match.f1;
  }
  measures.words = static_cast<double>(plain_words(answer.text).size());
  measures.output_tokens = static_cast<double>(answer.usage.completion_tokens);
  measures.cost = answer.usage.cost;
  measures.first_token_ms = answer.first_token_ms;
  measures.total_ms = answer.total_ms;
  return measures;
}

Grade grade(const AnswerMeasures& first, const AnswerMeasures& second, std::optional<Preference> judged) {
  if (first.whole != second.whole) return {first.whole ? Preference::first : Preference::second, "finish"};
  if (const auto better = larger(first.contains, second.contains, .5)) return {*better, "reference"};
  const bool neither = first.contains == 0 && second.contains == 0;
  if (const auto better = larger(first.f1, second.f1, f1_difference_min); better && neither)
    return {*better, "reference"};
  if (judged && *judged != Preference::tie) return {*judged, "judge"};
  if (judged) return {Preference::tie, "nothing"};
  if (const auto better = larger(first.support, second.support, support_difference_min))
    return {*better, "support"};
  return {Preference::tie, "nothing"};
}

double score_of(Preference preference) { return static_cast<double>(preference) - 1; }

}  // namespace kindling
