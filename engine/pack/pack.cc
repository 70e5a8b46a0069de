#include "engine/pack/pack.h"

#include "engine/media/figure_choice.h"
#include "engine/pack/explain.h"
#include "engine/pack/leads.h"
#include "engine/pack/unit_sets.h"

namespace kindling {
namespace {

// Near repeats are given up once this share of the deadline is gone.
constexpr double near_repeats_share = .8;

// Builds the context of gathered evidence; what there was no time for stands in its certificate.
Result<Context> timely_context(const Snapshot& snapshot, std::string_view question, const Evidence& evidence,
                               const ModelProfile& profile, const Tokenizer& tokenizer, const Budget& budget,
                               ContextOptions wanted, std::optional<double> deadline_ms,
                               const Stopwatch& watch) {
  std::vector<std::string> skipped = evidence.skipped;
  if (deadline_ms && watch.milliseconds() > near_repeats_share * *deadline_ms) {
    wanted.near_repeats = false;
    skipped.emplace_back("near repeats");
  }
  KINDLING_TRY(Context context,
               build_context(snapshot, question, evidence.units, profile, tokenizer, budget, wanted));
  context.certificate.skipped = std::move(skipped);
  return context;
}

Packed packed_from(Context context, const Evidence& evidence) {
  Packed packed;
  packed.messages = std::move(context.messages);
  packed.passages = std::move(context.passages);
  packed.dropped = std::move(context.dropped);
  packed.certificate = std::move(context.certificate);
  packed.fence = std::move(context.fence);
  packed.suspicions = std::move(context.suspicions);
  if (packed.passages.empty()) packed.note = "nothing in the index speaks of this question";
  if (!evidence.has_vectors && packed.note.empty()) packed.note = "packed by keywords only: no vectors";
  return packed;
}

}  // namespace

std::string_view to_string(PassageOrder order) {
  switch (order) {
    case PassageOrder::document:
      return "document";
    case PassageOrder::relevance:
      return "relevance";
    case PassageOrder::edges:
      return "edges";
  }
  return "unknown";
}

Result<EvidenceOptions> evidence_options(const Snapshot& snapshot, const Tokenizer& tokenizer,
                                         const PackOptions& options, std::uint64_t budget) {
  EvidenceOptions evidence;
  evidence.candidates = candidate_chunks(tokenizer, budget);
  evidence.deadline_ms = options.deadline_ms;
  for (const std::string& document : options.pinned) {
    KINDLING_TRY(const DocumentIndex index, snapshot.find(document));
    evidence.pinned.push_back(index);
  }
  return evidence;
}

Result<IllustratedContext> pictured_context(const Snapshot& snapshot, std::string_view question,
                                            const Evidence& evidence, const ModelProfile& profile,
                                            const Tokenizer& tokenizer, const Budget& budget,
                                            const ContextOptions& wanted, const PackOptions& options,
                                            const Stopwatch& watch, const Cancellation& cancellation) {
  const BuildContext build = [&](std::span<const Medium> media) {
    ContextOptions with_media = wanted;
    with_media.media = media;
    return timely_context(snapshot, question, evidence, profile, tokenizer, budget, with_media,
                          options.deadline_ms, watch);
  };
  const double seconds =
      options.deadline_ms ? *options.deadline_ms / 1e3 - watch.seconds() : figure_seconds_max;
  return build_illustrated(
      {system_files(), snapshot, profile, tokenizer, budget, question, wanted.media, options.figures, seconds},
      build, cancellation);
}

void complete_units(const Snapshot& snapshot, std::vector<Unit>& units, std::uint64_t tokens) {
  take_whole_document(snapshot, units, tokens);
  units = with_leads(snapshot, std::move(units));
}

Result<Packed> pack(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                    const ModelProfile& profile, const PackOptions& options, const Cancellation& cancellation) {
  const Stopwatch total;
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(profile));
  KINDLING_TRY(const Budget budget, request_budget(profile, options));
  const Stopwatch retrieving;
  KINDLING_TRY(const EvidenceOptions wanted, evidence_options(snapshot, *tokenizer, options, budget.tokens));
  KINDLING_TRY(Evidence evidence, gather_evidence(snapshot, encoder, question, wanted, total, cancellation));
  complete_units(snapshot, evidence.units, budget.tokens);
  const double retrieve_ms = retrieving.milliseconds();
  const Stopwatch packing;
  KINDLING_TRY(IllustratedContext pictured,
               pictured_context(snapshot, question.text, evidence, profile, *tokenizer, budget,
                                context_options(options), options, total, cancellation));
  Context& context = pictured.context;
  const double pack_ms = packing.milliseconds();
  std::vector<LedgerEntry> ledger;
  if (options.explain) {
    KINDLING_TRY(ledger, make_ledger(snapshot, evidence, context));
  }
  std::optional<WhyPacked> why;
  if (!options.why.empty()) {
    KINDLING_TRY(why, why_packed(snapshot, evidence, context, options.why));
  }
  Packed packed = packed_from(std::move(context), evidence);
  packed.figures = std::move(pictured.figures);
  packed.omitted_figures = std::move(pictured.omitted);
  packed.ledger = std::move(ledger);
  packed.why = std::move(why);
  packed.timings_ms = {{"retrieve", retrieve_ms}, {"pack", pack_ms}, {"total", total.milliseconds()}};
  return packed;
}

}  // namespace kindling
