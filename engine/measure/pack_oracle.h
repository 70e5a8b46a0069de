// The perfect choice, to measure packing against: the fewest tokens that hold an answer.
//
// What any choice among the same units could do. A pack that holds an answer holds it in a run of units that
// follow one another in the text, so that the shortest such run is a lower bound of what must be spent;
// headings and passage marks are not charged to it. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "engine/retrieve/value.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// Whether a piece of a document holds an answer. A larger piece holds what a smaller one holds.
using PieceCheck = std::function<bool(DocumentIndex document, ByteSpan piece)>;

// Tokens of the shortest run of `units` (in index order) that holds an answer; nothing where none does.
[[nodiscard]] std::optional<std::uint64_t> least_tokens_with_answer(const Snapshot& snapshot,
                                                                    std::span<const Unit> units,
                                                                    const Tokenizer& tokenizer,
                                                                    const PieceCheck& holds);

}  // namespace kindling
