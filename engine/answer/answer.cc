#include "engine/answer/answer.h"

#include <algorithm>

#include "engine/answer/answer_links.h"
#include "engine/answer/answer_text.h"
#include "engine/answer/cite.h"
#include "engine/answer/coverage.h"
#include "engine/answer/extract.h"
#include "engine/pack/clean_text.h"
#include "engine/retrieve/place.h"

namespace kindling {
namespace {

// Sentences that are read closely: those of the most value. What lies below was never among the best three.
constexpr std::size_t candidates_max = 60;

std::vector<UnitIndex> best_packed(const Evidence& evidence, const Context& context) {
  std::vector<UnitIndex> units;
  for (const std::vector<UnitIndex>& passage : context.units_of)
    units.insert(units.end(), passage.begin(), passage.end());
  std::stable_sort(units.begin(), units.end(), [&](UnitIndex a, UnitIndex b) {
    return evidence.units[position(a)].value > evidence.units[position(b)].value;
  });
  units.resize(std::min(units.size(), candidates_max));
  return units;
}

std::vector<AnswerCandidate> read_candidates(const Evidence& evidence, const Snapshot& snapshot,
                                             std::span<const UnitIndex> units) {
  CoverageReader reader(snapshot, evidence);
  std::vector<AnswerCandidate> candidates;
  candidates.reserve(units.size());
  for (const UnitIndex index : units) {
    const Unit& unit = evidence.units[position(index)];
    const Coverage coverage = reader.of(index);
    candidates.push_back(
        {slice(snapshot.document(unit.document).text, unit.span), unit.value, coverage.share, coverage.opens});
  }
  return candidates;
}

}  // namespace

CitedAnswer extractive_answer(const Question& question, const Evidence& evidence, const Context& context,
                              const Snapshot& snapshot, float threshold) {
  CitedAnswer cited;
  Answer& answer = cited.answer;
  const std::vector<UnitIndex> units = best_packed(evidence, context);
  answer.evidence_strength = evidence_strength(evidence.scores, evidence.has_vectors);
  if (!(answer.evidence_strength >= threshold) || units.empty()) {
    answer.text = "The collection does not say.";
    answer.finish = Finish::no_evidence;
    return cited;
  }
  std::vector<UnitIndex> chosen;
  for (const std::size_t i : choose_answer(question.text, read_candidates(evidence, snapshot, units)))
    chosen.push_back(units[i]);
  const std::vector<Quotation> quoted = quotations(snapshot, evidence.units, chosen);
  answer.text = answer_text(snapshot, quoted);
  for (const Quotation& quotation : quoted) {
    Citation citation;
    citation.number =
        static_cast<std::uint32_t>(answer.citations.size() + 1);  // of the answer: nobody saw the passages'
    citation.place.text_span = quotation.span;
    citation.quote = slice(snapshot.document(quotation.document).text, quotation.span);
    citation.verified = true;
    answer.citations.push_back(std::move(citation));
    cited.sections.push_back(quotation.section);
  }
  return cited;
}

namespace {

// Of an answer that must be supported and is not.
CitedAnswer turned_down(Answer answer) {
  answer.text = "The collection does not say.";
  answer.citations.clear();
  answer.sentences.clear();
  answer.foreign_links.clear();
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
  answer.passages.assign(passages.begin(), passages.end());
  std::vector<CitablePassage> citable;
  std::vector<std::string> headings, texts;
  for (const Passage& passage : passages) {
    headings.push_back(heading_of(passage.place));
    texts.push_back(with_broken_markers(passage.text));  // as it was sent, and in the same places
  }
  for (const Passage& passage : passages)
    citable.push_back({passage.number, texts[citable.size()], headings[citable.size()]});
  std::vector<std::string_view> known(headings.begin(), headings.end());
  for (const Passage& passage : passages) known.emplace_back(passage.text);
  answer.foreign_links = foreign_links(answer.text, known);
  const CitationCheck check = check_citations(with_broken_markers(answer.text), citable);
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
