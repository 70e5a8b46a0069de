// Progress told often enough for a person, seldom enough to cost nothing.
#pragma once

#include <cstdint>

#include "base/env.h"
#include "engine/ingest.h"

namespace kindling {

// Not thread-safe.
class ProgressTeller {
 public:
  explicit ProgressTeller(const OnIngestProgress& on_progress) : on_progress_(on_progress) {}

  void begin(IngestProgress::Stage stage, std::uint64_t total) {
    progress_ = {.stage = stage, .total = total};
    stage_ = {};
    since_told_ = {};
  }
  void update(std::uint64_t done, std::uint64_t units_done) {
    progress_.done = done;
    progress_.units_done = units_done;
    if (since_told_.milliseconds() >= interval_ms) tell();
  }
  void end() { tell(); }

  // Corrects the total when it becomes known.
  void set_total(std::uint64_t total) { progress_.total = total; }

 private:
  static constexpr double interval_ms = 100;

  void tell() {
    progress_.seconds = stage_.seconds();
    since_told_ = {};
    if (on_progress_) on_progress_(progress_);
  }

  const OnIngestProgress& on_progress_;
  IngestProgress progress_;
  Stopwatch stage_;
  Stopwatch since_told_;
};

}  // namespace kindling
