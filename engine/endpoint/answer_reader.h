// What a model said, gathered from the chunks of a stream or from one whole answer.
//
// Reasoning never counts as text: it is left out wherever a server puts it (`reasoning_content`, `reasoning`,
// parts of type "thinking", <think> inside the text). Only the first choice is read. Tool calls come whole or
// in pieces (engine/endpoint/tool_call_reader.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "engine/endpoint/think_filter.h"
#include "engine/endpoint/tool_call_reader.h"
#include "engine/generator.h"

namespace kindling {

class AnswerReader {
 public:
  // The new text of one `chat.completion.chunk` or `chat.completion`.
  [[nodiscard]] std::string take(const Json& value);
  // Text that was held back when the answer ends.
  [[nodiscard]] std::string finish() { return think_.finish(); }

  // Anything that the model itself made has come: text, reasoning, a piece of a call.
  [[nodiscard]] bool spoke() const { return saw_text_ || saw_reasoning() || tool_calls_.began(); }
  [[nodiscard]] const ToolCallReader& tool_calls() const { return tool_calls_; }
  [[nodiscard]] bool saw_choice() const { return saw_choice_; }
  [[nodiscard]] bool saw_reasoning() const { return saw_reasoning_ || think_.saw_reasoning(); }
  [[nodiscard]] const std::string& refusal() const { return refusal_; }              // the model's own words
  [[nodiscard]] const std::string& finish_reason() const { return finish_reason_; }  // empty: none came
  [[nodiscard]] const std::optional<Usage>& usage() const { return usage_; }         // without the cost

 private:
  ThinkFilter think_;
  ToolCallReader tool_calls_;
  bool saw_text_ = false;
  bool saw_choice_ = false;
  bool saw_reasoning_ = false;
  std::string refusal_;
  std::string finish_reason_;
  std::optional<Usage> usage_;
};

}  // namespace kindling
