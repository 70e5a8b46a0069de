#include "engine/ask.h"

#include <algorithm>
#include <unordered_map>

#include "base/env.h"
#include "engine/cite.h"
#include "engine/context.h"
#include "engine/evidence.h"
#include "engine/explain.h"
#include "engine/extract.h"
#include "engine/place.h"
#include "engine/unit_sets.h"

namespace kindling {
namespace {

constexpr std::uint64_t extractive_window = 16'384;  // tokens of evidence that three sentences are chosen from

// What extractive answers are packed for: no model reads it, so the window only has to hold more than is
// chosen.
ModelProfile extractive_profile(std::string_view question) {
  ModelProfile profile;
  profile.name = "extractive";
  profile.window = extractive_window + question.size();
  profile.output_max = 0;
  profile.reserve_default = 0;
  profile.tokenizer = "estimator";
  return profile;
}

// What packing needs to gather of the question, the pinned documents found.
Result<EvidenceOptions> evidence_options(const Snapshot& snapshot, const PackOptions& options,
                                         std::uint64_t budget) {
  EvidenceOptions evidence;
  evidence.budget = budget;
  evidence.deadline_ms = options.deadline_ms;
  for (const std::string& document : options.pinned) {
    KINDLING_TRY(const DocumentIndex index, snapshot.find(document));
    evidence.pinned.push_back(index);
  }
  return evidence;
}

// Near repeats are given up once this share of the deadline is gone.
constexpr double near_repeats_share = .8;

// Builds the context of gathered evidence; what there was no time for stands in its certificate.
Result<Context> timely_context(const Snapshot& snapshot, const Question& question, const Evidence& evidence,
                               const ModelProfile& profile, const Tokenizer& tokenizer, const Budget& budget,
                               const PackOptions& options, const Stopwatch& watch) {
  ContextOptions context_wanted = context_options(options);
  std::vector<std::string> skipped = evidence.skipped;
  if (options.deadline_ms && watch.milliseconds() > near_repeats_share * *options.deadline_ms) {
    context_wanted.near_repeats = false;
    skipped.emplace_back("near repeats");
  }
  KINDLING_TRY(Context context, build_context(snapshot, question.text, evidence.units, profile, tokenizer,
                                              budget, context_wanted));
  context.certificate.skipped = std::move(skipped);
  return context;
}

Packed packed_from(Context context, const Evidence& evidence) {
  Packed packed;
  packed.messages = std::move(context.messages);
  packed.passages = std::move(context.passages);
  packed.dropped = std::move(context.dropped);
  packed.certificate = std::move(context.certificate);
  if (packed.passages.empty()) packed.note = "nothing in the index speaks of this question";
  if (!evidence.has_vectors && packed.note.empty()) packed.note = "packed by keywords only: no vectors";
  return packed;
}

// The sentences that were packed, in the order sent, each with its passage.
struct PackedSentence {
  UnitIndex unit{};
  std::uint32_t passage = 0;
};

// An answer and, for each of its citations, the section that the quote is in.
struct CitedAnswer {
  Answer answer;
  std::vector<SectionIndex> sections;
};

CitedAnswer extractive_answer(const Question& question, const Evidence& evidence, const Context& context,
                              const Snapshot& snapshot) {
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
  const bool sure = evidence_strength(evidence.scores, evidence.has_vectors) >= evidence_threshold;
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

// Turns marks in a model's answer into places, and says what did not hold.
CitedAnswer cite(Generation generation, const Context& context, const Evidence& evidence) {
  CitedAnswer cited;
  Answer& answer = cited.answer;
  answer.text = std::move(generation.text);
  answer.usage = generation.usage;
  answer.finish = generation.finish;
  answer.note = std::move(generation.note);
  std::vector<CitablePassage> citable;
  for (const Passage& passage : context.passages) citable.push_back({passage.number, passage.text});
  const CitationCheck check = check_citations(answer.text, citable);
  for (const ResolvedCitation& resolved : check.citations) {
    const Passage& passage = context.passages[resolved.number - 1];
    Citation citation;
    citation.number = resolved.number;
    citation.quote = slice(passage.text, resolved.quote);
    citation.verified = resolved.verified;
    citation.place.text_span = {passage.place.text_span.begin + resolved.quote.begin,
                                passage.place.text_span.begin + resolved.quote.end};
    answer.citations.push_back(std::move(citation));
    cited.sections.push_back(evidence.units[position(context.units_of[resolved.number - 1].front())].section);
  }
  if (!check.rejected.empty()) {
    answer.note += (answer.note.empty() ? "" : "; ") + std::to_string(check.rejected.size()) +
                   " citations name passages that were not sent";
  }
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

bool has_verified(const Answer& answer) {
  return std::any_of(answer.citations.begin(), answer.citations.end(),
                     [](const Citation& c) { return c.verified; });
}

void require_citations(Answer& answer) {
  if (has_verified(answer)) return;
  answer.text = "The collection does not say.";
  answer.citations.clear();
  answer.finish = Finish::no_evidence;
  answer.note = "the model's answer had no citation that holds";
}

// The budget that the endpoint's own count of the refused request leaves us, with a little to spare.
std::uint64_t repaired_budget(const ChatEndpoint::Overflow& overflow, const Certificate& certificate) {
  const double window =
      overflow.window > 0 ? static_cast<double>(overflow.window) : static_cast<double>(certificate.window);
  const double told = overflow.tokens > 0 ? static_cast<double>(overflow.tokens) : 1.25 * window;
  const double room = std::max(1.0, window - static_cast<double>(certificate.reserved_output));
  return static_cast<std::uint64_t>(static_cast<double>(certificate.tokens_max) * .97 * room /
                                    std::max(told, room));
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

Result<Packed> pack(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                    const ModelProfile& profile, const PackOptions& options, const Cancellation& cancellation) {
  const Stopwatch total;
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(profile));
  KINDLING_TRY(const Budget budget, request_budget(profile, options));
  const Stopwatch retrieving;
  KINDLING_TRY(const EvidenceOptions wanted, evidence_options(snapshot, options, budget.tokens));
  KINDLING_TRY(Evidence evidence, gather_evidence(snapshot, encoder, question, wanted, total, cancellation));
  take_whole_document(snapshot, evidence.units, budget.tokens);
  const double retrieve_ms = retrieving.milliseconds();
  const Stopwatch packing;
  KINDLING_TRY(Context context,
               timely_context(snapshot, question, evidence, profile, *tokenizer, budget, options, total));
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
  packed.ledger = std::move(ledger);
  packed.why = std::move(why);
  packed.timings_ms = {{"retrieve", retrieve_ms}, {"pack", pack_ms}, {"total", total.milliseconds()}};
  return packed;
}

Result<Answer> ask(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                   const ModelProfile* profile, const AskOptions& options, const OnToken& on_token,
                   const Cancellation& cancellation) {
  const Stopwatch total;
  const bool extractive = profile == nullptr;
  const ModelProfile reader = extractive ? extractive_profile(question.text) : *profile;
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(reader));
  KINDLING_TRY(Budget budget, request_budget(reader, options.pack));
  std::unique_ptr<ChatEndpoint> endpoint;
  if (!extractive) {
    KINDLING_TRY(endpoint, ChatEndpoint::open(
                               reader, options.endpoint));  // before the work: a missing key is said at once
  }
  const Stopwatch retrieving;
  KINDLING_TRY(const EvidenceOptions wanted, evidence_options(snapshot, options.pack, budget.tokens));
  KINDLING_TRY(Evidence evidence, gather_evidence(snapshot, encoder, question, wanted, total, cancellation));
  if (!extractive) take_whole_document(snapshot, evidence.units, budget.tokens);
  const double retrieve_ms = retrieving.milliseconds();
  const Stopwatch packing;
  const auto build = [&] {
    PackOptions wanted_pack = options.pack;
    if (extractive) wanted_pack.order = PassageOrder::relevance;  // the best evidence speaks first
    return timely_context(snapshot, question, evidence, reader, *tokenizer, budget, wanted_pack, total);
  };
  KINDLING_TRY(Context context, build());
  const double pack_ms = packing.milliseconds();

  CitedAnswer cited;
  double first_token_ms = -1;
  if (extractive) {
    cited = extractive_answer(question, evidence, context, snapshot);
    cited.answer.usage.prompt_tokens = context.certificate.tokens;
    first_token_ms = total.milliseconds();
    if (on_token) static_cast<void>(on_token(cited.answer.text));
  } else {
    const auto generate = [&] {
      GenerationRequest request;
      request.messages = context.messages;
      request.prompt_tokens_expected = context.certificate.tokens;
      request.output_tokens_max = std::min(budget.reserved_output, reader.output_max);
      request.thinking = options.thinking;
      request.stream = options.stream;
      return endpoint->complete(request, on_token, cancellation);
    };
    const double before_ms = total.milliseconds();
    Result<Generation> generation = generate();
    if (!generation && generation.error().code == ErrorCode::context_overflow && endpoint->overflow()) {
      budget.tokens = repaired_budget(*endpoint->overflow(), context.certificate);
      KINDLING_TRY(context, build());
      generation = generate();
    }
    if (!generation) return std::move(generation).error();
    if (generation->first_token_ms >= 0) first_token_ms = before_ms + generation->first_token_ms;
    cited = cite(std::move(generation).value(), context, evidence);
  }
  KINDLING_TRY_VOID(locate(cited, snapshot));
  Answer& answer = cited.answer;
  answer.certificate = context.certificate;
  if (options.require_citations && answer.finish != Finish::no_evidence) require_citations(answer);
  answer.timings_ms = {{"retrieve", retrieve_ms},
                       {"pack", pack_ms},
                       {"first_token", first_token_ms},
                       {"total", total.milliseconds()}};
  return std::move(answer);
}

}  // namespace kindling
