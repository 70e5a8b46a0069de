#include "engine/endpoint/tool_call_reader.h"

#include <algorithm>

namespace kindling {

// The call that a piece continues; a new one if it begins one; null if there are too many.
ToolCallReader::Partial* ToolCallReader::find(const Json& piece) {
  const std::string_view id = piece["id"].as_string();
  const bool indexed = piece["index"].is_number();
  const auto same = std::find_if(calls_.rbegin(), calls_.rend(), [&](const Partial& partial) {
    return !indexed || partial.index == piece["index"].as_integer();
  });
  const bool continued = same != calls_.rend() && (id.empty() || same->call.id.empty() || same->call.id == id);
  if (continued) return &*same;
  if (calls_.size() == tool_calls_max) return nullptr;
  const auto next = static_cast<std::int64_t>(calls_.size());
  calls_.push_back({indexed ? piece["index"].as_integer() : next, {}});
  return &calls_.back();
}

void ToolCallReader::take(const Json& pieces) {
  for (const Json& piece : pieces.items()) {
    Partial* const partial = find(piece);
    const Json& function = piece["function"];
    const Json& arguments = function["arguments"];
    const std::string more = arguments.is_string() || arguments.is_null() ? std::string(arguments.as_string())
                                                                          : to_string(arguments);
    if (partial == nullptr || partial->call.arguments.size() + more.size() > tool_arguments_bytes_max) {
      too_large_ = true;
      continue;
    }
    if (partial->call.id.empty()) partial->call.id = piece["id"].as_string();
    if (partial->call.name.empty()) partial->call.name = function["name"].as_string();
    partial->call.arguments += more;
  }
}

std::vector<ToolCall> ToolCallReader::calls() const {
  std::vector<ToolCall> calls;
  for (const Partial& partial : calls_) {
    if (!partial.call.name.empty()) calls.push_back(partial.call);
  }
  return calls;
}

}  // namespace kindling
