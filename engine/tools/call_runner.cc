#include "engine/tools/call_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/env.h"
#include "base/utf8.h"
#include "engine/tools/schema.h"

namespace kindling {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t id_bytes_max = 128;
constexpr double least_seconds = .001;

// Letters, digits, '_' and '-': what servers take as a name. Nothing of a text can be said with it.
std::string plain_name(std::string_view name) {
  std::string plain(name.substr(0, name_bytes_max));
  std::replace_if(
      plain.begin(), plain.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                 c == '-');
      },
      '_');
  return plain.empty() ? "_" : plain;
}

// Models leave the arguments of a tool that needs none empty.
std::string_view given_arguments(const ToolCall& call) {
  return call.arguments.find_first_not_of(" \t\r\n") == std::string::npos ? std::string_view("{}")
                                                                          : call.arguments;
}

}  // namespace

bool CallRunner::may_offer(unsigned round) const {
  return round <= limits_.rounds_max && calls_ < limits_.calls_max && refused_ < limits_.refused_max &&
         seconds_ < limits_.seconds_max;
}

std::string CallRunner::names() const {
  std::string names;
  for (const auto& tool : tools_) names += (names.empty() ? "" : ", ") + tool->spec().name;
  return names;
}

CallResult CallRunner::refused(const ToolCall& call, std::string code, std::string why, std::string place) {
  ++refused_;
  return {plain_name(call.name), std::move(code), std::move(place), std::move(why), {}};
}

Result<CallResult> CallRunner::run(const ToolCall& call, const Cancellation& cancellation) {
  KINDLING_TRY_VOID(cancellation.check());
  ++calls_;
  const Stopwatch watch;
  Result<CallResult> result = checked_run(call, cancellation);
  seconds_ += watch.seconds();
  if (result) result->kept.assign(result->output.pieces.size(), true);
  return result;
}

Result<CallResult> CallRunner::checked_run(const ToolCall& call, const Cancellation& cancellation) {
  const auto tool = std::find_if(tools_.begin(), tools_.end(),
                                 [&](const auto& known) { return known->spec().name == call.name; });
  if (tool == tools_.end()) return refused(call, "unknown_tool", "there is no such tool; there are " + names());
  if (call.arguments.size() > limits_.arguments_bytes_max)
    return refused(call, "too_large",
                   fmt::format("arguments of more than {} bytes", limits_.arguments_bytes_max));
  const auto parsed = parse_json(given_arguments(call), limits_.arguments_depth_max);
  if (!parsed)
    return refused(call, "malformed", "the arguments are " + parsed.error().why, parsed.error().where);
  if (!parsed->is_object())
    return refused(call, "invalid_arguments", "the arguments must be a JSON object", "/");
  const Json& schema = (*tool)->spec().parameters;
  const Json arguments = without_nulls(schema, *parsed);
  if (const Status fits = check_value(schema, arguments); !fits)
    return refused(call, "invalid_arguments", fits.error().why, fits.error().where);
  const double left = limits_.seconds_max - seconds_;
  if (left < least_seconds) return CallResult{call.name, "timed_out", "", "the time for tools is used up", {}};
  auto output = (*tool)->run(arguments, left, cancellation);
  if (!output) {
    const Error& error = output.error();
    if (error.code == ErrorCode::cancelled) return error;
    const std::string mend = error.mend.empty() ? "" : "; " + error.mend;
    return CallResult{call.name, std::string(to_string(error.code)), error.where, error.why + mend, {}};
  }
  CallResult result{call.name, "", "", "", std::move(*output)};
  if (!result.output.failure.empty()) {
    result.error_code = "tool_failed";
    result.error = result.output.failure;
  }
  return result;
}

ToolCall sendable(const ToolCall& call, const std::string& otherwise) {
  ToolCall sent{call.id, plain_name(call.name), std::string(given_arguments(call))};
  if (sent.id.empty() || sent.id.size() > id_bytes_max || !is_valid_utf8(sent.id)) sent.id = otherwise;
  const auto parsed = parse_json(sent.arguments);
  if (!parsed || !parsed->is_object()) sent.arguments = "{}";
  return sent;
}

}  // namespace kindling
