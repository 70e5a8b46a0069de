#include "engine/evidence.h"

#include <algorithm>

#include "engine/question_parts.h"
#include "engine/unit_sets.h"

namespace kindling {
namespace {

constexpr std::size_t candidate_chunks_min = 500;
constexpr std::uint64_t tokens_per_candidate = 64;  // half a chunk
constexpr double encoding_ms = 10;                  // of a question, on a slow machine
constexpr double parts_share = .5;                  // of the deadline, after which parts are left out
constexpr float pinned_value = 1e6f;

Result<Evidence> gather_one(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                            std::uint64_t budget, const Cancellation& cancellation) {
  Evidence evidence;
  KINDLING_TRY(evidence.query, make_query(snapshot, encoder, question, cancellation));
  evidence.candidates = retrieve(snapshot, evidence.query);
  evidence.has_vectors = !evidence.candidates.cosines.empty();
  evidence.scores = score(snapshot, evidence.query, evidence.candidates, question.mode);
  evidence.units =
      value_units(snapshot, evidence.query, evidence.candidates, evidence.scores, candidate_chunks(budget));
  return evidence;
}

float largest_value(std::span<const Unit> units) {
  float largest = 0;
  for (const Unit& unit : units) largest = std::max(largest, unit.value);
  return largest;
}

}  // namespace

std::size_t candidate_chunks(std::uint64_t budget) {
  return std::max<std::size_t>(candidate_chunks_min, budget / tokens_per_candidate);
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
  KINDLING_TRY(Evidence evidence, gather_one(snapshot, encoder, asked, options.budget, cancellation));
  evidence.skipped = std::move(skipped);

  for (const std::string& part : question_parts(question.text)) {
    if (options.deadline_ms && watch.milliseconds() > parts_share * *options.deadline_ms) {
      evidence.skipped.emplace_back("question parts");
      break;
    }
    Question one = asked;
    one.text = part;
    KINDLING_TRY(Evidence found, gather_one(snapshot, encoder, one, options.budget, cancellation));
    scale_values(found.units, largest_value(evidence.units));
    evidence.units = united(evidence.units, found.units);
  }
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
