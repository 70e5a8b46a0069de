#include "engine/contemplate/reader_shards.h"

#include <algorithm>
#include <deque>

namespace kindling {
namespace {

constexpr std::uint64_t room_min = 256;        // tokens, below which a window is too small to read in
constexpr std::uint64_t share_wanted = 2'048;  // tokens, for which fewer readings are joined at a time
constexpr std::uint64_t share_max = 16'384;    // tokens, more than a reader's findings ever need
constexpr std::uint64_t fan_in_max = 16;

bool is_cut(const Context& context) {
  return std::any_of(context.filling.omitted.begin(), context.filling.omitted.end(), [](const Omission& o) {
    return o.reason == Omission::Reason::budget || o.reason == Omission::Reason::document_budget;
  });
}

}  // namespace

Result<std::vector<ReaderShard>> reader_shards(const RequestPacking& packing, std::string_view question,
                                               std::vector<UnitShard> shards, bool all_of_it) {
  ContextOptions options = packing.options;
  options.near_repeats = options.near_repeats && !all_of_it;
  std::deque<UnitShard> waiting(std::make_move_iterator(shards.begin()), std::make_move_iterator(shards.end()));
  std::vector<ReaderShard> read;
  while (!waiting.empty()) {
    ReaderShard shard;
    shard.units = std::move(waiting.front());
    waiting.pop_front();
    Result<Context> context = build_context(packing.snapshot, question, shard.units, packing.profile,
                                            packing.tokenizer, packing.budget, options);
    const bool too_large = context ? is_cut(*context) : context.error().code == ErrorCode::budget_impossible;
    if (all_of_it && too_large && shard.units.size() > 1) {
      auto [first, second] = halved(shard.units);
      waiting.push_front(std::move(second));
      waiting.push_front(std::move(first));
      continue;
    }
    if (!context) return std::move(context).error();
    shard.context = std::move(context).value();
    options.passages_before += static_cast<std::uint32_t>(shard.context.passages.size());
    read.push_back(std::move(shard));
  }
  return read;
}

Result<std::uint64_t> evidence_room(const RequestPacking& packing, std::string_view question) {
  const std::uint64_t fixed = request_overhead(question, packing.profile, packing.tokenizer, packing.options);
  if (fixed + room_min <= packing.budget.tokens) return packing.budget.tokens - fixed;
  return Error{ErrorCode::budget_impossible, "budget",
               std::to_string(packing.budget.tokens) + " tokens leave no room beside the question",
               "allow at least " + std::to_string(fixed + room_min) + " with --budget"};
}

Result<ReductionSize> reduction_size(const RequestPacking& packing, std::string_view question,
                                     std::uint64_t padding, std::uint64_t readings) {
  KINDLING_TRY(const std::uint64_t whole_room, evidence_room(packing, question));
  if (whole_room < padding + room_min) {
    return Error{ErrorCode::budget_impossible, "budget",
                 std::to_string(packing.budget.tokens) + " tokens leave no room for sub-questions",
                 "allow at least " + std::to_string(packing.budget.tokens + padding + room_min - whole_room) +
                     " with --budget"};
  }
  const std::uint64_t room = whole_room - padding;
  ReductionSize size;
  size.fan_in = std::clamp<std::uint64_t>(room / share_wanted, 2, fan_in_max);
  size.fan_in = std::min(size.fan_in, std::max<std::uint64_t>(2, readings));
  size.share = std::min(room / size.fan_in, share_max);
  size.tokens = packing.budget.tokens - room + size.fan_in * size.share;
  return size;
}

}  // namespace kindling
