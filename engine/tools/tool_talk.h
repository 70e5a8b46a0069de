// A question to a model that may call tools: requests, calls and results, until it answers.
//
//   request with tools -> calls -> checked, run -> results join the request -> again ... -> answer
//
// What is kept, whatever the model and the tools do:
//   - only tools that were offered run, with arguments that fit their schema; anything else is answered with an
//     error that the model can mend (engine/tools/tool_choice.h has the bounds);
//   - every request is counted whole, tools included, before it is sent, and fits the budget: results lose
//     their least valuable pieces, and where not even their first lines fit the model is asked once more
//     without tools, as if it had not called;
//   - when a bound is reached the last result says so and the request that follows offers none (tool_choice
//     cannot be had everywhere; a list that is not there can);
//   - text is shown once (engine/tools/held_text.h); a program runs at most once for a call, even when the
//     endpoint then says that the request is too large: the results are cut again, not made again.
//
// Blocking; calls of one message run one after the other. Goes through ChatEndpoint::complete alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "base/span.h"
#include "engine/ask.h"
#include "engine/generator.h"
#include "engine/profile.h"
#include "engine/tools/sent_evidence.h"
#include "engine/tools/tool.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// Borrows all but the values.
struct ToolTalkSetting {
  ChatEndpoint& endpoint;
  const Snapshot& snapshot;
  const ModelProfile& profile;
  const Tokenizer& tokenizer;
  const Tools& tools;
  SentEvidence& sent;    // grows by the passages of the results
  std::uint64_t budget;  // tokens of each request
  ToolLimits limits;
  std::string fence;
};

struct ToolTalk {
  Generation generation;               // the last; its text is all that was shown, its usage the sum of all
  std::vector<ToolUse> uses;           // in the order called
  std::vector<ChatMessage> messages;   // of the last request
  std::vector<Passage> passages;       // that the results brought, numbered on; all of them in `messages`
  std::vector<SectionIndex> sections;  // that they are in
  TokenCount largest;                  // of the requests
};

// `tools` as a request holds them; the strict form where the profile asks for it (parameters.strict_tools).
[[nodiscard]] Json tools_json(const Tools& tools, const ModelProfile& profile);

// What offering the tools takes of a request, at most.
[[nodiscard]] std::uint64_t tools_tokens(const Json& tools, const ModelProfile& profile,
                                         const Tokenizer& tokenizer);

// `request` without tools; its tokens are counted here. Errors: those of ChatEndpoint before anything was shown
// (a break later is Finish::incomplete); `budget_impossible`; `index_corrupt`.
[[nodiscard]] Result<ToolTalk> talk_with_tools(const ToolTalkSetting& setting, GenerationRequest request,
                                               const OnToken& on_token, const Cancellation& cancellation);

}  // namespace kindling
