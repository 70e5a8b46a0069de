// Sentences in documents that tell a model what to do.
//
// A sentence counts when it names, within a few words, what models are given ("instructions", "prompt"), whose
// ("previous", "your", "system") and what to do with it ("ignore", "reveal"), in one of twelve languages; or
// when it holds one of a few phrases that say nothing to a reader ("from now on you are", "do not tell the
// user"). It finds the usual wordings and no others: whoever hides an order in plain words is not found, so
// this reports and forbids nothing. How often it is wrong on real collections stands in docs/prompt.md.
//
// Pure; safe from any thread; linear: three bytes of the text are passed over at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kindling {

struct InstructionLike {
  std::size_t begin = 0, end = 0;  // in the text
};

// The first one. `text` without invisible characters.
[[nodiscard]] std::optional<InstructionLike> find_instruction(std::string_view text);

}  // namespace kindling
