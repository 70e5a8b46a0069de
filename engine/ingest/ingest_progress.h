// Progress told often enough for a person, seldom enough to cost nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/env.h"
#include "engine/ingest.h"

namespace kindling {

// Stages may go on side by side. Not thread-safe.
class ProgressTeller {
 public:
  using Stage = IngestProgress::Stage;

  explicit ProgressTeller(const OnIngestProgress& on_progress) : on_progress_(on_progress) {}

  void begin(Stage stage, std::uint64_t total, std::uint64_t units_total) {
    of(stage) = {};
    of(stage).progress.stage = stage;
    of(stage).progress.total = total;
    of(stage).progress.units_total = units_total;
  }
  void update(Stage stage, std::uint64_t done, std::uint64_t units_done) {
    Telling& telling = of(stage);
    if (telling.progress.done == 0) telling.begun = {};  // not from when it might have begun
    telling.progress.done = done;
    telling.progress.units_done = units_done;
    if (telling.since_told.milliseconds() >= interval_ms) tell(telling);
  }
  void end(Stage stage) {
    of(stage).progress.ended = true;
    tell(of(stage));
  }

  // Corrects the total when it becomes known.
  void set_total(Stage stage, std::uint64_t total) { of(stage).progress.total = total; }
  void set_settled(Stage stage, std::uint64_t settled) { of(stage).progress.settled = settled; }

 private:
  static constexpr double interval_ms = 100;

  struct Telling {
    IngestProgress progress;
    Stopwatch begun;
    Stopwatch since_told;
  };

  Telling& of(Stage stage) { return stages_[static_cast<std::size_t>(stage)]; }

  void tell(Telling& telling) {
    telling.progress.seconds = telling.begun.seconds();
    telling.since_told = {};
    if (on_progress_) on_progress_(telling.progress);
  }

  const OnIngestProgress& on_progress_;
  std::array<Telling, 4> stages_;
};

}  // namespace kindling
