#include "engine/measure/grade_answers.h"

#include <algorithm>

#include "engine/answer/abstain.h"
#include "engine/ask.h"

namespace kindling {
namespace {

bool is_relevant(const TestSet& set, const TestQuery& query, const std::string& document) {
  const auto judged = set.judgements.find(query.id);
  if (judged == set.judgements.end()) return true;
  const auto grade = judged->second.find(document);
  return grade != judged->second.end() && grade->second > 0;
}

bool quotes_answer(const TestSet& set, const TestQuery& query, const Citation& citation) {
  if (query.answer_span) {
    const ByteSpan quoted = citation.place.text_span;
    return quoted.begin <= query.answer_span->begin && query.answer_span->end <= quoted.end &&
           is_relevant(set, query, citation.place.document);
  }
  const std::string text = folded_answer(citation.quote);
  return std::any_of(query.answers.begin(), query.answers.end(),
                     [&](const std::string& wanted) { return text.find(wanted) != text.npos; });
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Result<AnswerScores> grade_answers(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set,
                                   const SearchEffort& effort, const Cancellation& cancellation) {
  AskOptions never_abstaining;
  never_abstaining.evidence_threshold = 0;
  AnswerScores scores;
  std::uint64_t answered = 0, held = 0;
  std::array<std::uint64_t, 2> asked_of{}, held_of{};
  for (const TestQuery& query : set.queries) {
    if (query.answers.empty()) continue;
    const Question question{.text = query.text, .mode = SearchMode::hybrid, .filter = {}, .effort = effort};
    KINDLING_TRY(const Answer answer,
                 ask(snapshot, &encoder, question, nullptr, never_abstaining, {}, cancellation));
    const bool holds =
        std::any_of(answer.citations.begin(), answer.citations.end(),
                    [&](const Citation& citation) { return quotes_answer(set, query, citation); });
    const bool answers = answer.finish != Finish::no_evidence && answer.evidence_strength >= evidence_threshold;
    const std::size_t half = scores.questions++ % 2;
    ++asked_of[half];
    held_of[half] += holds ? 1 : 0;
    answered += answers ? 1 : 0;
    held += answers && holds ? 1 : 0;
  }
  scores.answered = share(answered, scores.questions);
  scores.holds_answer = share(held, scores.questions);
  scores.sentences_hold = share(held_of[0] + held_of[1], scores.questions);
  scores.halves = {share(held_of[0], asked_of[0]), share(held_of[1], asked_of[1])};
  return scores;
}

}  // namespace kindling
