#include "engine/endpoint/refusal.h"

#include <fmt/format.h>

#include <charconv>

#include "base/utf8.h"
#include "engine/endpoint/overflow.h"

namespace kindling {
namespace {

constexpr std::size_t message_bytes_max = 400;
constexpr std::string_view status_words = "status ";  // a refusal's reason begins with them and the status
constexpr std::string_view quota_mend = "check the plan and the billing of the account";

// What is common to all the shapes.
struct Said {
  std::string message;
  std::string type;
  std::string code;
  const Json* object = nullptr;  // that holds further members
};

std::string text_of(const Json& value) {
  if (value.is_string()) return std::string(value.as_string());
  return value.is_null() ? std::string() : to_string(value);
}

Said said_by(const Json& error) {
  if (!error.is_object()) return {text_of(error), {}, {}, nullptr};
  Said said{text_of(error["message"]), text_of(error["type"]), text_of(error["code"]), &error};
  if (said.message.empty()) said.message = text_of(error["detail"]);
  if (said.message.empty()) said.message = text_of(error["title"]);
  if (said.message.empty()) said.message = to_string(error);
  if (said.type.empty()) said.type = text_of(error["status"]);  // Gemini: "RESOURCE_EXHAUSTED"
  return said;
}

bool is_truthy(const Json& value) {
  if (value.is_object()) return !value.members().empty();
  if (value.is_array()) return !value.items().empty();
  if (value.is_string()) return !value.as_string().empty();
  return value.as_bool() || value.as_double() != 0;
}

// The error object inside a body; null if the body holds none.
const Json& error_member(const Json& body) {
  static const Json none;
  const Json& value = body.is_array() && !body.items().empty() ? body.items().front() : body;
  if (is_truthy(value["error"])) return value["error"];
  if (value["object"].as_string() == "error") return value;
  return none;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Where the body of a 200 answer says more than its status.
int status_of(const Said& said) {
  int status = 0;
  const char* const code_end = said.code.data() + said.code.size();
  if (std::from_chars(said.code.data(), code_end, status).ptr == code_end && status >= 400 && status < 600)
    return status;
  const std::string kind = said.type + " " + said.code;
  if (contains(kind, "rate_limit") || contains(kind, "RESOURCE_EXHAUSTED") ||
      contains(kind, "insufficient_quota"))
    return 429;
  if (contains(kind, "overloaded") || contains(kind, "server_error") || contains(kind, "InternalServerError") ||
      contains(kind, "unavailable") || contains(kind, "UNAVAILABLE") || contains(kind, "timeout")) {
    return 503;
  }
  if (contains(kind, "authentication") || contains(kind, "invalid_api_key") ||
      contains(kind, "UNAUTHENTICATED"))
    return 401;
  return 400;
}

std::string shortened(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  text = valid_utf8(text);
  if (text.size() > message_bytes_max) {
    text.resize(floor_code_point(text, message_bytes_max));
    text += "...";
  }
  return text;
}

Error error_for(int status, const std::string& message, bool out_of_quota) {
  const auto refused = [&](std::string_view mend) {
    return Error{ErrorCode::endpoint_refused, "", fmt::format("{}{}: {}", status_words, status, message),
                 std::string(mend)};
  };
  if (out_of_quota) return refused(quota_mend);
  switch (status) {
    case 401:
      return {ErrorCode::authentication, "", "the endpoint refuses the key: " + message, "check the key"};
    case 403:
      return {ErrorCode::authentication, "", "the key may not do this: " + message, "check the key's rights"};
    case 404:
      return refused("check the address and the model's name");
    case 413:
      return refused("lower the budget");
    case 429:
      return refused("wait a while, or ask less often");
    default:
      break;
  }
  if (status / 100 == 3)
    return refused("it redirects, which is not followed with a key: give the final address");
  return refused(status >= 500 ? "try again later" : "");
}

Refusal refusal_for(int status, const Said& said) {
  static const Json none;
  Refusal refusal;
  refusal.status = status;
  refusal.overflow = parse_overflow(said.object != nullptr ? *said.object : none, said.message);
  const std::string message = shortened(said.message);
  if (refusal.overflow) {
    refusal.final = true;
    refusal.error = {ErrorCode::context_overflow, "", "the request exceeds the model's window: " + message,
                     "lower the budget"};
    return refusal;
  }
  const bool out_of_quota =
      said.code == "insufficient_quota" || said.type == "insufficient_quota" || status == 402;
  refusal.final = out_of_quota;
  refusal.error = error_for(status, message, out_of_quota);
  return refusal;
}

Refusal refusal_by_gateway(int status, std::string_view html) {
  Refusal refusal;
  refusal.status = status;
  refusal.error = {ErrorCode::endpoint_refused, "",
                   fmt::format("{}{}: a gateway or firewall answers in place of the endpoint: {}", status_words,
                               status, page_summary(html)),
                   "check the address and the network"};
  return refusal;
}

}  // namespace

bool is_endpoint_down(const Error& error) {
  if (error.code == ErrorCode::endpoint_unreachable || error.code == ErrorCode::timed_out) return true;
  if (error.code != ErrorCode::endpoint_refused || error.mend == quota_mend) return false;
  const std::string_view why = error.why;
  if (why.starts_with(own_limits_words)) return true;
  if (!why.starts_with(status_words)) return false;
  int status = 0;
  std::from_chars(why.data() + status_words.size(), why.data() + why.size(), status);
  return status == 408 || status == 429 || (status >= 500 && status < 600);
}

bool is_web_page(std::string_view body) {
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && body[begin] == '<';
}

std::string page_summary(std::string_view html) {
  std::string lower(html.substr(0, 64u << 10));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t title = lower.find("<title>");
  const std::size_t title_end = lower.find("</title>");
  if (title != std::string::npos && title_end != std::string::npos && title + 7 < title_end) {
    return shortened(std::string(html.substr(title + 7, title_end - title - 7)));
  }
  std::string text;
  bool in_tag = false;
  for (const char c : html.substr(0, 4u << 10)) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') in_tag = false;
  }
  return shortened(text);
}

std::optional<Refusal> refusal_in(const Json& value) {
  const Json& error = error_member(value);
  if (error.is_null()) return std::nullopt;
  const Said said = said_by(error);
  return refusal_for(status_of(said), said);
}

Refusal refusal_from(int status, std::string_view body) {
  if (is_web_page(body)) return refusal_by_gateway(status, body);
  const auto json = parse_json(body);
  if (!json.ok())
    return refusal_for(status, {body.empty() ? "no explanation" : std::string(body), {}, {}, nullptr});
  const Json& error = error_member(*json);
  return refusal_for(status, said_by(error.is_null() ? *json : error));
}

}  // namespace kindling
