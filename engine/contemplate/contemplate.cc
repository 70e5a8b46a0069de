#include "engine/contemplate/contemplate.h"

#include <algorithm>
#include <memory>

#include "engine/answer/answer.h"
#include "engine/contemplate/bound.h"
#include "engine/contemplate/callers.h"
#include "engine/contemplate/reader_shards.h"
#include "engine/contemplate/reduction.h"
#include "engine/contemplate/report.h"
#include "engine/contemplate/sub_questions.h"
#include "engine/pack/fence.h"
#include "engine/pack/pack.h"
#include "engine/pack/request_count.h"
#include "engine/pack/unit_sets.h"
#include "engine/retrieve/question_parts.h"

namespace kindling {
namespace {

constexpr std::uint64_t plan_output_tokens = 2'048;  // reasoning included

// One question on its way through its subagents.
class Contemplating {
 public:
  Contemplating(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                const ModelProfile& profile, const AskOptions& options, const OnToken& on_token,
                const Cancellation& cancellation)
      : snapshot_(snapshot),
        encoder_(encoder),
        question_(question),
        profile_(profile),
        options_(options),
        wanted_(options.contemplate),
        on_token_(on_token),
        cancellation_(cancellation),
        context_options_(context_options(options.pack)) {}

  Result<Answer> run() {
    KINDLING_TRY_VOID(prepare());
    const Stopwatch retrieving;
    KINDLING_TRY_VOID(plan_parts());
    KINDLING_TRY(std::vector<UnitShard> shards, wanted_.whole ? all_shards() : best_shards());
    const double retrieve_ms = retrieving.milliseconds();
    const Stopwatch packing;
    const std::string asked = asked_of_readers(shards.size());
    KINDLING_TRY(shards_, reader_shards(packing_(), asked, std::move(shards), wanted_.whole));
    const double pack_ms = packing.milliseconds();
    if (!wanted_.plan_by_model) KINDLING_TRY_VOID(announce_actual());
    KINDLING_TRY(CitedAnswer cited, answered());
    KINDLING_TRY_VOID(locate(cited, snapshot_));
    Answer& answer = cited.answer;
    finish(answer);
    answer.timings_ms = {{"retrieve", retrieve_ms},
                         {"pack", pack_ms},
                         {"subagents", subagents_ms_},
                         {"first_token", first_token_ms_},
                         {"total", total_.milliseconds()}};
    return std::move(answer);
  }

 private:
  Status prepare() {
    KINDLING_TRY(tokenizer_, profile_tokenizer(profile_));
    KINDLING_TRY(budget_, request_budget(profile_, options_.pack));
    output_tokens_ = std::min(budget_.reserved_output, profile_.output_max);
    if (output_tokens_ == 0) {
      return Error{ErrorCode::usage, "--reserve", "without a limit to the answers nothing can be bounded",
                   "keep some tokens for them"};
    }
    http_ = options_.endpoint.http;
    if (http_ == nullptr) {
      HttpClientOptions http;
      http.certificate_file = options_.endpoint.certificate_file;
      KINDLING_TRY(http_, HttpClient::create(std::move(http)));
    }
    // A missing key is said before the work.
    KINDLING_TRY(const auto endpoint, ChatEndpoint::open(profile_, options_.endpoint));
    // One for all of its requests, so that a record of them can be made again.
    marker_ = options_.pack.fence.empty() ? random_fence() : options_.pack.fence;
    context_options_.fence = marker_;
    parts_ = question_parts(question_.text);
    KINDLING_TRY(size_, size_for(wanted_.whole ? subagents_most : wanted_.subagents));
    return {};
  }

  [[nodiscard]] Result<ReductionSize> size_for(std::uint64_t readings) const {
    const std::string question = reduction_question(question_.text, parts_, "", marker_);
    return reduction_size(packing_(), question, wanted_.plan_by_model ? sub_questions_bytes_max : 0, readings);
  }

  [[nodiscard]] RequestPacking packing_() const {
    return {snapshot_, profile_, *tokenizer_, budget_, context_options_};
  }
  [[nodiscard]] TextTokens text_tokens() const {
    return [this](std::string_view text) { return tokenizer_->part(text, budget_.tokens); };
  }
  [[nodiscard]] std::string asked_of_readers(std::size_t readers) const {
    return reader_question(question_.text, parts_, readers);
  }

  // The parts of the question; the model is asked for them once the most that may follow is allowed.
  Status plan_parts() {
    if (!wanted_.plan_by_model) return {};
    GenerationRequest request;
    request.messages = sub_question_messages(question_.text);
    const TokenCount count =
        count_request(profile_, *tokenizer_, {.messages = request.messages, .tools = {}, .media = {}});
    request.output_tokens_max = std::min(plan_output_tokens, output_tokens_);
    request.prompt_tokens_expected = count.tokens;
    request.thinking = ThinkingMode::instant;
    request.stream = options_.stream;
    BoundSum sum;
    sum.add({count.tokens_max, request.output_tokens_max});
    sum.add({budget_.tokens, output_tokens_}, wanted_.subagents);
    sum.add({size_.tokens, output_tokens_}, reduction_calls(wanted_.subagents, size_.fan_in));
    KINDLING_TRY_VOID(announce(sum, wanted_.subagents));

    KINDLING_TRY(MeteredEndpoint endpoint, MeteredEndpoint::open(profile_, options_.endpoint, http_, reserve_));
    Result<Generation> generation = endpoint.complete(
        request, [this](std::string_view) { return !cancellation_.cancelled(); }, cancellation_);
    KINDLING_TRY_VOID(cancellation_.check());
    if (generation) add_usage(usage_, generation->usage);
    auto found = generation ? read_sub_questions(generation->text) : std::nullopt;
    if (!found) {
      notes_.add(generation ? "the model's plan was not a list of sub-questions; its own parts were used"
                            : "the model made no plan: " + generation.error().sentence());
      return {};
    }
    parts_ = std::move(*found);
    contemplation_.plan.parts = parts_;
    contemplation_.plan.planned_by_model = true;
    return {};
  }

  // Says what may be needed at most, if that is allowed.
  Status announce(const BoundSum& sum, std::uint64_t shards) {
    ContemplationPlan& plan = contemplation_.plan;
    plan.whole = wanted_.whole;
    plan.subagents = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted_.subagents, shards));
    plan.shards = shards;
    plan.reductions = reduction_calls(shards, size_.fan_in);
    plan.parts = parts_;
    plan.passages = 0;
    for (const ReaderShard& shard : shards_) plan.passages += shard.context.passages.size();
    sum.finish(plan, profile_);
    KINDLING_TRY_VOID(check_bound(plan, wanted_, profile_));
    reserve_ = std::make_shared<RetryReserve>(plan.retries_max);
    if (wanted_.on_plan) wanted_.on_plan(plan);
    return {};
  }

  Status announce_actual() {
    KINDLING_TRY(size_, size_for(shards_.size()));
    BoundSum sum;
    for (const ReaderShard& shard : shards_) sum.add({shard.context.certificate.tokens_max, output_tokens_});
    sum.add({size_.tokens, output_tokens_}, reduction_calls(shards_.size(), size_.fan_in));
    return announce(sum, shards_.size());
  }

  Result<std::vector<UnitShard>> best_shards() {
    const std::uint64_t tokens = budget_.tokens * wanted_.subagents;
    KINDLING_TRY(const EvidenceOptions wanted, evidence_options(snapshot_, *tokenizer_, options_.pack, tokens));
    KINDLING_TRY(Evidence evidence,
                 gather_evidence(snapshot_, encoder_, question_, wanted, total_, cancellation_));
    if (contemplation_.plan.planned_by_model) KINDLING_TRY_VOID(add_parts(evidence.units, wanted));
    complete_units(snapshot_, evidence.units, tokens);
    KINDLING_TRY(const std::uint64_t room, evidence_room(packing_(), asked_of_readers(wanted_.subagents)));
    return disjoint_shards(snapshot_, std::move(evidence.units), wanted_.subagents, room, text_tokens());
  }

  // Evidence of the model's sub-questions, each as strong as the question's own.
  Status add_parts(std::vector<Unit>& units, const EvidenceOptions& wanted) {
    float largest = 1;
    for (const Unit& unit : units) largest = unit.pinned ? largest : std::max(largest, unit.value);
    EvidenceOptions unpinned = wanted;
    unpinned.pinned.clear();
    for (const std::string& part : parts_) {
      Question one = question_;
      one.text = part;
      KINDLING_TRY(Evidence found, gather_evidence(snapshot_, encoder_, one, unpinned, total_, cancellation_));
      scale_values(found.units, largest);
      units = united(units, found.units);
    }
    return {};
  }

  Result<std::vector<UnitShard>> all_shards() {
    KINDLING_TRY(const std::uint64_t room, evidence_room(packing_(), asked_of_readers(2)));
    KINDLING_TRY(std::vector<UnitShard> shards,
                 window_shards(snapshot_, question_.filter, room, text_tokens()));
    // What is far too much is refused before it is packed.
    ContemplationPlan plan;
    plan.whole = true;
    BoundSum sum;
    sum.add({budget_.tokens, output_tokens_}, shards.size());
    sum.add({size_.tokens, output_tokens_}, reduction_calls(shards.size(), size_.fan_in));
    sum.finish(plan, profile_);
    if (plan.calls_max > wanted_.calls_max) return check_bound(plan, wanted_, profile_).error();
    return shards;
  }

  [[nodiscard]] GenerationRequest request_for(Context& context, ThinkingMode thinking) const {
    GenerationRequest request;
    request.messages = std::move(context.messages);
    request.prompt_tokens_expected = context.certificate.tokens;
    request.output_tokens_max = output_tokens_;
    request.thinking = thinking;
    request.stream = options_.stream;
    return request;
  }

  [[nodiscard]] CallSetting calling() const {
    return {profile_, options_.endpoint, http_, reserve_, wanted_.subagents};
  }

  Result<CitedAnswer> answered() {
    if (shards_.empty()) return nothing_found();
    if (shards_.size() == 1) {
      ReaderShard& only = shards_.front();
      return generated(only.context, only.units, ThinkingMode::contemplating, nullptr);
    }
    const Stopwatch reading;
    KINDLING_TRY(std::vector<std::vector<CitedFinding>> findings, read());
    KINDLING_TRY(findings, reduced(std::move(findings)));
    subagents_ms_ = reading.milliseconds();
    if (findings.empty()) return nothing_found();
    return joined(std::move(findings));
  }

  // What the readers found, shard by shard, those that found something.
  Result<std::vector<std::vector<CitedFinding>>> read() {
    std::vector<GenerationRequest> requests;
    for (ReaderShard& shard : shards_) requests.push_back(request_for(shard.context, ThinkingMode::thinking));
    const std::vector<CallOutcome> outcomes = call_all(requests, calling(), cancellation_);
    KINDLING_TRY_VOID(cancellation_.check());
    std::vector<std::vector<CitedFinding>> found;
    const Error* first_error = nullptr;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const CallOutcome& outcome = outcomes[i];
      SubagentReport report = report_of(outcome, shards_[i].context, static_cast<std::uint32_t>(i + 1), 0);
      if (outcome.error && first_error == nullptr) first_error = &*outcome.error;
      failed += outcome.error ? 1 : 0;
      std::vector<CitedFinding> findings = findings_of(outcome, shards_[i].context, shards_[i].units, report);
      if (!findings.empty()) found.push_back(std::move(findings));
      contemplation_.subagents.push_back(std::move(report));
    }
    if (failed == outcomes.size()) return *first_error;
    return found;
  }

  std::vector<CitedFinding> findings_of(const CallOutcome& outcome, const Context& context,
                                        std::span<const Unit> units, SubagentReport& report) {
    if (!outcome.generation) return {};
    add_usage(usage_, outcome.generation->usage);
    CheckedReading reading = read_findings(outcome.generation->text, context, units);
    report.statements = reading.statements;
    report.unsupported = reading.unsupported;
    std::vector<CitedFinding> findings = limited(snapshot_, reading.findings, size_.share, text_tokens());
    left_out_ += reading.findings.size() - findings.size();
    return findings;
  }

  // Joined until one reduction can hold them: level by level, the groups of a level at the same time.
  Result<std::vector<std::vector<CitedFinding>>> reduced(std::vector<std::vector<CitedFinding>> findings) {
    for (std::uint32_t level = 1; findings.size() > size_.fan_in; ++level) {
      std::vector<std::vector<CitedFinding>> groups = in_groups(std::move(findings), size_.fan_in);
      std::vector<Reduction> reductions;
      std::vector<GenerationRequest> requests;
      for (std::vector<CitedFinding>& group : groups) {
        KINDLING_TRY(Reduction reduction, reduction_of(std::move(group)));
        requests.push_back(request_for(reduction.context, ThinkingMode::thinking));
        reductions.push_back(std::move(reduction));
      }
      const std::vector<CallOutcome> outcomes = call_all(requests, calling(), cancellation_);
      KINDLING_TRY_VOID(cancellation_.check());
      findings.clear();
      for (std::size_t i = 0; i < outcomes.size(); ++i) {
        SubagentReport report =
            report_of(outcomes[i], reductions[i].context, static_cast<std::uint32_t>(i + 1), level);
        std::vector<CitedFinding> found =
            findings_of(outcomes[i], reductions[i].context, reductions[i].units, report);
        // What a reduction that fails was given is not lost.
        if (outcomes[i].error) found = limited(snapshot_, reductions[i].findings, size_.share, text_tokens());
        if (!found.empty()) findings.push_back(std::move(found));
        contemplation_.reductions.push_back(std::move(report));
      }
    }
    return findings;
  }

  Result<Reduction> reduction_of(std::vector<CitedFinding> findings) {
    Budget budget = budget_;
    budget.tokens = size_.tokens;
    ContextOptions options = context_options_;
    options.order = PassageOrder::document;
    KINDLING_TRY(Reduction reduction,
                 build_reduction(snapshot_, {question_.text, parts_, marker_}, std::move(findings), profile_,
                                 *tokenizer_, budget, options));
    left_out_ += reduction.left_out;
    return reduction;
  }

  Result<CitedAnswer> joined(std::vector<std::vector<CitedFinding>> findings) {
    std::vector<std::vector<CitedFinding>> all = in_groups(std::move(findings), size_.fan_in);
    KINDLING_TRY(Reduction reduction, reduction_of(std::move(all.front())));
    return generated(reduction.context, reduction.units, ThinkingMode::contemplating, &reduction.notes);
  }

  // The answer that the user reads as it comes. `notes`: what is said when the call fails; null: the error.
  Result<CitedAnswer> generated(Context& context, std::span<const Unit> units, ThinkingMode thinking,
                                const std::vector<std::string>* notes) {
    const double before_ms = total_.milliseconds();
    const GenerationRequest request = request_for(context, thinking);
    KINDLING_TRY(MeteredEndpoint endpoint, MeteredEndpoint::open(profile_, options_.endpoint, http_, reserve_));
    CallOutcome outcome;
    Result<Generation> generation = endpoint.complete(request, on_token_, cancellation_);
    outcome.ms = total_.milliseconds() - before_ms;
    if (generation) {
      outcome.generation = *generation;
    } else {
      outcome.error = generation.error();
    }
    const std::uint32_t level =
        contemplation_.reductions.empty() ? 1 : contemplation_.reductions.back().level + 1;
    SubagentReport report = report_of(outcome, context, 1, notes == nullptr ? 0 : level);
    Generation answer;
    if (generation) {
      add_usage(usage_, generation->usage);
      answer = std::move(generation).value();
      if (answer.first_token_ms >= 0) first_token_ms_ = before_ms + answer.first_token_ms;
    } else {
      KINDLING_TRY_VOID(cancellation_.check());
      if (notes == nullptr || notes->empty()) return std::move(generation).error();
      answer = said_in_notes(*notes, generation.error());
      if (on_token_) static_cast<void>(on_token_(answer.text));
    }
    CitedAnswer cited = cited_answer(std::move(answer), context.passages, passage_sections(context, units),
                                     options_.require_citations);
    count_statements(cited.answer, report);
    (notes == nullptr ? contemplation_.subagents : contemplation_.reductions).push_back(std::move(report));
    cited.answer.certificate = context.certificate;
    cited.answer.suspicions = context.suspicions;
    return cited;
  }

  Result<CitedAnswer> nothing_found() {
    CitedAnswer cited;
    cited.answer.text = "The collection does not say.";
    cited.answer.finish = Finish::no_evidence;
    Certificate& certificate = cited.answer.certificate;
    if (!shards_.empty()) certificate = shards_.front().context.certificate;
    certificate.window = budget_.window;
    certificate.reserved_output = budget_.reserved_output;
    certificate.budget = budget_.tokens;
    certificate.tokenizer = tokenizer_->name();
    certificate.bound = tokenizer_->bound();
    first_token_ms_ = total_.milliseconds();
    if (on_token_) static_cast<void>(on_token_(cited.answer.text));
    return cited;
  }

  void finish(Answer& answer) {
    answer.fence = marker_;
    std::erase_if(answer.foreign_links,
                  [&](const std::string& link) { return question_.text.find(link) != std::string::npos; });
    answer.usage = usage_;
    contemplation_.calls = reserve_ == nullptr ? 0 : reserve_->sent();
    add_suspicions(answer.suspicions, shards_);
    if (left_out_ > 0) notes_.add(std::to_string(left_out_) + " findings did not fit into the reduction");
    const bool missing = note_missing(contemplation_, shards_, notes_);
    if (missing && (answer.finish == Finish::stop || answer.finish == Finish::no_evidence))
      answer.finish = Finish::incomplete;
    notes_.add(answer.note);
    answer.note = notes_.text();
    answer.contemplation = std::move(contemplation_);
  }

  const Snapshot& snapshot_;
  const Encoder* encoder_;
  const Question& question_;
  const ModelProfile& profile_;
  const AskOptions& options_;
  const ContemplateOptions& wanted_;
  const OnToken& on_token_;
  const Cancellation& cancellation_;
  ContextOptions context_options_;
  Stopwatch total_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  Budget budget_;
  std::uint64_t output_tokens_ = 0;  // of each call
  std::shared_ptr<HttpClient> http_;
  std::shared_ptr<RetryReserve> reserve_;
  std::string marker_;
  std::vector<std::string> parts_;
  ReductionSize size_;
  std::vector<ReaderShard> shards_;
  Usage usage_ = no_usage();
  std::uint64_t left_out_ = 0;
  AnswerNotes notes_;
  Contemplation contemplation_;
  double first_token_ms_ = -1;
  double subagents_ms_ = 0;
};

Status check_wanted(const ModelProfile* profile, const AskOptions& options) {
  const auto refused = [](std::string why, std::string mend) {
    return Error{ErrorCode::usage, "--thinking contemplating", std::move(why), std::move(mend)};
  };
  if (profile == nullptr)
    return refused("sentences of the documents do not think", "name a model with --model");
  if (options.conversation != nullptr)
    return refused("a conversation is answered in one request a turn",
                   "use 'kindling ask', or --thinking thinking");
  if (options.pack.figures.wanted)
    return refused("pictures of the documents are not shared among subagents", "leave --figures out");
  const ContemplateOptions& wanted = options.contemplate;
  if (wanted.subagents < 1 || wanted.subagents > subagents_most) {
    return Error{ErrorCode::usage, "--subagents", std::to_string(wanted.subagents) + " is none of 1 to 16",
                 "choose among these"};
  }
  if (wanted.whole && wanted.plan_by_model) {
    return Error{ErrorCode::usage, "--plan-by-model",
                 "its sub-questions choose evidence, and --whole reads all", "leave one of them out"};
  }
  return {};
}

}  // namespace

bool is_contemplated(const ModelProfile* profile, const AskOptions& options) {
  if (options.thinking != ThinkingMode::contemplating) return false;
  return profile == nullptr || options.contemplate.whole || !profile->parameters["contemplates"].as_bool(false);
}

Result<Answer> contemplate(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                           const ModelProfile* profile, const AskOptions& options, const OnToken& on_token,
                           const Cancellation& cancellation) {
  KINDLING_TRY_VOID(check_wanted(profile, options));
  return Contemplating(snapshot, encoder, question, *profile, options, on_token, cancellation).run();
}

}  // namespace kindling
