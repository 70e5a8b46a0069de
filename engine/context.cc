#include "engine/context.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "engine/outline.h"
#include "engine/place.h"
#include "engine/prompt.h"
#include "engine/request_count.h"

namespace kindling {
namespace {

constexpr std::uint64_t slack_min = 16;        // tokens
constexpr std::uint32_t typical_number = 999;  // of a passage, that marks are charged for

// Consecutive units of one section: one passage.
struct Run {
  std::vector<UnitIndex> units;
  float value = 0;  // of its best unit
};

struct SectionRuns {
  SectionIndex section{};
  std::vector<Run> runs;  // in text order
  float value = 0;
  bool pinned = false;
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
        fixed_(request_overhead(question, profile, tokenizer, options.media)),
        outline_(snapshot, budget.tokens > fixed_ ? budget.tokens - fixed_ : 0,
                 options.order == PassageOrder::document),
        unit_tokens_(units.size()) {}

  Result<Context> run() {
    if (fixed_ > budget_.tokens) return impossible();
    std::uint64_t room = budget_.tokens - fixed_;
    Filling filling = filled(room);
    if (filling.chosen.empty() && !units_.empty()) return impossible();
    if (const std::uint64_t missing = pinned_left_out(filling); missing > 0) return pins_too_large(missing);
    std::vector<ChatMessage> messages = arranged(filling.chosen);
    TokenCount count = counted(messages);
    const bool some_left_out =
        std::any_of(filling.omitted.begin(), filling.omitted.end(),
                    [](const Omission& omission) { return omission.reason == Omission::Reason::budget; });
    if (const std::uint64_t slack = slack_of(count); slack > 0 && some_left_out) {
      // Sums of parts are an upper bound, and the whole came out smaller: what that leaves is spent too.
      filling = filled(room + slack);
      messages = arranged(filling.chosen);
      count = counted(messages);
    }
    while (count.tokens_max > budget_.tokens && !filling.chosen.empty()) {
      drop_least(filling, count.tokens_max - budget_.tokens);
      messages = arranged(filling.chosen);
      count = counted(messages);
    }
    if (filling.chosen.empty() && !units_.empty()) return impossible();
    return finish(std::move(filling), std::move(messages), count);
  }

 private:
  Filling filled(std::uint64_t room) {
    FillLimits limits;
    limits.tokens = room;
    limits.tokens_per_document = options_.tokens_per_document;
    limits.near_repeats = options_.near_repeats;
    return fill(units_, limits, costs(), [this](UnitIndex unit) { return text_of(unit); });
  }

  // Worth another filling: more than a sentence, and more than a hundredth.
  [[nodiscard]] std::uint64_t slack_of(TokenCount count) const {
    if (count.tokens_max >= budget_.tokens) return 0;
    const std::uint64_t slack = budget_.tokens - count.tokens_max;
    return slack >= slack_min && slack * 100 > budget_.tokens ? slack : 0;
  }

  std::string_view text_of(UnitIndex unit) const {
    const Unit& u = units_[position(unit)];
    return slice(snapshot_.document(u.document).text, u.span);
  }

  // Media come with the question, in the last message, and are counted with it.
  TokenCount counted(const std::vector<ChatMessage>& messages) const {
    return count_request(profile_, tokenizer_, {.messages = messages, .tools = {}, .media = options_.media});
  }

  // What a text takes up in a request of this size, at most.
  std::uint64_t tokens_max_of(std::string_view text) const { return tokenizer_.part(text, budget_.tokens); }

  FillCosts costs() {
    FillCosts costs;
    costs.unit = [this](UnitIndex unit) { return tokens_max_of(unit) + joining_space(unit); };
    costs.headings = [this](SectionIndex section) {
      return std::span<const HeadingCost>(headings_of(section).costs);
    };
    costs.passage_mark = tokens_max_of(passage_mark(typical_number) + "\n");
    return costs;
  }

  struct SectionHeadings {
    std::vector<HeadingLine> lines;
    std::vector<HeadingCost> costs;
  };

  const SectionHeadings& headings_of(SectionIndex section) {
    const auto [entry, is_new] = headings_.try_emplace(position(section));
    SectionHeadings& headings = entry->second;
    if (is_new) {
      headings.lines = outline_.lines(section);
      for (const HeadingLine& line : headings.lines)
        headings.costs.push_back({line.key, tokens_max_of(line.text)});
    }
    return headings;
  }

  // Counted once, for as many fillings as there are.
  std::uint64_t tokens_max_of(UnitIndex unit) {
    std::uint64_t& tokens = unit_tokens_[position(unit)];
    if (tokens == 0) tokens = tokens_max_of(text_of(unit));
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
    const std::uint64_t needed = fixed_ + cheapest_unit(units_, costs());
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

  std::vector<ChatMessage> arranged(std::span<const UnitIndex> chosen) {
    arrange(chosen);
    return render();
  }

  // Groups the chosen units into runs and sections, and puts the sections into the order wanted.
  void arrange(std::span<const UnitIndex> chosen) {
    sections_.clear();
    for (const UnitIndex unit : chosen) {
      const Unit& u = units_[position(unit)];
      if (sections_.empty() || sections_.back().section != u.section)
        sections_.push_back({u.section, {}, 0, u.pinned});
      SectionRuns& section = sections_.back();
      if (section.runs.empty() || !continues(units_, section.runs.back().units.back(), unit))
        section.runs.emplace_back();
      section.runs.back().units.push_back(unit);
      section.runs.back().value = std::max(section.runs.back().value, u.value);
      section.value = std::max(section.value, u.value);
    }
    // Pinned ones first: with the instructions they are what the next question sends alike.
    const auto pinned_end = std::stable_partition(sections_.begin(), sections_.end(),
                                                  [](const SectionRuns& s) { return s.pinned; });
    pinned_sections_ = static_cast<std::size_t>(pinned_end - sections_.begin());
    if (options_.order == PassageOrder::document) return;
    std::stable_sort(pinned_end, sections_.end(),
                     [](const SectionRuns& a, const SectionRuns& b) { return a.value > b.value; });
    if (options_.order == PassageOrder::edges) best_at_both_edges();
  }

  // First, third, fifth ... from the front; second, fourth ... from the back: the weakest end up in the middle.
  void best_at_both_edges() {
    std::vector<SectionRuns> front, back;
    for (std::size_t i = pinned_sections_; i < sections_.size(); ++i) {
      ((i - pinned_sections_) % 2 == 0 ? front : back).push_back(std::move(sections_[i]));
    }
    sections_.resize(pinned_sections_);
    sections_.insert(sections_.end(), std::make_move_iterator(front.begin()),
                     std::make_move_iterator(front.end()));
    sections_.insert(sections_.end(), std::make_move_iterator(back.rbegin()),
                     std::make_move_iterator(back.rend()));
  }

  ByteSpan span_of(const Run& run) const {
    return {units_[position(run.units.front())].span.begin, units_[position(run.units.back())].span.end};
  }

  std::string_view text_of(SectionIndex section, const Run& run) const {
    return slice(snapshot_.document(snapshot_.section(section).document).text, span_of(run));
  }

  std::vector<ChatMessage> render() { return render_first(sections_.size()); }

  std::vector<ChatMessage> render_first(std::size_t sections) {
    std::vector<PromptSection> prompt;
    std::vector<std::uint64_t> standing;  // keys of the headings that stand above the previous passage
    std::uint32_t number = 0;
    for (const SectionRuns& section : std::span(sections_).first(sections)) {
      prompt.push_back({new_headings(section.section, standing), {}});
      for (const Run& run : section.runs)
        prompt.back().passages.push_back({++number, text_of(section.section, run)});
    }
    return make_prompt(question_, prompt);
  }

  // The lines that do not stand above already.
  std::string new_headings(SectionIndex section, std::vector<std::uint64_t>& standing) {
    const std::vector<HeadingLine>& lines = headings_of(section).lines;
    std::size_t common = 0;
    while (common < std::min(lines.size(), standing.size()) && lines[common].key == standing[common]) ++common;
    // A section without a heading of its own under one that has: the outer heading once more, or it would seem
    // to go on.
    if (common == lines.size() && standing.size() > common) --common;
    standing.resize(common);
    std::string text;
    for (std::size_t i = common; i < lines.size(); ++i) {
      text += lines[i].text;
      standing.push_back(lines[i].key);
    }
    return text;
  }

  // Takes out the least valuable units until about `excess` tokens are gone, at least one.
  void drop_least(Filling& filling, std::uint64_t excess) {
    std::vector<UnitIndex> weakest = filling.chosen;
    std::stable_sort(weakest.begin(), weakest.end(), [&](UnitIndex a, UnitIndex b) {
      return units_[position(a)].value < units_[position(b)].value;
    });
    std::uint64_t gone = 0;
    for (const UnitIndex unit : weakest) {
      if (gone > 0 && gone >= excess) break;
      gone += std::max<std::uint64_t>(1, tokens_max_of(unit));
      const auto at = std::find(filling.chosen.begin(), filling.chosen.end(), unit) - filling.chosen.begin();
      filling.chosen.erase(filling.chosen.begin() + at);
      filling.paid.erase(filling.paid.begin() + at);
      filling.omitted.insert(filling.omitted.begin(), {unit, Omission::Reason::budget, unit});
    }
  }

  // Of the instructions and the pinned documents, as far as two questions have the same bytes.
  std::uint64_t prefix_tokens() {
    std::vector<ChatMessage> prefix = render_first(pinned_sections_);
    std::string& user = prefix.back().content;
    user.resize(user.size() - question_.size() - prompt_tail.size());
    return counted(prefix).tokens;
  }

  Result<Context> finish(Filling filling, std::vector<ChatMessage> messages, TokenCount count) {
    Context context;
    context.messages = std::move(messages);
    context.messages.back().media.assign(options_.media.begin(), options_.media.end());
    Certificate& certificate = context.certificate;
    certificate.window = budget_.window;
    certificate.reserved_output = budget_.reserved_output;
    certificate.budget = budget_.tokens;
    certificate.tokens = count.tokens;
    certificate.tokens_max = count.tokens_max;
    certificate.tokenizer = tokenizer_.name();
    certificate.bound = tokenizer_.bound();
    if (const auto note = tokenizer_.calibration()) {
      certificate.confidence = note->confidence;
      certificate.samples = note->samples;
    }
    context.certificate.prefix_tokens = prefix_tokens();
    Places places(snapshot_);
    KINDLING_TRY_VOID(add_passages(context, places));
    add_duplicates(context, filling);
    KINDLING_TRY_VOID(add_dropped(context, places, filling));
    context.filling = std::move(filling);
    return context;
  }

  Status add_passages(Context& context, Places& places) {
    for (const SectionRuns& section : sections_) {
      for (const Run& run : section.runs) {
        Passage passage;
        passage.number = static_cast<std::uint32_t>(context.passages.size() + 1);
        KINDLING_TRY(passage.place, places.at(section.section, span_of(run)));
        passage.text = text_of(section.section, run);
        passage.token_count = tokenizer_.count(passage.text).tokens;
        passage.value = run.value;
        context.passages.push_back(std::move(passage));
        context.units_of.push_back(run.units);
      }
    }
    return {};
  }

  void add_duplicates(Context& context, const Filling& filling) const {
    std::map<UnitIndex, std::size_t> passage_of;
    for (std::size_t p = 0; p < context.units_of.size(); ++p) {
      for (const UnitIndex unit : context.units_of[p]) passage_of.emplace(unit, p);
    }
    for (const Omission& omission : filling.omitted) {
      if (omission.same_as == omission.unit) continue;  // no repeat
      const auto found = passage_of.find(omission.same_as);
      if (found == passage_of.end()) continue;
      Passage& passage = context.passages[found->second];
      std::string uri(snapshot_.document(units_[position(omission.unit)].document).uri);
      const auto& known = passage.duplicates;
      if (uri != passage.place.uri && std::find(known.begin(), known.end(), uri) == known.end()) {
        passage.duplicates.push_back(std::move(uri));
      }
    }
  }

  Status add_dropped(Context& context, Places& places, const Filling& filling) const {
    for (const Omission& omission : filling.omitted) {
      if (context.dropped.size() == dropped_max) break;
      const Unit& unit = units_[position(omission.unit)];
      KINDLING_TRY(const Place place, places.at(unit.section, unit.span));
      context.dropped.push_back({place.document, place.span, std::string(to_string(omission.reason))});
    }
    return {};
  }

  const Snapshot& snapshot_;
  std::string_view question_;
  std::span<const Unit> units_;
  const ModelProfile& profile_;
  const Tokenizer& tokenizer_;
  const Budget& budget_;
  const ContextOptions& options_;
  std::uint64_t fixed_;  // tokens of the request without evidence
  Outline outline_;
  std::unordered_map<std::uint32_t, SectionHeadings> headings_;  // of sections
  std::vector<std::uint64_t> unit_tokens_;                       // [units]; zero: not counted yet
  std::vector<SectionRuns> sections_;
  std::size_t pinned_sections_ = 0;  // the first of them
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
  if (options.tokens_per_document) context.tokens_per_document = *options.tokens_per_document;
  return context;
}

std::uint64_t request_overhead(std::string_view question, const ModelProfile& profile,
                               const Tokenizer& tokenizer, std::span<const Medium> media) {
  const std::vector<ChatMessage> messages = make_prompt(question, {});
  return count_request(profile, tokenizer, {.messages = messages, .tools = {}, .media = media}).tokens_max;
}

Result<Context> build_context(const Snapshot& snapshot, std::string_view question, std::span<const Unit> units,
                              const ModelProfile& profile, const Tokenizer& tokenizer, const Budget& budget,
                              const ContextOptions& options) {
  return ContextBuilder(snapshot, question, units, profile, tokenizer, budget, options).run();
}

}  // namespace kindling
