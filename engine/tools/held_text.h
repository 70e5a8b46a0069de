// What a model says while it may still call a tool: an answer, or a few words before a call.
//
// Which of the two is known only when the message ends. Text is held back until it cites a passage or grows
// beyond what is said before a call, and shown from then on as it comes; text that is still held when a call
// comes is not part of the answer and never shown. What was shown once stays in the answer, and is never shown
// again: the answer is the sum of what was shown. When nobody reads along, all of a message is held to its end.
//
// One for all messages of an answer. Not thread-safe; borrows the reader's function.
#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "engine/generator.h"

namespace kindling {

inline constexpr std::size_t held_bytes_max = 400;

class HeldText {
 public:
  // `read_along`: somebody sees pieces as they come. `on_token` may be empty.
  HeldText(const OnToken& on_token, bool read_along) : on_token_(on_token), read_along_(read_along) {}

  // A message begins; `may_call`: tools are offered with it.
  void begin(bool may_call);
  // False: nobody reads any more.
  [[nodiscard]] bool take(std::string_view piece);
  // The message was part of the answer: the rest of it is shown.
  void keep();
  // The message was no answer: what is still held is dropped.
  void drop() { held_.clear(); }

  [[nodiscard]] const std::string& shown() const { return shown_; }
  // Of the first piece shown, from the making; negative: none.
  [[nodiscard]] double first_ms() const { return first_ms_; }

 private:
  bool show(std::string_view piece);

  const OnToken& on_token_;
  const bool read_along_;
  Stopwatch watch_;
  bool holding_ = false;
  bool fresh_ = true;  // of the present message nothing was shown
  bool read_ = true;   // somebody still does
  std::string held_;
  std::string shown_;
  double first_ms_ = -1;
};

}  // namespace kindling
