#include "engine/tools/tool_talk.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/env.h"
#include "base/utf8.h"
#include "engine/pack/request_count.h"
#include "engine/retrieve/place.h"
#include "engine/tools/call_runner.h"
#include "engine/tools/exchange.h"
#include "engine/tools/held_text.h"
#include "engine/tools/schema.h"

namespace kindling {
namespace {

// Passages as packing describes them.
Status add_passages(const ToolTalkSetting& setting, std::span<const DocumentRun> runs, ToolTalk& talk) {
  Places places(setting.snapshot);
  for (const DocumentRun& run : runs) {
    Passage& passage = talk.passages.emplace_back();
    passage.number = setting.sent.last() + 1;
    KINDLING_TRY(passage.place, places.at(run.section, run.span));
    passage.text = slice(setting.snapshot.document(setting.snapshot.document_of(run.section)).text, run.span);
    passage.token_count = setting.tokenizer.count(passage.text).tokens;
    talk.sections.push_back(run.section);
    setting.sent.add(passage.number, run);
  }
  return {};
}

// What the endpoint's own count of a refused request leaves of the budget, with a little to spare.
std::uint64_t mended_budget(const std::optional<ChatEndpoint::Overflow>& overflow, std::uint64_t tokens_max,
                            std::uint64_t output_tokens_max) {
  constexpr double spare = .97;
  constexpr double blind = .75;  // where it does not say by how much
  const auto counted = static_cast<double>(tokens_max);
  if (!overflow || overflow->tokens == 0 || overflow->window <= output_tokens_max)
    return static_cast<std::uint64_t>(blind * counted);
  const auto room = static_cast<double>(overflow->window - output_tokens_max);
  return static_cast<std::uint64_t>(spare * counted *
                                    std::min(1., room / static_cast<double>(overflow->tokens)));
}

class Talking {
 public:
  Talking(const ToolTalkSetting& setting, GenerationRequest request, const OnToken& on_token,
          const Cancellation& cancellation)
      : setting_(setting),
        request_(std::move(request)),
        cancellation_(cancellation),
        offer_(tools_json(setting.tools, setting.profile)),
        fitter_{setting.snapshot,
                setting.profile,
                setting.tokenizer,
                setting.sent,
                offer_,
                setting.fence,
                setting.limits.result_tokens_max},
        budget_(setting.budget),
        runner_(setting.tools, setting.limits),
        text_(on_token, request_.stream) {
    usage_.cost = 0;
    usage_.reported = true;
  }

  Result<ToolTalk> run() {
    for (unsigned round = 1;; ++round) {
      KINDLING_TRY_VOID(offer(round));
      Result<Generation> generation = complete();
      if (!generation && can_mend(generation.error())) {
        mend_overflow(round);
        KINDLING_TRY_VOID(offer(round));
        generation = complete();
      }
      if (!generation && text_.shown().empty()) return std::move(generation).error();
      if (!generation) return broken(generation.error());
      KINDLING_TRY_VOID(add_passages(setting_, fresh_, talk_));
      fresh_.clear();
      add(*generation);
      if (generation->tool_calls.empty() || request_.tools.is_null()) return ended(std::move(*generation));
      text_.drop();
      KINDLING_TRY_VOID(call(*generation, round));
    }
  }

 private:
  // With tools as long as they may be called and fit; what does not fit is never sent.
  Status offer(unsigned round) {
    const bool offered = !over_ && runner_.may_offer(round);
    TokenCount tokens = fitter_.counted(request_.messages, offered);
    const bool fits = tokens.tokens_max <= budget_;
    if (offered && !fits) tokens = fitter_.counted(request_.messages, false);
    if (offered && !fits && round == 1) add_note("the tools do not fit into the budget and were not offered");
    request_.tools = offered && fits ? offer_ : Json();
    if (tokens.tokens_max > budget_) {
      return Error{ErrorCode::budget_impossible, "budget",
                   std::to_string(budget_) + " tokens cannot hold the request", "allow more with --budget"};
    }
    request_.prompt_tokens_expected = tokens.tokens;
    tokens_max_ = tokens.tokens_max;
    if (tokens.tokens_max > talk_.largest.tokens_max) talk_.largest = tokens;
    return {};
  }

  Result<Generation> complete() {
    text_.begin(!request_.tools.is_null());
    return setting_.endpoint.complete(
        request_, [this](std::string_view piece) { return text_.take(piece); }, cancellation_);
  }

  Status call(const Generation& generation, unsigned round) {
    before_ = request_.messages.size();
    first_use_ = talk_.uses.size();
    exchange_ = asked(generation, round);
    for (const ToolCall& wish : generation.tool_calls) {
      if (exchange_.results.size() == exchange_.asked.tool_calls.size()) {
        use_of(wish, round).error =
            "not run: no more than " + std::to_string(setting_.limits.calls_max) + " calls";
        continue;
      }
      const Stopwatch watch;
      KINDLING_TRY(CallResult result, runner_.run(wish, cancellation_));
      ToolUse& use = use_of(wish, round);
      use.ms = watch.milliseconds();
      use.ok = result.error_code.empty();
      if (!use.ok) use.error = result.error_code + ": " + result.error;
      exchange_.results.push_back(std::move(result));
    }
    over_ = !fit(round);
    return {};
  }

  // The message that is sent back: its calls as far as they may run.
  Exchange asked(const Generation& generation, unsigned round) const {
    Exchange exchange;
    exchange.asked.role = "assistant";
    exchange.asked.content = generation.text;
    std::set<std::string> ids;
    const std::size_t count = std::min(generation.tool_calls.size(), runner_.calls_left());
    for (std::size_t i = 0; i < count; ++i) {
      const std::string own = "call_" + std::to_string(round) + "_" + std::to_string(i + 1);
      ToolCall call = sendable(generation.tool_calls[i], own);
      if (!ids.insert(call.id).second) call.id = own;
      exchange.asked.tool_calls.push_back(std::move(call));
    }
    return exchange;
  }

  ToolUse& use_of(const ToolCall& call, unsigned round) {
    const auto shown = [](const std::string& text) {
      return text.substr(0, text.size() <= shown_arguments_bytes_max
                                ? text.npos
                                : floor_code_point(text, shown_arguments_bytes_max));
    };
    ToolUse& use = talk_.uses.emplace_back();
    use.round = round;
    use.name = shown(call.name);
    use.arguments = shown(call.arguments);
    return use;
  }

  // Puts the exchange into the request: where another round may follow with half of the room there is, else
  // with all of it and the word that it was the last. False: nothing more can be called.
  bool fit(unsigned round) {
    const std::vector<ChatMessage> before(request_.messages.begin(),
                                          request_.messages.begin() + static_cast<std::ptrdiff_t>(before_));
    const std::uint64_t base = fitter_.counted(before, true).tokens_max;
    if (runner_.may_offer(round + 1) && base < budget_) {
      if (auto fitted = fitter_.fit(before, exchange_, base + (budget_ - base) / 2, true))
        return take(std::move(*fitted), true);
    }
    if (auto fitted = fitter_.fit(before, exchange_, budget_, false)) return take(std::move(*fitted), false);
    request_.messages = before;  // as if it had not called
    fresh_.clear();
    for (std::size_t i = 0; i < exchange_.results.size(); ++i) {
      ToolUse& use = talk_.uses[first_use_ + i];
      use.ok = false;
      use.error = "no room for its result";
      use.tokens = 0;
    }
    return false;
  }

  bool take(FittedExchange fitted, bool goes_on) {
    request_.messages = std::move(fitted.messages);
    fresh_ = std::move(fitted.runs);
    for (std::size_t i = 0; i < fitted.tokens.size(); ++i) talk_.uses[first_use_ + i].tokens = fitted.tokens[i];
    return goes_on;
  }

  // Only results can be cut here; a first request that is too large is packed again by whoever packed it.
  [[nodiscard]] bool can_mend(const Error& error) const {
    return error.code == ErrorCode::context_overflow && before_ > 0 && !mended_;
  }

  void mend_overflow(unsigned round) {
    mended_ = true;
    const std::uint64_t kept =
        fitter_.counted(std::span(request_.messages).first(before_), false).tokens_max;  // it was taken before
    budget_ =
        std::max(kept, mended_budget(setting_.endpoint.overflow(), tokens_max_, request_.output_tokens_max));
    over_ = !fit(round - 1);
  }

  void add(const Generation& generation) {
    const Usage& more = generation.usage;
    usage_.prompt_tokens += more.prompt_tokens;
    usage_.completion_tokens += more.completion_tokens;
    usage_.cached_tokens += more.cached_tokens;
    usage_.reasoning_tokens += more.reasoning_tokens;
    usage_.cost = more.cost < 0 || usage_.cost < 0 ? -1 : usage_.cost + more.cost;
    usage_.reported = usage_.reported && more.reported;
    limited_ms_ += generation.limited_ms;
    add_note(generation.note);
  }

  void add_note(const std::string& note) {
    if (!note.empty() && note_.find(note) == std::string::npos) note_ += (note_.empty() ? "" : "; ") + note;
  }

  Result<ToolTalk> broken(const Error& error) {
    add_note("the answer broke off: " + error.why);
    Generation generation;
    generation.finish = Finish::incomplete;
    KINDLING_TRY_VOID(add_passages(setting_, fresh_, talk_));
    return ended(std::move(generation));
  }

  Result<ToolTalk> ended(Generation generation) {
    text_.keep();
    generation.text = text_.shown();
    generation.usage = usage_;
    generation.note = note_;
    generation.limited_ms = limited_ms_;
    generation.first_token_ms = text_.first_ms();
    generation.tool_calls.clear();
    talk_.generation = std::move(generation);
    talk_.messages = std::move(request_.messages);
    return std::move(talk_);
  }

  const ToolTalkSetting& setting_;
  GenerationRequest request_;
  const Cancellation& cancellation_;
  const Json offer_;
  const ExchangeFitter fitter_;
  std::uint64_t budget_;
  CallRunner runner_;
  HeldText text_;
  ToolTalk talk_;
  Usage usage_;
  std::string note_;
  double limited_ms_ = 0;
  std::uint64_t tokens_max_ = 0;  // of the request at hand
  bool over_ = false;             // nothing more is offered
  bool mended_ = false;
  // The last exchange: it can be cut again until a request with it was taken.
  Exchange exchange_;
  std::size_t before_ = 0;  // messages before it
  std::size_t first_use_ = 0;
  std::vector<DocumentRun> fresh_;  // its passages
};

}  // namespace

Json tools_json(const Tools& tools, const ModelProfile& profile) {
  const bool wants_strict = profile.parameters["strict_tools"].as_bool();
  Json list = Json::array();
  for (const auto& tool : tools) {
    const ToolSpec& spec = tool->spec();
    const auto strict = wants_strict ? strict_schema(spec.parameters) : std::nullopt;
    Json function = Json::object({{"name", spec.name},
                                  {"description", spec.description},
                                  {"parameters", strict ? *strict : spec.parameters}});
    if (strict) function.set("strict", true);
    list.push(Json::object({{"type", "function"}, {"function", std::move(function)}}));
  }
  return list;
}

std::uint64_t tools_tokens(const Json& tools, const ModelProfile& profile, const Tokenizer& tokenizer) {
  const std::uint64_t without =
      count_request(profile, tokenizer, {.messages = {}, .tools = {}, .media = {}}).tokens_max;
  return count_request(profile, tokenizer, {.messages = {}, .tools = tools, .media = {}}).tokens_max - without;
}

Result<ToolTalk> talk_with_tools(const ToolTalkSetting& setting, GenerationRequest request,
                                 const OnToken& on_token, const Cancellation& cancellation) {
  return Talking(setting, std::move(request), on_token, cancellation).run();
}

}  // namespace kindling
