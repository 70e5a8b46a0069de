// One question, asked of two models: the exact messages that the first was sent, what it was allowed to cite,
// and what each of them said. One file a pair.
//
// "First" is the model that answered the user, "second" the one that was mirrored to. Keys, headers and
// addresses of endpoints are no part of a pair. Pictures and recordings are kept by name and SHA-256 only: a
// request that had some cannot be sent again from its pair (engine/mirror/complete.h says so in the pair).
//
// Values; pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/ask.h"
#include "engine/generator.h"

namespace kindling {

struct MirroredMessage {
  std::string role;
  std::string content;
  std::vector<ToolCall> tool_calls = {};
  std::string tool_call_id = {};
  std::vector<std::string> media = {};  // "image tide.png sha256:..."
};

// What one model said, or why it said nothing. Times count from the sending of the request.
struct MirroredAnswer {
  std::string profile;
  std::string model;  // what its endpoint calls it
  std::string text;
  std::string finish;  // as to_string(Finish); empty with an error
  std::string note;
  Usage usage;
  double first_token_ms = -1;  // negative: unknown
  double total_ms = -1;
  std::string error_code;  // empty: it answered. As to_string(ErrorCode), or "not_sent"
  std::string error;       // one sentence

  [[nodiscard]] bool answered() const { return error_code.empty(); }
};

// Why a pair's second answer is missing without any fault of its model: it does not count as a failure of it.
inline constexpr std::string_view not_sent = "not_sent";

struct Pair {
  std::string id;  // sorts by time: see new_pair_id
  std::string question;
  std::vector<MirroredMessage> messages;
  std::vector<Passage> passages;  // that the messages hold, all turns of a conversation together
  ThinkingMode thinking = ThinkingMode::instant;
  std::uint64_t output_tokens_max = 0;
  MirroredAnswer first;
  MirroredAnswer second;  // while the pair waits, only `profile` is set
  bool complete = false;
};

// Larger pairs are not kept.
inline constexpr std::uint64_t pair_bytes_max = 64u << 20;

// "1763733369123-9f3a2b1c5d6e7f80": milliseconds since 1970 and random digits.
[[nodiscard]] std::string new_pair_id();
// Whether a file's name can be a pair's, so that foreign names lead nowhere.
[[nodiscard]] bool is_pair_id(std::string_view id);

[[nodiscard]] std::vector<MirroredMessage> mirrored(const std::vector<ChatMessage>& messages);

[[nodiscard]] Json to_json(const Pair& pair);
// Errors: `malformed`: not a pair, or of another version, naming the key.
[[nodiscard]] Result<Pair> read_pair(std::string_view text);

}  // namespace kindling
