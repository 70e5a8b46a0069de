// What the differences between a statement and the passage that it nearly quotes mean.
//
// Private to claim_check. Pure; safe from any thread.
#pragma once

#include "engine/answer/claim_check.h"
#include "engine/answer/quote_match.h"
#include "tokenizer/language.h"

namespace kindling {

struct Judgement {
  ClaimProblem problem = ClaimProblem::none;  // the first that tells against the statement
  std::uint32_t foreign = 0;  // content words of the statement that the passage has not, beyond spelling
};

// Of words that are equal when joined: "not able" is not "notable".
[[nodiscard]] ClaimProblem judge_equal(const Wording& claim, WordRange in_claim, const Wording& passage,
                                       WordRange in_passage, Language language);

[[nodiscard]] Judgement judge_near(const Wording& claim, WordRange in_claim, const Wording& passage,
                                   const NearMatch& match, Language language);

// Of what stands just outside the words found: "No patients | died", "| revenue was 12 | million".
[[nodiscard]] ClaimProblem judge_edges(const Wording& claim, WordRange in_claim, const Wording& passage,
                                       WordRange found, Language language);

}  // namespace kindling
