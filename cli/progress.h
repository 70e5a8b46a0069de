// The line that shows how an `index` run goes on: only for a person (stderr is a terminal), at most ten times a
// second, one line redrawn in place. Stages that go on side by side stand side by side.
//
// Belongs to one thread at a time; `update` may come from any, one at a time.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/env.h"
#include "engine/ingest.h"
#include "engine/ingest/reencode.h"

namespace kindling {

class ProgressLine {
 public:
  explicit ProgressLine(bool shown) : shown_(shown) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(const IngestProgress& progress);
  void update(const ReencodeProgress& progress);
  void update(std::string_view stage);  // a stage that has no numbers
  void clear();                         // before anything else is printed to the terminal

 private:
  // Lines of one stage are drawn at most ten times a second; the first line of a stage always is.
  void draw(std::string_view stage, const std::string& line);

  bool shown_;
  bool drawn_ = false;
  std::string drawn_stage_;
  std::string reading_;  // the part of `read` while vectors are made of what was read before
  std::mutex mutex_;
  Stopwatch since_drawn_;
};

// "reading  1,234 of 5,678 files  21%  12.3 MB/s  14 s left". Rate and time left once a second has passed.
// Where the bytes to read are known, share and time left are theirs.
[[nodiscard]] std::string progress_text(const IngestProgress& progress);

}  // namespace kindling
