// One request that joins what several readers found: their statements as notes, and the passages cited.
//
// Notes stand behind the question between markers that no document can know (with the fence of the request,
// engine/pack/fence.h), and are said to be material. The
// passages are packed like any (engine/pack/context.h), numbered anew from 1, and the notes cite those numbers;
// so the answer cites the documents' own words, and the certificate of the request holds as always. What does
// not fit is left out whole, finding by finding, the last first, and counted.
//
// Safe from any thread on one snapshot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/contemplate/findings.h"
#include "engine/contemplate/shards.h"
#include "engine/pack/context.h"

namespace kindling {

// The question as a reader of one of `readers` shards is asked it.
[[nodiscard]] std::string reader_question(std::string_view question, std::span<const std::string> parts,
                                          std::size_t readers);

// The question as the reduction is asked it, with notes; `marker` is of the request alone.
[[nodiscard]] std::string reduction_question(std::string_view question, std::span<const std::string> parts,
                                             std::string_view notes, std::string_view marker);

// Findings as far as they take at most `tokens` of a reduction; what is too large as a whole passage goes in as
// the sentences quoted. The first ones stay.
[[nodiscard]] std::vector<CitedFinding> limited(const Snapshot& snapshot, std::vector<CitedFinding> findings,
                                                std::uint64_t tokens, const TextTokens& text_tokens);

struct Reduction {
  Context context;
  std::vector<Unit> units;             // that the context was built of
  std::vector<CitedFinding> findings;  // that went in
  std::vector<std::string> notes;      // one a finding with a statement, with the passages' numbers
  std::uint64_t left_out = 0;          // findings
};

struct ReductionRequest {
  std::string_view question;
  std::span<const std::string> parts;
  std::string_view marker;
};

// Errors: `budget_impossible` when not one finding fits; `index_corrupt`.
[[nodiscard]] Result<Reduction> build_reduction(const Snapshot& snapshot, const ReductionRequest& request,
                                                std::vector<CitedFinding> findings, const ModelProfile& profile,
                                                const Tokenizer& tokenizer, const Budget& budget,
                                                const ContextOptions& options);

}  // namespace kindling
