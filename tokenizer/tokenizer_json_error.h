// What is said of a tokenizer.json that cannot be used.
//
// Private to tokenizer/. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace kindling::tokenizer_json {

inline Error unsupported(std::string where, std::string why) {
  return {ErrorCode::unsupported, std::move(where), std::move(why),
          "count with --model and its estimate, or use the model's SentencePiece or rank file"};
}

inline Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why), "get the tokenizer's file again"};
}

inline std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 200)) + "'"; }

inline std::string type_of(const Json& part) {
  const std::string_view type = part["type"].as_string();
  return type.empty() ? "of no type" : quoted(type);
}

}  // namespace kindling::tokenizer_json
