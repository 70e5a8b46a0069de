// Calls of one message and what came of them, on their way into the next request.
//
// Each result is bounded by itself, then all together by what the request may take: the least valuable pieces
// go until a recount of the whole request holds. Pure but for the counting; borrows everything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "engine/generator.h"
#include "engine/profile.h"
#include "engine/tools/call_results.h"
#include "engine/tools/sent_evidence.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct Exchange {
  ChatMessage asked;                // the assistant's, with the calls that were run
  std::vector<CallResult> results;  // of each of them
};

struct FittedExchange {
  std::vector<ChatMessage> messages;  // those before, the assistant's, the results
  std::vector<DocumentRun> runs;      // new passages in them, numbered on
  std::vector<std::uint64_t> tokens;  // of each result, as estimated
};

struct ExchangeFitter {
  const Snapshot& snapshot;
  const ModelProfile& profile;
  const Tokenizer& tokenizer;
  const SentEvidence& sent;
  const Json& offer;  // the tools as a request holds them
  std::string fence;
  std::uint64_t result_tokens_max;  // of one

  // The largest request of at most `tokens_max` tokens; absent where not even the results' first lines fit.
  // `goes_on`: the tools are offered with it, else the last result says that they are not.
  [[nodiscard]] std::optional<FittedExchange> fit(std::span<const ChatMessage> before, Exchange& exchange,
                                                  std::uint64_t tokens_max, bool goes_on) const;

  // Of a whole request, with or without the tools.
  [[nodiscard]] TokenCount counted(std::span<const ChatMessage> messages, bool offering) const;

 private:
  [[nodiscard]] std::uint64_t tokens_of(const ToolPiece& piece) const;
  [[nodiscard]] bool cut_long_results(Exchange& exchange, const WrittenResults& written) const;
  [[nodiscard]] bool drop_least(std::span<CallResult> results, std::uint64_t excess) const;
};

}  // namespace kindling
