#include "cli/progress.h"

#include <algorithm>
#include <cstdio>

#include "cli/console.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr double seconds_between_drawings = .1;
constexpr double seconds_before_a_rate = 1;

std::string_view stage_name(IngestProgress::Stage stage) {
  switch (stage) {
    case IngestProgress::Stage::scan:
      return "scanning";
    case IngestProgress::Stage::read:
      return "reading";
    case IngestProgress::Stage::embed:
      return "embedding";
  }
  return "";
}

std::string rate_of(const IngestProgress& progress) {
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.units_done) / progress.seconds);
  return progress.stage == IngestProgress::Stage::embed ? grouped(rate) + " tokens/s"
                                                        : shown_bytes(rate) + "/s";
}

}  // namespace

std::string progress_text(const IngestProgress& progress) {
  std::string line = padded(stage_name(progress.stage), 9) + "  " + grouped(progress.done);
  if (progress.total > 0) line += " of " + grouped(progress.total);
  line += progress.stage == IngestProgress::Stage::embed ? " chunks" : " files";
  if (progress.total == 0 || progress.done > progress.total) return line;
  line += "  " + std::to_string(progress.done * 100 / progress.total) + "%";
  if (progress.seconds < seconds_before_a_rate || progress.done == 0) return line;
  if (progress.units_done > 0) line += "  " + rate_of(progress);
  const double left = progress.seconds * static_cast<double>(progress.total - progress.done) /
                      static_cast<double>(progress.done);
  return line + "  " + shown_seconds(std::max(1., left)) + " left";
}

void ProgressLine::update(const IngestProgress& progress) {
  if (shown_) draw(stage_name(progress.stage), progress_text(progress));
}

void ProgressLine::update(std::string_view stage) {
  if (shown_) draw(stage, std::string(stage));
}

void ProgressLine::draw(std::string_view stage, const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (drawn_ && stage == drawn_stage_ && since_drawn_.seconds() < seconds_between_drawings) return;
  since_drawn_ = Stopwatch();
  drawn_ = true;
  drawn_stage_ = stage;
  const std::string text = "\r\x1b[K" + shortened(harmless(line), stderr_width() - 1);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace kindling
