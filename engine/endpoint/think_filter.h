// Removes reasoning that a model writes into its answer: <think>...</think> at the beginning, as open models do
// whose server has no field of its own for it. Elsewhere the tag is text: an answer may speak about it.
//
// Works on a stream cut anywhere; what might be the beginning of a tag is held back until it is decided.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

class ThinkFilter {
 public:
  // The part of the answer that is certain to be text.
  [[nodiscard]] std::string feed(std::string_view piece);
  // What was held back when the answer ends. An unclosed <think> gives nothing.
  [[nodiscard]] std::string finish();
  [[nodiscard]] bool saw_reasoning() const { return saw_reasoning_; }

 private:
  enum class State { beginning, reasoning, text };
  bool step(std::string& out);

  State state_ = State::beginning;
  std::string held_;
  bool saw_reasoning_ = false;
};

}  // namespace kindling
