#include "engine/answer/answer.h"

#include <algorithm>

#include "engine/answer/cite.h"
#include "engine/answer/extract.h"
#include "engine/retrieve/place.h"

namespace kindling {
namespace {

// The sentences that were packed, in the order sent, each with its passage.
struct PackedSentence {
  UnitIndex unit{};
  std::uint32_t passage = 0;
};

}  // namespace

CitedAnswer extractive_answer(const Question& question, const Evidence& evidence, const Context& context,
                              const Snapshot& snapshot, float threshold) {
  CitedAnswer cited;
  Answer& answer = cited.answer;
  std::vector<PackedSentence> sentences;
  std::vector<AnswerCandidate> candidates;
  for (std::size_t p = 0; p < context.units_of.size(); ++p) {
    for (const UnitIndex unit : context.units_of[p]) {
      const Unit& u = evidence.units[position(unit)];
      sentences.push_back({unit, static_cast<std::uint32_t>(p)});
      candidates.push_back({slice(snapshot.document(u.document).text, u.span), u.value});
    }
  }
  const bool sure = evidence_strength(evidence.scores, evidence.has_vectors) >= threshold;
  if (!sure || candidates.empty()) {
    answer.text = "The collection does not say.";
    answer.finish = Finish::no_evidence;
    return cited;
  }
  for (const std::size_t i : choose_answer(question.text, candidates)) {
    const Unit& unit = evidence.units[position(sentences[i].unit)];
    if (!answer.text.empty()) answer.text += cited.sections.back() == unit.section ? " " : "\n";
    Citation citation;
    citation.number =
        static_cast<std::uint32_t>(answer.citations.size() + 1);  // of the answer: nobody saw the passages'
    citation.place.text_span = unit.span;
    citation.quote = candidates[i].text;
    citation.verified = true;
    answer.text += citation.quote + " [" + std::to_string(citation.number) + "]";
    answer.citations.push_back(std::move(citation));
    cited.sections.push_back(unit.section);
  }
  return cited;
}

namespace {

// Of an answer that must be supported and is not.
CitedAnswer turned_down(Answer answer) {
  answer.text = "The collection does not say.";
  answer.citations.clear();
  answer.sentences.clear();
  answer.finish = Finish::no_evidence;
  answer.note = "the model's answer was not supported by the passages throughout";
  return {std::move(answer), {}};
}

// Title and headings as they were sent above a passage.
std::string heading_of(const Place& place) {
  std::string heading = place.title;
  for (const std::string& part : place.heading_path) heading += " > " + part;
  return heading;
}

// What the user should know of sentences that do not hold.
std::string unsupported_note(const CitationCheck& check) {
  std::string note;
  const auto say = [&](std::size_t count, std::string_view what) {
    if (count > 0) note += (note.empty() ? "" : "; ") + std::to_string(count) + std::string(what);
  };
  say(check.rejected.size(), " citations name passages that were not sent");
  const auto& sentences = check.sentences;
  say(static_cast<std::size_t>(
          std::count_if(sentences.begin(), sentences.end(), [](const auto& s) { return !s.holds(); })),
      " statements are not supported by the passages");
  return note;
}

}  // namespace

CitedAnswer cited_answer(Generation generation, std::span<const Passage> passages,
                         std::span<const SectionIndex> sections, bool required) {
  CitedAnswer cited;
  Answer& answer = cited.answer;
  answer.text = std::move(generation.text);
  answer.usage = generation.usage;
  answer.finish = generation.finish;
  answer.note = std::move(generation.note);
  std::vector<CitablePassage> citable;
  std::vector<std::string> headings;
  for (const Passage& passage : passages) headings.push_back(heading_of(passage.place));
  for (const Passage& passage : passages)
    citable.push_back({passage.number, passage.text, headings[citable.size()]});
  const CitationCheck check = check_citations(answer.text, citable);
  for (const ResolvedCitation& resolved : check.citations) {
    const Passage& passage = passages[resolved.number - 1];
    Citation citation;
    citation.number = resolved.number;
    citation.quote = slice(passage.text, resolved.quote);
    citation.verified = resolved.verified;
    citation.place.text_span = {passage.place.text_span.begin + resolved.quote.begin,
                                passage.place.text_span.begin + resolved.quote.end};
    answer.citations.push_back(std::move(citation));
    cited.sections.push_back(sections[resolved.number - 1]);
  }
  for (const CheckedSentence& checked : check.sentences) {
    answer.sentences.push_back({checked, checked.passage == 0 ? "" : passages[checked.passage - 1].place.uri});
  }
  if (check.citations.empty() && check.rejected.empty() && declines(answer.text)) {
    answer.finish = Finish::no_evidence;
    return cited;
  }
  if (required && !all_supported(check)) return turned_down(std::move(answer));
  const std::string note = unsupported_note(check);
  if (!note.empty()) answer.note += (answer.note.empty() ? "" : "; ") + note;
  return cited;
}

// Fills in where each quote stands, and compares it there, byte for byte.
Status locate(CitedAnswer& cited, const Snapshot& snapshot) {
  Places places(snapshot);
  for (std::size_t i = 0; i < cited.sections.size(); ++i) {
    Citation& citation = cited.answer.citations[i];
    KINDLING_TRY(citation.place, places.at(cited.sections[i], citation.place.text_span));
    const std::string_view text = snapshot.document(snapshot.section(cited.sections[i]).document).text;
    citation.verified = citation.verified && slice(text, citation.place.text_span) == citation.quote;
  }
  return {};
}

}  // namespace kindling
