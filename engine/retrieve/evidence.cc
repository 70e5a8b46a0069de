#include "engine/retrieve/evidence.h"

#include <algorithm>

#include "engine/pack/unit_sets.h"
#include "engine/retrieve/question_parts.h"
#include "engine/retrieve/sentence_cosines.h"

namespace kindling {
namespace {

// Half a chunk, as many chunks are cut: some 64 tokens.
constexpr std::string_view half_a_chunk =
    "Every evening the keeper climbs the hundred and twelve steps of the tower, fills the reservoir with oil, "
    "trims the four wicks, winds the clockwork that turns the lens, and writes into the book what the weather "
    "was, which ships went by and whatever broke, before he goes down to his supper and to bed.";
constexpr double encoding_ms = 10;       // of a question, on a slow machine
constexpr double parts_share = .5;       // of the deadline, after which parts are left out
constexpr float known_part_share = .2f;  // of the strongest part's value; measured, docs/packing.md
constexpr float pinned_value = 1e6f;

Result<Evidence> gather_one(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                            std::size_t candidates, const Cancellation& cancellation) {
  Evidence evidence;
  KINDLING_TRY(evidence.query, read_question(snapshot, question));
  const std::size_t chunks = std::max(candidates, candidate_chunks_min);
  KINDLING_TRY(evidence.candidates,
               encode_and_retrieve(snapshot, encoder, question, evidence.query, chunks, cancellation));
  evidence.has_vectors = evidence.candidates.has_vectors;
  KINDLING_TRY(evidence.scores,
               score_closely(snapshot, encoder, question, evidence.query, evidence.candidates, cancellation));
  evidence.units = value_units(snapshot, evidence.query, evidence.candidates, evidence.scores, chunks);
  return evidence;
}

float largest_value(std::span<const Unit> units) {
  float largest = 0;
  for (const Unit& unit : units) largest = std::max(largest, unit.value);
  return largest;
}

// Each part's best sentence becomes worth as much as the whole question's best: without that, the part that the
// collection speaks of most would take the window. A part of which it knows next to nothing still has a best
// sentence; that one stays as far below the others' as it was found.
void add_parts(std::vector<Unit>& units, std::span<std::vector<Unit>> parts) {
  const float found = largest_value(units);
  float strongest = 0;
  for (const std::vector<Unit>& part : parts) strongest = std::max(strongest, largest_value(part));
  if (!(strongest > 0)) return;
  const float whole = found > 0 ? found : strongest;
  for (std::vector<Unit>& part : parts) {
    const float own = largest_value(part);
    scale_values(part, own >= known_part_share * strongest ? whole : whole * own / strongest);
    units = united(units, part);
  }
}

}  // namespace

std::size_t candidate_chunks(const Tokenizer& tokenizer, std::uint64_t budget) {
  const std::uint64_t each = std::max<std::uint64_t>(1, tokenizer.part(half_a_chunk, budget));
  return std::max<std::size_t>(candidate_chunks_min, budget / each);
}

Result<Evidence> gather_evidence(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                 const EvidenceOptions& options, const Stopwatch& watch,
                                 const Cancellation& cancellation) {
  Question asked = question;
  std::vector<std::string> skipped;
  if (options.deadline_ms && *options.deadline_ms < encoding_ms && asked.mode == SearchMode::hybrid) {
    asked.mode = SearchMode::keyword;
    skipped.emplace_back("vectors");
  }
  KINDLING_TRY(Evidence evidence, gather_one(snapshot, encoder, asked, options.candidates, cancellation));
  evidence.skipped = std::move(skipped);

  std::vector<std::vector<Unit>> parts;
  for (const std::string& part : question_parts(question.text)) {
    if (options.deadline_ms && watch.milliseconds() > parts_share * *options.deadline_ms) {
      evidence.skipped.emplace_back("question parts");
      break;
    }
    Question one = asked;
    one.text = part;
    KINDLING_TRY(Evidence found, gather_one(snapshot, encoder, one, options.candidates, cancellation));
    parts.push_back(std::move(found.units));
  }
  add_parts(evidence.units, parts);
  for (const DocumentIndex document : options.pinned) {
    std::vector<Unit> units = document_units(snapshot, document);
    for (Unit& unit : units) {
      unit.value = pinned_value;
      unit.pinned = true;
    }
    evidence.units = united(evidence.units, units);
  }
  return evidence;
}

}  // namespace kindling
