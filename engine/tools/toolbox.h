// The tools of one question, from the user's choice to the end of the talk.
//
// Packing leaves them their part of the window: what describing them takes, and a quarter of the rest for calls
// and results. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/ask.h"
#include "engine/generator.h"
#include "engine/tools/sent_evidence.h"
#include "engine/tools/tool_talk.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

class Toolbox {
 public:
  // Borrows all but the choice. Errors: those of the question's filter.
  [[nodiscard]] static Result<std::unique_ptr<Toolbox>> open(const Snapshot& snapshot, const Encoder* encoder,
                                                             const Question& question,
                                                             const ModelProfile& profile,
                                                             const Tokenizer& tokenizer, ToolChoice choice);
  Toolbox(const Toolbox&) = delete;
  Toolbox& operator=(const Toolbox&) = delete;

  // What describing the tools takes of a request, at most.
  [[nodiscard]] std::uint64_t offer_tokens() const;

  // Of a request's tokens those that packing may take. Errors: `budget_impossible` when describing the tools
  // would take more than half.
  [[nodiscard]] Result<std::uint64_t> packing_tokens(std::uint64_t budget) const;

  // `passages` in `sections`: all that the request holds. Errors: those of talk_with_tools.
  [[nodiscard]] Result<ToolTalk> talk(ChatEndpoint& endpoint, GenerationRequest request,
                                      std::span<const Passage> passages, std::span<const SectionIndex> sections,
                                      const std::string& fence, std::uint64_t budget, const OnToken& on_token,
                                      const Cancellation& cancellation);

 private:
  Toolbox(const Snapshot& snapshot, const ModelProfile& profile, const Tokenizer& tokenizer, ToolLimits limits)
      : snapshot_(snapshot), profile_(profile), tokenizer_(tokenizer), limits_(limits), sent_(snapshot) {}

  const Snapshot& snapshot_;
  const ModelProfile& profile_;
  const Tokenizer& tokenizer_;
  const ToolLimits limits_;
  SentEvidence sent_;  // the tools look at it
  Tools tools_;
};

}  // namespace kindling
