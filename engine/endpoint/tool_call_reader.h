// Tool calls from the pieces in which a stream brings them.
//
// Pieces of one call share an `index`; id and name come first, arguments are put together. Servers also leave
// the index out, send every call whole under index 0 with an id of its own, or send arguments as an object in
// place of text: all are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "engine/generator.h"

namespace kindling {

inline constexpr std::size_t tool_calls_max = 128;
inline constexpr std::size_t tool_arguments_bytes_max = 1u << 20;  // of one call

class ToolCallReader {
 public:
  // The `tool_calls` of one delta, or of a whole message. What exceeds a limit is passed over, and `too_large`.
  void take(const Json& pieces);

  [[nodiscard]] bool began() const { return !calls_.empty(); }
  [[nodiscard]] bool too_large() const { return too_large_; }
  // Those that have a name.
  [[nodiscard]] std::vector<ToolCall> calls() const;

 private:
  struct Partial {
    std::int64_t index = 0;
    ToolCall call;
  };
  Partial* find(const Json& piece);

  std::vector<Partial> calls_;
  bool too_large_ = false;
};

}  // namespace kindling
