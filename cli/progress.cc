#include "cli/progress.h"

#include <algorithm>
#include <cstdio>

#include "cli/console.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr double seconds_between_drawings = .1;
constexpr double seconds_before_a_rate = 1;

using Stage = IngestProgress::Stage;

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::scan:
      return "scanning";
    case Stage::read:
      return "reading";
    case Stage::embed:
      return "embedding";
    case Stage::join:
      return "joining";
  }
  return "";
}

std::string_view things_of(Stage stage) {
  switch (stage) {
    case Stage::embed:
      return " chunks";
    case Stage::join:
      return " merges";
    default:
      return " files";
  }
}

std::string rate_of(const IngestProgress& progress) {
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.units_done) / progress.seconds);
  return progress.stage == Stage::embed ? grouped(rate) + " tokens/s" : shown_bytes(rate) + "/s";
}

// Files differ in size: where the bytes are known, they tell how far it is.
double share_done(const IngestProgress& progress) {
  if (progress.units_total > 0 && progress.units_done <= progress.units_total) {
    return static_cast<double>(progress.units_done) / static_cast<double>(progress.units_total);
  }
  return static_cast<double>(progress.done) / static_cast<double>(progress.total);
}

}  // namespace

std::string progress_text(const IngestProgress& progress) {
  std::string line = padded(stage_name(progress.stage), 9) + "  " + grouped(progress.done);
  if (progress.total > 0) line += " of " + grouped(progress.total);
  line += things_of(progress.stage);
  if (progress.total == 0 || progress.done > progress.total) return line;
  const double share = share_done(progress);
  line += "  " + std::to_string(static_cast<int>(share * 100)) + "%";
  if (progress.seconds < seconds_before_a_rate || progress.done == 0 || share <= 0) return line;
  if (progress.units_done > 0) line += "  " + rate_of(progress);
  const double left = progress.seconds * (1 - share) / share;
  return line + "  " + shown_seconds(std::max(1., left)) + " left";
}

// How long embedding takes is not known before everything is read.
void ProgressLine::update(const IngestProgress& progress) {
  if (!shown_) return;
  if (progress.stage == Stage::read) {
    reading_ = progress.ended ? "" : progress_text(progress);
  }
  if (progress.stage != Stage::embed || reading_.empty()) {
    draw(stage_name(progress.stage), progress_text(progress));
    return;
  }
  std::string line = reading_ + "; " + grouped(progress.done) + " chunks embedded";
  if (progress.seconds >= seconds_before_a_rate) line += ", " + rate_of(progress);
  draw("reading and embedding", line);
}

void ProgressLine::update(const ReencodeProgress& progress) {
  if (progress.stage == ReencodeProgress::Stage::encode) {
    update(IngestProgress{Stage::embed, progress.done, progress.total, progress.tokens, progress.seconds});
    return;
  }
  if (shown_)
    draw("comparing", "comparing  " + grouped(progress.done) + " of " + grouped(progress.total) + " questions");
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
