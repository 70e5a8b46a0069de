// What the test endpoint says: answers as a Chat Completions server sends them, and each way in which real ones
// go wrong.
//
// A reply is bytes with pauses and an ending, so that every fault is the same kind of thing: other bytes, cut
// elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace kindling {

struct RecordedRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  Json json;                     // of the body; null if it is none
  std::uint64_t connection = 0;  // counts from 1: equal numbers shared a connection

  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Reply {
  struct Piece {
    std::string bytes;
    std::chrono::milliseconds pause{0};  // before it is sent
  };
  enum class Framing : std::uint8_t { chunked, length, until_close };
  enum class Ending : std::uint8_t {
    whole,  // as the framing says
    cut,    // the connection is closed after the last piece
    stall,  // nothing more comes, and the connection stays open
  };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Piece> pieces;
  Framing framing = Framing::length;
  Ending ending = Ending::whole;
  std::chrono::milliseconds pause{0};  // before the status line
  bool close_at_once = false;          // not even a status line
  std::size_t bytes_withheld = 0;      // promised by Content-Length, but not sent: the end of the last piece
};

[[nodiscard]] Reply plain_reply(int status, std::string content_type, std::string body);
[[nodiscard]] Reply json_reply(int status, const Json& body);
// {"error":{...}} as OpenAI shapes it.
[[nodiscard]] Reply error_reply(int status, std::string_view message, std::string_view type,
                                std::string_view code);

struct StreamScript {
  std::vector<std::string> tokens = {"Hello", " ", "world", "."};
  std::string reasoning;  // sent before the tokens
  std::string reasoning_name = "reasoning_content";
  Json tool_calls = Json::array();  // the deltas of tool calls, one chunk each, after the tokens
  std::string finish = "stop";      // empty: the stream has no finish_reason
  Json usage = Json();              // of a last chunk without choices; null: none
  bool usage_everywhere = false;    // also of each other chunk, as some servers do
  bool done = true;                 // ends with [DONE]
  bool byte_order_mark = false;
  bool comments = false;  // a keep-alive before each event
  std::string line_end = "\n";
  std::string event_name;  // of each event; empty: none
  std::string content_type = "text/event-stream";
  std::chrono::milliseconds pause{0};  // before each token
};

[[nodiscard]] Reply stream_reply(const StreamScript& script);
[[nodiscard]] Json chunk_json(const Json& delta, const Json& finish_reason);
// One event: "data: ...", ended by a blank line.
[[nodiscard]] std::string event_text(const Json& data, std::string_view line_end = "\n",
                                     std::string_view name = {});
// A whole answer without a stream.
[[nodiscard]] Reply completion_reply(std::string_view text, std::string_view finish, const Json& usage);
// The same of any message.
[[nodiscard]] Reply message_reply(Json message, std::string_view finish, const Json& usage);
[[nodiscard]] Json usage_json(std::uint64_t prompt, std::uint64_t completion, std::uint64_t cached = 0,
                              std::uint64_t reasoning = 0);

// The same bytes in pieces of `size`.
[[nodiscard]] Reply cut_into_pieces(Reply reply, std::size_t size);
// Only the first `size` bytes of the body, and then `ending`.
[[nodiscard]] Reply stop_after(Reply reply, std::size_t size, Reply::Ending ending);
// Up to the end of the `count`-th token of a stream.
[[nodiscard]] Reply stop_after_tokens(const StreamScript& script, std::size_t count, Reply::Ending ending);

// What a well-behaved model would say: the first sentence of the first passage ("[1] text") in the prompt, with
// its number; else the first sentence of the last message. Streams if the request asks for it, with usage if
// asked for; stops at the request's output limit; calls the first tool if `tool_choice` is "required". A
// request that no server would take (no JSON, no model, no messages) is refused as OpenAI does.
[[nodiscard]] Reply quoting_reply(const RecordedRequest& request);
[[nodiscard]] std::string quoted_passage(const Json& request);

// Calls the first tool that is offered, with the question for each text that its schema asks for, streamed in
// pieces; answers with the tool's result once there is one.
[[nodiscard]] Reply calling_reply(const RecordedRequest& request);
// The pieces of one call as a stream brings them: id and name, then the arguments, `size` bytes each.
[[nodiscard]] Json tool_call_pieces(std::string_view id, std::string_view name, std::string_view arguments,
                                    std::size_t size, std::int64_t index = 0);

// A message that calls tools, streamed or whole as the request asks for it.
struct CallScript {
  struct Call {
    std::string id;
    std::string name;
    std::string arguments;
  };
  std::vector<Call> calls;
  std::string before;           // said before the calls
  std::size_t piece_bytes = 5;  // of the arguments in a stream
  bool interleaved = false;     // the calls' pieces take turns
};
[[nodiscard]] Reply calls_reply(const RecordedRequest& request, const CallScript& script);

// Calls as the script of the request says while tools are offered and none has answered (`again`: or has), then
// quoting_reply.
[[nodiscard]] Reply scripted_calls(const RecordedRequest& request,
                                   const std::function<CallScript(const RecordedRequest&)>& script,
                                   bool again = false);

// What the request asks for by name: a header `x-fault: NAME`, a model called "test:NAME", or "fault=NAME" in
// the last message; else quoting_reply. The name may also be "window-N": a model whose window is N tokens (of
// four bytes) and which refuses what does not fit, as OpenAI does.
[[nodiscard]] Reply wished_reply(const RecordedRequest& request);

// Every fault by name, for tests that want them all and for a person at the terminal.
struct NamedFault {
  std::string_view name;
  std::function<Reply(const RecordedRequest&)> reply;
};
[[nodiscard]] const std::vector<NamedFault>& chat_faults();
[[nodiscard]] const NamedFault* find_fault(std::string_view name);

}  // namespace kindling
