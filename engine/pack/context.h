// From chosen units to what is sent: passages in order, the prompt, and a certificate of its size.
//
// The certificate is made by counting the finished messages again, not by adding up estimates: where sums and
// the recount differ, the least valuable units go until the recount holds. So tokens <= tokens_max <= budget
// always.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/ask.h"
#include "engine/pack/fill.h"
#include "engine/profile.h"
#include "engine/retrieve/value.h"
#include "index/snapshot.h"

namespace kindling {

// Budget of a request: what the window leaves after the reserve, or less if asked for. Errors: `usage` when the
// reserve or the budget asked for exceeds the window.
struct Budget {
  std::uint64_t window = 0;
  std::uint64_t reserved_output = 0;
  std::uint64_t tokens = 0;  // for the whole request
};
[[nodiscard]] Result<Budget> request_budget(const ModelProfile& profile, const PackOptions& options);

struct ContextOptions {
  PassageOrder order = PassageOrder::document;
  std::uint64_t tokens_per_document = std::numeric_limits<std::uint64_t>::max();
  bool near_repeats = true;
  std::span<const Medium> media;         // of the question; borrowed
  std::span<const ChatMessage> history;  // of a conversation: sent and said before; borrowed
  std::uint32_t passages_before = 0;     // in the history: numbers go on from there
  std::uint64_t evidence_tokens_max = std::numeric_limits<std::uint64_t>::max();
  std::string fence = {};         // of engine/pack/fence.h; empty: one is made
  std::string instructions = {};  // the user's own
  std::string fence_key = {};     // as PackOptions has it
};

// How a packing asks for a context.
[[nodiscard]] ContextOptions context_options(const PackOptions& options);

struct Context {
  std::vector<ChatMessage> messages;
  std::vector<Passage> passages;
  std::vector<std::vector<UnitIndex>> units_of;  // of each passage
  Filling filling;                               // what was chosen and why the rest was not
  std::vector<Dropped> dropped;
  Certificate certificate;
  std::string fence;                  // the one used
  std::vector<Suspicion> suspicions;  // in what is sent, at most suspicions_max
};

// Tokens at most of a request for `question` that holds no new evidence.
[[nodiscard]] std::uint64_t request_overhead(std::string_view question, const ModelProfile& profile,
                                             const Tokenizer& tokenizer, const ContextOptions& options = {});

// Errors: `budget_impossible`, naming the smallest budget that would do; `index_corrupt`.
[[nodiscard]] Result<Context> build_context(const Snapshot& snapshot, std::string_view question,
                                            std::span<const Unit> units, const ModelProfile& profile,
                                            const Tokenizer& tokenizer, const Budget& budget,
                                            const ContextOptions& options);

}  // namespace kindling
