// A third model as the judge of two answers.
//
// It is asked twice, the answers swapped, because models prefer what stands first (Zheng et al., "Judging
// LLM-as-a-judge", 2023): only a verdict that survives the swap counts, all else is a tie. It sees no names,
// the question, both answers, and the passages that either of them cites; all of that stands within a fence of
// random digits, as data. What it says must be one JSON object with a known winner: anything else is no
// verdict.
//
// What it costs is bounded: `judge_prompt_bytes_max` in, `judge_output_tokens` out, two requests a pair, and a
// pair that was judged is kept (FOLDER/verdicts), so that grading again asks nobody. A pair judged by another
// model, or with another prompt, is another verdict.
//
// One thread an object.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "engine/generator.h"
#include "engine/mirror/grade.h"
#include "engine/mirror/pair.h"

namespace kindling {

inline constexpr std::size_t judged_answer_bytes_max = 8'000;  // of each answer; the rest is cut, and said so
inline constexpr std::size_t judged_evidence_bytes_max = 24'000;  // of all passages together
inline constexpr std::size_t judged_passage_bytes_max = 3'000;
inline constexpr std::size_t judged_question_bytes_max = 8'000;
inline constexpr std::size_t judge_prompt_bytes_max = 52'000;
inline constexpr std::uint64_t judge_output_tokens = 4'096;  // most of it for models that cannot but reason

// A system and a user message. `fence` must not occur in what it fences (it is random).
[[nodiscard]] std::vector<ChatMessage> judge_prompt(std::string_view question, std::string_view answer_one,
                                                    std::string_view answer_two,
                                                    std::span<const Passage> evidence, std::string_view fence);

// The passages that either answer cites, in their order.
[[nodiscard]] std::vector<Passage> cited_passages(const Pair& pair);

struct OneVerdict {
  Preference winner = Preference::tie;  // first: answer one
  std::string reason;                   // at most 400 bytes
};

// {"winner": "1" | "2" | "tie", "reason": "..."}, alone or within other text (a code fence, a sentence before).
// Nothing: there is none, or more than one that disagree.
[[nodiscard]] std::optional<OneVerdict> read_verdict(std::string_view text);

struct JudgedPair {
  Preference preference = Preference::tie;  // both orders agree; else a tie
  OneVerdict in_order;                      // answer one was the first model's
  OneVerdict swapped;                       // answer one was the second model's; its winner as it was said
  double cost = -1;                         // US dollars, of both requests; 0 when it was kept
  bool kept = false;                        // nobody was asked this time
};

class Judge {
 public:
  // `folder`: where verdicts are kept. `endpoint` belongs to `profile`.
  Judge(Files& files, std::filesystem::path folder, const ModelProfile& profile,
        std::unique_ptr<ChatEndpoint> endpoint);

  // A verdict that is kept already.
  [[nodiscard]] std::optional<JudgedPair> known(const Pair& pair);
  // Requires: both answered. Errors: those of ChatEndpoint; `malformed` when it gave no verdict.
  [[nodiscard]] Result<JudgedPair> judge(const Pair& pair, const Cancellation& cancellation);

 private:
  [[nodiscard]] std::filesystem::path path_of(const Pair& pair) const;
  Result<OneVerdict> ask(const Pair& pair, std::span<const Passage> evidence, bool swapped, double& cost,
                         const Cancellation& cancellation);

  Files& files_;
  std::filesystem::path folder_;
  std::string identity_;  // of the judge: profile, model, address, prompt
  std::unique_ptr<ChatEndpoint> endpoint_;
};

}  // namespace kindling
