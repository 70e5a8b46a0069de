// One kindling-decode that is asked one thing at a time, and replaced when it has died or served long enough.
//
// What it says is taken for hostile (formats/wire.h). Not thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/process.h"
#include "base/result.h"
#include "formats/wire.h"

namespace kindling {

class WorkerLink {
 public:
  struct Bounds {
    wire::Limits answers;                // what the worker may say at most
    std::uint64_t memory_bytes_max = 0;  // its address space, beyond what it has when idle
    std::chrono::milliseconds time_max;  // without an answer
  };

  // The executable `worker`; empty means beside this executable, else in $PATH. Errors: `configuration`.
  [[nodiscard]] static Result<std::filesystem::path> find(std::filesystem::path worker);

  WorkerLink(const Bounds& bounds, std::filesystem::path program)
      : bounds_(bounds), program_(std::move(program)) {}

  // Starts the worker and waits for its greeting. Errors: `configuration`.
  [[nodiscard]] Status start();

  // Asks, and hands each `document`, `bad_record` and `picture` to `on_answer`, which may end the conversation
  // with an error; it is handed through. Errors besides: the worker's own, `timed_out`, `decoder_crashed`,
  // `cancelled`.
  [[nodiscard]] Status ask(const wire::Request& request, const std::function<Status(wire::Answer)>& on_answer,
                           const Cancellation& cancellation);

 private:
  [[nodiscard]] Status ready();
  [[nodiscard]] Status converse(const wire::Request& request,
                                const std::function<Status(wire::Answer)>& on_answer,
                                const Cancellation& cancellation);
  [[nodiscard]] Result<std::optional<wire::Answer>> next_answer(std::string_view source);
  std::string stop();
  void drop_read();

  Bounds bounds_;
  std::filesystem::path program_;
  std::unique_ptr<ChildProcess> worker_;
  std::string received_;  // from the worker, not yet understood from `read_` on
  std::size_t read_ = 0;
  bool finished_ = true;  // the worker has said its last word on the present source
  unsigned sources_ = 0;  // that the present worker has been given
};

}  // namespace kindling
