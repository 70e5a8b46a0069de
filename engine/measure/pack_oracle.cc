#include "engine/measure/pack_oracle.h"

#include <algorithm>
#include <string_view>

#include "engine/pack/fill.h"

namespace kindling {
namespace {

ByteSpan span_of(std::span<const Unit> run) { return {run.front().span.begin, run.back().span.end}; }

// One run of units: a window slides over it, as short as it can be for each last unit.
std::optional<std::uint64_t> least_in_run(const Snapshot& snapshot, std::span<const Unit> run,
                                          const Tokenizer& tokenizer, const PieceCheck& holds) {
  const DocumentIndex document = run.front().document;
  std::optional<std::uint64_t> least;
  if (!holds(document, span_of(run))) return least;
  std::size_t first = 0;
  const auto window = [&](std::size_t from, std::size_t last) {
    return span_of(run.subspan(from, last - from + 1));
  };
  for (std::size_t last = 0; last < run.size(); ++last) {
    if (!holds(document, window(first, last))) continue;
    while (first < last && holds(document, window(first + 1, last))) ++first;
    const std::string_view text = slice(snapshot.document(document).text, window(first, last));
    const std::uint64_t tokens = tokenizer.count(text).tokens_max;
    least = std::min(least.value_or(tokens), tokens);
    ++first;  // what begins there ends later
  }
  return least;
}

}  // namespace

std::optional<std::uint64_t> least_tokens_with_answer(const Snapshot& snapshot, std::span<const Unit> units,
                                                      const Tokenizer& tokenizer, const PieceCheck& holds) {
  std::optional<std::uint64_t> least;
  for (std::size_t begin = 0, end = 1; begin < units.size(); begin = end, ++end) {
    while (end < units.size() && continues(units, UnitIndex{static_cast<std::uint32_t>(end - 1)},
                                           UnitIndex{static_cast<std::uint32_t>(end)}))
      ++end;
    const auto found = least_in_run(snapshot, units.subspan(begin, end - begin), tokenizer, holds);
    if (found) least = std::min(least.value_or(*found), *found);
  }
  return least;
}

}  // namespace kindling
