// What an endpoint means when it refuses: the shapes of errors that servers really send, as one Error.
//
// {"error":{message,type,code}} (OpenAI), the same in an array (Gemini), {"object":"error",message,code}
// (vLLM), "error" or "detail" or "message" as plain text, any of them with status 200 or as an event of a
// stream; HTML of a gateway.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "engine/generator.h"

namespace kindling {

// What an error begins with when the profile's own limits leave no room for a request.
inline constexpr std::string_view own_limits_words = "the limits of ";

struct Refusal {
  Error error;         // without the endpoint's address
  int status = 0;      // of the answer, or what its body says where that was 200
  bool final = false;  // asking again cannot help, whatever the status
  std::optional<ChatEndpoint::Overflow> overflow;
};

// The refusal that a value of a 200 answer holds, if it is one.
[[nodiscard]] std::optional<Refusal> refusal_in(const Json& value);

// Of an answer whose status is not 2xx, or whose body cannot be an answer at all.
[[nodiscard]] Refusal refusal_from(int status, std::string_view body);

// Whether an error of ChatEndpoint says that nothing is wrong with the request, and that nobody was there to
// answer it: unreachable, too slow, failing (5xx), or refusing because it is asked too often. Not so a refused
// key, a spent account, a request that cannot be served, and whatever was cancelled.
[[nodiscard]] bool is_endpoint_down(const Error& error);

// A body that begins as HTML does: a gateway, a firewall, a proxy.
[[nodiscard]] bool is_web_page(std::string_view body);

// A web page's title, or its beginning, on one line.
[[nodiscard]] std::string page_summary(std::string_view html);

}  // namespace kindling
