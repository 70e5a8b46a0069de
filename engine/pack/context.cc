#include "engine/pack/context.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/pack/arrangement.h"
#include "engine/pack/fence.h"
#include "engine/pack/find_suspicions.h"
#include "engine/pack/heading_costs.h"
#include "engine/pack/outline.h"
#include "engine/pack/prompt.h"
#include "engine/pack/prompt_lines.h"
#include "engine/pack/request_count.h"
#include "engine/pack/sent_passages.h"

namespace kindling {
namespace {

constexpr std::uint64_t slack_min = 16;        // tokens
constexpr std::uint32_t typical_number = 999;  // of a passage, that marks are charged for

// Counted in place of a fence that is not known yet.
constexpr std::string_view typical_fence = "3f8a1c6e9b2d7054";

PromptFrame frame_of(const ContextOptions& options) {
  return {options.fence.empty() ? typical_fence : std::string_view(options.fence), options.instructions};
}

// A conversation has its instructions already.
std::vector<ChatMessage> continued(std::span<const ChatMessage> history, std::vector<ChatMessage> prompt) {
  if (history.empty()) return prompt;
  std::vector<ChatMessage> messages(history.begin(), history.end());
  messages.push_back(std::move(prompt.back()));
  return messages;
}

// One choice of units, as it would be sent.
struct Draft {
  Arrangement arrangement;
  std::vector<ChatMessage> messages;  // empty: not written yet
  TokenCount count;                   // of the request; without messages tokens_max alone
};

class ContextBuilder {
 public:
  ContextBuilder(const Snapshot& snapshot, std::string_view question, std::span<const Unit> units,
                 const ModelProfile& profile, const Tokenizer& tokenizer, const Budget& budget,
                 const ContextOptions& options)
      : snapshot_(snapshot),
        question_(question),
        units_(units),
        profile_(profile),
        tokenizer_(tokenizer),
        budget_(budget),
        options_(options),
        fixed_(request_overhead(question, profile, tokenizer, options)),
        texts_(texts_of(snapshot, units)),
        unit_tokens_(units.size()),
        headings_(Outline(snapshot, budget.tokens > fixed_ ? budget.tokens - fixed_ : 0,
                          options.order == PassageOrder::document),
                  units, [this](std::string_view line) { return tokens_max_of(line); }) {}

  Result<Context> run() {
    if (fixed_ > budget_.tokens) return impossible();
    const std::uint64_t room = std::min(budget_.tokens - fixed_, options_.evidence_tokens_max);
    const FillCosts costs = fill_costs();
    const Filler::TextOf text = [this](UnitIndex unit) { return texts_[position(unit)]; };
    FillLimits limits{room, options_.tokens_per_document, options_.near_repeats};
    Filler filler(units_, limits, costs, text);
    Filling filling = filler.fill();
    if (filling.chosen.empty() && !units_.empty()) return impossible();
    if (const std::uint64_t missing = pinned_left_out(filling); missing > 0) return pins_too_large(missing);
    Draft draft = drafted(filling.chosen);
    const bool some_left_out =
        std::any_of(filling.omitted.begin(), filling.omitted.end(),
                    [](const Omission& omission) { return omission.reason == Omission::Reason::budget; });
    if (const std::uint64_t slack = slack_of(draft.count, room); slack > 0 && some_left_out) {
      // Sums of parts are an upper bound, and the whole came out smaller: what that leaves is spent too.
      filling = filler.fill_up_to(room + slack);
      draft = drafted(filling.chosen);
    }
    if (draft.count.tokens_max <= budget_.tokens) write(draft);
    while (draft.count.tokens_max > budget_.tokens && !filling.chosen.empty()) {
      drop_least(filling, draft.count.tokens_max - budget_.tokens);
      draft = drafted(filling.chosen);
      write(draft);
    }
    if (filling.chosen.empty() && !units_.empty()) return impossible();
    return finish(std::move(filling), std::move(draft));
  }

 private:
  // Worth another filling: more than a sentence, and more than a hundredth.
  [[nodiscard]] std::uint64_t slack_of(TokenCount count, std::uint64_t room) const {
    const std::uint64_t allowed = fixed_ + room;
    if (count.tokens_max >= allowed) return 0;
    const std::uint64_t slack = allowed - count.tokens_max;
    return slack >= slack_min && slack * 100 > allowed ? slack : 0;
  }

  // Media come with the question, in the last message, and are counted with it.
  TokenCount counted(const std::vector<ChatMessage>& messages) const {
    return count_request(profile_, tokenizer_, {.messages = messages, .tools = {}, .media = options_.media});
  }

  // What a text takes up in a request of this size, at most.
  std::uint64_t tokens_max_of(std::string_view text) const { return tokenizer_.part(text, budget_.tokens); }

  FillCosts fill_costs() {
    FillCosts costs;
    costs.unit = [this](UnitIndex unit) { return tokens_max_of(unit) + joining_space(unit); };
    costs.headings = [this](UnitIndex unit) { return headings_.over(unit); };
    costs.passage_mark = tokens_max_of(passage_mark(typical_number) + "\n");
    return costs;
  }

  // Counted once, for as many fillings as there are.
  std::uint64_t tokens_max_of(UnitIndex unit) {
    std::uint64_t& tokens = unit_tokens_[position(unit)];
    if (tokens == 0) tokens = tokens_max_of(texts_[position(unit)]);
    return tokens;
  }

  // White space between this unit and the one before it in the same section: sent only when both are in,
  // counted always.
  std::uint64_t joining_space(UnitIndex unit) const {
    const std::uint32_t i = position(unit);
    if (i == 0 || !continues(units_, UnitIndex{i - 1}, unit)) return 0;
    return units_[i].span.begin - units_[i - 1].span.end;
  }

  Error impossible() {
    const std::uint64_t needed = fixed_ + cheapest_unit(units_, fill_costs());
    return {ErrorCode::budget_impossible, "budget",
            std::to_string(budget_.tokens) + " tokens cannot hold the question and one passage",
            "allow at least " + std::to_string(needed) + " with --budget"};
  }

  // Tokens of pinned units that did not fit.
  std::uint64_t pinned_left_out(const Filling& filling) {
    std::uint64_t tokens = 0;
    for (const Omission& omission : filling.omitted) {
      if (units_[position(omission.unit)].pinned && omission.same_as == omission.unit)
        tokens += tokens_max_of(omission.unit);
    }
    return tokens;
  }

  Error pins_too_large(std::uint64_t missing) const {
    return {ErrorCode::budget_impossible, "--pin",
            "the pinned documents do not fit into " + std::to_string(budget_.tokens) + " tokens",
            "allow about " + std::to_string(budget_.tokens + missing) + " with --budget, or pin less"};
  }

  // How large the choice would be. Where only bytes can be promised they are added up and nothing is written:
  // a window may be filled twice.
  Draft drafted(std::span<const UnitIndex> chosen) {
    Draft draft;
    draft.arrangement = arranged(units_, chosen, options_.order);
    if (tokenizer_.bound() != TokenBound::worst_case) {
      write(draft);
      return draft;
    }
    draft.count.tokens_max = fixed_;
    for (const PromptLine& line : prompt_lines(units_, texts_, draft.arrangement.runs, headings_))
      draft.count.tokens_max += prompt_bytes(line);
    return draft;
  }

  // The messages, and their count: what the certificate promises.
  void write(Draft& draft) {
    if (!draft.messages.empty()) return;
    draft.messages = written(draft.arrangement.runs);
    draft.count = counted(draft.messages);
  }

  std::vector<ChatMessage> written(std::span<const Run> runs) {
    const auto lines = prompt_lines(units_, texts_, runs, headings_, options_.passages_before);
    return continued(options_.history, make_prompt(question_, lines, frame_of(options_)));
  }

  // Takes out the least valuable units until about `excess` tokens are gone, at least one.
  void drop_least(Filling& filling, std::uint64_t excess) {
    std::vector<std::size_t> weakest(filling.chosen.size());  // places in `chosen`
    std::iota(weakest.begin(), weakest.end(), std::size_t{0});
    const auto value = [&](std::size_t at) {
      const float own = units_[position(filling.chosen[at])].value;
      return own > 0 ? own : std::numeric_limits<float>::max();  // a lead goes after all that it leads to
    };
    std::stable_sort(weakest.begin(), weakest.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    std::vector<bool> goes(filling.chosen.size());
    std::vector<Omission> omitted;
    std::uint64_t gone = 0;
    for (const std::size_t at : weakest) {
      if (gone > 0 && gone >= excess) break;
      const UnitIndex unit = filling.chosen[at];
      gone += std::max<std::uint64_t>(1, tokens_max_of(unit));
      goes[at] = true;
      omitted.push_back({unit, Omission::Reason::budget, unit});
    }
    std::size_t kept = 0;
    for (std::size_t at = 0; at < goes.size(); ++at) {
      if (goes[at]) continue;
      filling.chosen[kept] = filling.chosen[at];
      filling.paid[kept++] = filling.paid[at];
    }
    filling.chosen.resize(kept);
    filling.paid.resize(kept);
    filling.omitted.insert(filling.omitted.begin(), omitted.rbegin(), omitted.rend());
  }

  // Of the instructions and the pinned documents, as far as two questions have the same bytes.
  // In a conversation: of all that was sent and said before.
  std::uint64_t prefix_tokens(const Arrangement& arrangement) {
    const auto tokens_of = [this](std::span<const ChatMessage> messages) {  // media come behind the question
      return count_request(profile_, tokenizer_, {.messages = messages, .tools = {}, .media = {}}).tokens;
    };
    if (!options_.history.empty()) return tokens_of(options_.history);
    std::vector<ChatMessage> prefix = written(std::span(arrangement.runs).first(arrangement.pinned));
    std::string& user = prefix.back().content;
    user.resize(user.size() - question_.size() - prompt_tail(options_.fence).size());
    return tokens_of(prefix);
  }

  Result<Context> finish(Filling filling, Draft draft) {
    Context context;
    context.messages = std::move(draft.messages);
    context.messages.back().media.assign(options_.media.begin(), options_.media.end());
    Certificate& certificate = context.certificate;
    certificate.window = budget_.window;
    certificate.reserved_output = budget_.reserved_output;
    certificate.budget = budget_.tokens;
    certificate.tokens = draft.count.tokens;
    certificate.tokens_max = draft.count.tokens_max;
    certificate.tokenizer = tokenizer_.name();
    certificate.bound = tokenizer_.bound();
    if (const auto note = tokenizer_.calibration()) {
      certificate.confidence = note->confidence;
      certificate.samples = note->samples;
    }
    certificate.prefix_tokens = prefix_tokens(draft.arrangement);
    KINDLING_TRY(Sent sent, sent_passages(snapshot_, tokenizer_, units_, texts_, draft.arrangement.runs,
                                          filling, options_.passages_before));
    context.passages = std::move(sent.passages);
    context.units_of = std::move(sent.units_of);
    context.dropped = std::move(sent.dropped);
    context.filling = std::move(filling);
    context.fence = options_.fence;
    context.suspicions = find_suspicions(context.passages);
    return context;
  }

  const Snapshot& snapshot_;
  std::string_view question_;
  std::span<const Unit> units_;
  const ModelProfile& profile_;
  const Tokenizer& tokenizer_;
  const Budget& budget_;
  const ContextOptions& options_;
  std::uint64_t fixed_;                     // tokens of the request without evidence
  std::vector<std::string_view> texts_;     // [units]
  std::vector<std::uint64_t> unit_tokens_;  // [units]; zero: not counted yet
  HeadingCosts headings_;
};

}  // namespace

Result<Budget> request_budget(const ModelProfile& profile, const PackOptions& options) {
  Budget budget;
  budget.window = profile.window;
  budget.reserved_output = options.reserve.value_or(std::min(profile.reserve_default, profile.output_max));
  if (budget.reserved_output >= budget.window) {
    return Error{ErrorCode::usage, "--reserve",
                 std::to_string(budget.reserved_output) + " tokens leave nothing of the window of " +
                     std::to_string(budget.window),
                 "reserve less"};
  }
  if (options.budget && *options.budget > budget.window) {
    return Error{ErrorCode::usage, "--budget",
                 std::to_string(*options.budget) + " tokens are more than the window of " +
                     std::to_string(budget.window),
                 "ask for less"};
  }
  const std::uint64_t room = budget.window - budget.reserved_output;
  budget.tokens = std::min(options.budget.value_or(room), room);
  return budget;
}

ContextOptions context_options(const PackOptions& options) {
  ContextOptions context;
  context.order = options.order;
  context.media = options.media;
  context.fence = options.fence;
  context.fence_key = options.fence_key;
  context.instructions = options.instructions;
  if (options.tokens_per_document) context.tokens_per_document = *options.tokens_per_document;
  return context;
}

std::uint64_t request_overhead(std::string_view question, const ModelProfile& profile,
                               const Tokenizer& tokenizer, const ContextOptions& options) {
  const std::vector<ChatMessage> messages =
      continued(options.history, make_prompt(question, {}, frame_of(options)));
  return count_request(profile, tokenizer, {.messages = messages, .tools = {}, .media = options.media})
      .tokens_max;
}

namespace {

// What follows on pinned documents alone is the same for the next question; so must their fence be.
std::string new_fence(const Snapshot& snapshot, std::span<const Unit> units, const ContextOptions& options) {
  std::vector<std::string_view> pinned;
  if (!options.fence_key.empty() && options.history.empty()) {
    std::optional<DocumentIndex> last;
    for (const Unit& unit : units) {
      if (!unit.pinned || unit.document == last) continue;
      last = unit.document;
      pinned.push_back(snapshot.document(unit.document).text);
    }
  }
  return pinned.empty() ? random_fence() : keyed_fence(options.fence_key, pinned);
}

}  // namespace

Result<Context> build_context(const Snapshot& snapshot, std::string_view question, std::span<const Unit> units,
                              const ModelProfile& profile, const Tokenizer& tokenizer, const Budget& budget,
                              const ContextOptions& options) {
  KINDLING_TRY_VOID(check_instructions(options.instructions));
  ContextOptions settled = options;
  if (settled.fence.empty()) settled.fence = new_fence(snapshot, units, options);
  KINDLING_TRY_VOID(check_fence(settled.fence));
  return ContextBuilder(snapshot, question, units, profile, tokenizer, budget, settled).run();
}

}  // namespace kindling
