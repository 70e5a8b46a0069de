#include "engine/ask.h"

#include <algorithm>
#include <memory>

#include "engine/answer/answer.h"
#include "engine/answer/answer_links.h"
#include "engine/answer/conversation.h"
#include "engine/answer/fallback.h"
#include "engine/contemplate/contemplate.h"
#include "engine/pack/find_suspicions.h"
#include "engine/pack/pack.h"
#include "engine/pack/request_count.h"
#include "engine/tools/toolbox.h"

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

// The budget that the endpoint's own count of the refused request leaves us, with a little to spare.
std::uint64_t repaired_budget(const ChatEndpoint::Overflow& overflow, const Certificate& certificate) {
  const double window =
      overflow.window > 0 ? static_cast<double>(overflow.window) : static_cast<double>(certificate.window);
  const double told = overflow.tokens > 0 ? static_cast<double>(overflow.tokens) : 1.25 * window;
  const double room = std::max(1.0, window - static_cast<double>(certificate.reserved_output));
  return static_cast<std::uint64_t>(static_cast<double>(certificate.tokens_max) * .97 * room /
                                    std::max(told, room));
}

constexpr std::uint64_t history_share =
    2;  // of the budget, that what was said may take before passages are forgotten
constexpr std::uint64_t evidence_share = 4;  // of what is left, that a turn of a conversation may add

// One question on its way to an answer.
class Asking {
 public:
  Asking(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
         const ModelProfile* profile, const AskOptions& options, const OnToken& on_token,
         const Cancellation& cancellation)
      : snapshot_(snapshot),
        encoder_(encoder),
        question_(question),
        looked_for_(question),
        options_(options),
        on_token_(on_token),
        cancellation_(cancellation),
        extractive_(profile == nullptr),
        reader_(extractive_ ? extractive_profile(question.text) : *profile) {
    if (options.conversation != nullptr)
      looked_for_.text = options.conversation->looked_for(question.text, snapshot);
  }

  Result<Answer> run() {
    KINDLING_TRY_VOID(prepare());
    const Stopwatch retrieving;
    KINDLING_TRY_VOID(gather());
    const double retrieve_ms = retrieving.milliseconds();
    const Stopwatch packing;
    KINDLING_TRY(context_, built());
    const double pack_ms = packing.milliseconds();
    KINDLING_TRY(CitedAnswer cited, extractive_ ? extracted() : generated());
    KINDLING_TRY_VOID(locate(cited, snapshot_));
    Answer& answer = cited.answer;
    answer.certificate = context_.certificate;
    answer.fence = context_.fence;
    answer.suspicions = context_.suspicions;
    answer.tool_calls = tool_uses_;
    std::erase_if(answer.foreign_links,
                  [&](const std::string& link) { return question_.text.find(link) != std::string::npos; });
    remember(answer);
    answer.timings_ms = {{"retrieve", retrieve_ms},
                         {"pack", pack_ms},
                         {"first_token", first_token_ms_},
                         {"total", total_.milliseconds()}};
    return std::move(answer);
  }

 private:
  [[nodiscard]] bool converses() const { return options_.conversation != nullptr && !extractive_; }

  Status prepare() {
    KINDLING_TRY(tokenizer_, profile_tokenizer(reader_));
    KINDLING_TRY(budget_, request_budget(reader_, options_.pack));
    if (!extractive_) {
      KINDLING_TRY(endpoint_,
                   ChatEndpoint::open(reader_, options_.endpoint));  // a missing key is said before the work
    }
    if (!extractive_ && options_.tools.any()) {
      KINDLING_TRY(toolbox_,
                   Toolbox::open(snapshot_, encoder_, question_, reader_, *tokenizer_, options_.tools));
    }
    if (converses())
      options_.conversation->fit(budget_.tokens / history_share, [this](const auto& m) { return counted(m); });
    return {};
  }

  std::uint64_t counted(const std::vector<ChatMessage>& messages) const {
    return count_request(reader_, *tokenizer_, {.messages = messages, .tools = {}, .media = {}}).tokens_max;
  }

  Status gather() {
    KINDLING_TRY(const EvidenceOptions wanted,
                 evidence_options(snapshot_, *tokenizer_, options_.pack, budget_.tokens));
    KINDLING_TRY(evidence_, gather_evidence(snapshot_, encoder_, looked_for_, wanted, total_, cancellation_));
    if (!extractive_) complete_units(snapshot_, evidence_.units, budget_.tokens);
    if (converses()) evidence_.units = options_.conversation->news(evidence_.units);
    return {};
  }

  Result<Context> built() {
    ContextOptions wanted = context_options(options_.pack);
    if (extractive_) wanted.order = PassageOrder::relevance;  // the best evidence speaks first
    if (converses()) {
      const Conversation& conversation = *options_.conversation;
      wanted.history = conversation.messages();
      if (wanted.fence.empty()) wanted.fence = conversation.fence();
      wanted.passages_before = static_cast<std::uint32_t>(conversation.passages().size());
      const std::uint64_t said = conversation.messages().empty() ? 0 : counted(conversation.messages());
      wanted.evidence_tokens_max = (budget_.tokens - std::min(said, budget_.tokens)) / evidence_share;
    }
    if (wanted.fence.empty()) wanted.fence = context_.fence;  // packed again it is the same question
    Budget budget = budget_;
    if (toolbox_ != nullptr) {
      KINDLING_TRY(budget.tokens, toolbox_->packing_tokens(budget_.tokens));
    }
    KINDLING_TRY(IllustratedContext pictured,
                 pictured_context(snapshot_, question_.text, evidence_, reader_, *tokenizer_, budget, wanted,
                                  options_.pack, total_, cancellation_));
    return std::move(pictured.context);
  }

  Result<CitedAnswer> extracted() {
    CitedAnswer cited =
        extractive_answer(looked_for_, evidence_, context_, snapshot_, options_.evidence_threshold);
    cited.answer.usage.prompt_tokens = context_.certificate.tokens;
    first_token_ms_ = total_.milliseconds();
    if (on_token_) static_cast<void>(on_token_(cited.answer.text));
    return cited;
  }

  Result<Generation> complete() {
    GenerationRequest request;
    request.messages = context_.messages;
    request.prompt_tokens_expected = context_.certificate.tokens;
    request.output_tokens_max = std::min(budget_.reserved_output, reader_.output_max);
    request.thinking = options_.thinking;
    request.stream = options_.stream;
    if (toolbox_ == nullptr) return endpoint_->complete(request, on_token_, cancellation_);
    context_.certificate.tokens_max += toolbox_->offer_tokens();
    tool_sections_.clear();
    const auto [passages, sections] = citable();
    KINDLING_TRY(ToolTalk talk, toolbox_->talk(*endpoint_, std::move(request), passages, sections,
                                               context_.fence, budget_.tokens, on_token_, cancellation_));
    return told(std::move(talk));
  }

  // What a talk with tools adds to what was packed.
  Generation told(ToolTalk talk) {
    const std::vector<Suspicion> suspicions = find_suspicions(talk.passages);
    context_.suspicions.insert(context_.suspicions.end(), suspicions.begin(), suspicions.end());
    context_.messages = std::move(talk.messages);
    context_.passages.insert(context_.passages.end(), talk.passages.begin(), talk.passages.end());
    context_.certificate.budget = budget_.tokens;
    context_.certificate.tokens = talk.largest.tokens;
    context_.certificate.tokens_max = talk.largest.tokens_max;
    tool_sections_ = std::move(talk.sections);
    tool_uses_ = std::move(talk.uses);
    return std::move(talk.generation);
  }

  // All passages that the request holds, a conversation's earlier ones too, and the sections that they are in.
  std::pair<std::vector<Passage>, std::vector<SectionIndex>> citable() const {
    std::vector<Passage> passages;
    std::vector<SectionIndex> sections;
    if (converses()) {
      passages = options_.conversation->passages();
      sections = options_.conversation->sections();
    }
    passages.insert(passages.end(), context_.passages.begin(), context_.passages.end());
    const std::vector<SectionIndex> sent = sections_sent();
    sections.insert(sections.end(), sent.begin(), sent.end());
    return {std::move(passages), std::move(sections)};
  }

  Result<CitedAnswer> generated() {
    const double before_ms = total_.milliseconds();
    Result<Generation> generation = complete();
    if (!generation && generation.error().code == ErrorCode::context_overflow && endpoint_->overflow()) {
      budget_.tokens = repaired_budget(*endpoint_->overflow(), context_.certificate);
      if (toolbox_ != nullptr && !toolbox_->packing_tokens(budget_.tokens)) toolbox_.reset();
      KINDLING_TRY(context_, built());
      generation = complete();
    }
    if (!generation) return std::move(generation).error();
    if (generation->first_token_ms >= 0) first_token_ms_ = before_ms + generation->first_token_ms;
    const auto [passages, sections] = citable();
    return cited_answer(std::move(generation).value(), passages, sections, options_.require_citations);
  }

  // Of each passage.
  std::vector<SectionIndex> sections_sent() const {
    std::vector<SectionIndex> sections;
    sections.reserve(context_.units_of.size());
    for (const std::vector<UnitIndex>& units : context_.units_of)
      sections.push_back(evidence_.units[position(units.front())].section);
    sections.insert(sections.end(), tool_sections_.begin(), tool_sections_.end());
    return sections;
  }

  // An extractive answer sends nothing: only the words are kept.
  void remember(const Answer& answer) {
    if (options_.conversation == nullptr) return;
    Turn turn{question_.text, looked_for_.text, answer.text, {}, {}, {}};
    if (converses()) {
      turn.messages = std::move(context_.messages);
      turn.passages = std::move(context_.passages);
      turn.sections = sections_sent();
      turn.fence = std::move(context_.fence);
    }
    options_.conversation->add(std::move(turn), snapshot_);
  }

  const Snapshot& snapshot_;
  const Encoder* encoder_;
  const Question& question_;
  Question looked_for_;
  const AskOptions& options_;
  const OnToken& on_token_;
  const Cancellation& cancellation_;
  bool extractive_;
  ModelProfile reader_;
  Stopwatch total_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  Budget budget_;
  std::unique_ptr<ChatEndpoint> endpoint_;
  Evidence evidence_;
  Context context_;
  std::unique_ptr<Toolbox> toolbox_;         // null: no tools
  std::vector<SectionIndex> tool_sections_;  // of the passages that they brought, the last of context_'s
  std::vector<ToolUse> tool_uses_;
  double first_token_ms_ = -1;
};

Result<Answer> answered(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                        const ModelProfile* profile, const AskOptions& options, const OnToken& on_token,
                        const Cancellation& cancellation) {
  if (is_contemplated(profile, options) && options.tools.any()) {
    return Error{ErrorCode::usage, "--tools",
                 "subagents read evidence that was packed before, and call nothing",
                 "use --thinking thinking with --tools"};
  }
  if (is_contemplated(profile, options))
    return contemplate(snapshot, encoder, question, profile, options, on_token, cancellation);
  return Asking(snapshot, encoder, question, profile, options, on_token, cancellation).run();
}

}  // namespace

Result<Answer> ask(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                   const ModelProfile* profile, const AskOptions& options, const OnToken& on_token,
                   const Cancellation& cancellation) {
  const Stopwatch total;
  bool shown = false;
  OnToken noted;
  if (on_token) {
    noted = [&](std::string_view piece) {
      shown = true;
      return on_token(piece);
    };
  }
  Result<Answer> answer = answered(snapshot, encoder, question, profile, options, noted, cancellation);
  if (answer.ok() || profile == nullptr || !options.fallback || shown) return answer;
  answer =
      fallback_answer(std::move(answer).error(), snapshot, encoder, question, options, on_token, cancellation);
  if (!answer.ok()) return answer;
  for (auto& [stage, ms] : answer->timings_ms) {  // waiting for the endpoint was part of it
    if (stage == "first_token" || stage == "total") ms = total.milliseconds();
  }
  return answer;
}

}  // namespace kindling
