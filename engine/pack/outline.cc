#include "engine/pack/outline.h"

#include <algorithm>

#include "base/utf8.h"
#include "engine/pack/clean_text.h"

namespace kindling {
namespace {

constexpr std::uint64_t whole_path_tokens_min = 4'096;  // smaller windows print the innermost heading alone
constexpr std::uint64_t heading_share = 32;             // of the window, that one heading may take
constexpr std::size_t bytes_per_token = 4;
constexpr std::size_t heading_bytes_least = 32, heading_bytes_most = 300;
constexpr std::size_t levels_max = 6;
constexpr std::uint64_t documents = std::uint64_t{1} << 32;  // above the numbers of lines

}  // namespace

Outline::Outline(const Snapshot& snapshot, std::uint64_t evidence_tokens, bool nested)
    : snapshot_(snapshot),
      heading_bytes_max_(std::clamp(static_cast<std::size_t>(evidence_tokens / heading_share) * bytes_per_token,
                                    heading_bytes_least, heading_bytes_most)),
      whole_path_(evidence_tokens >= whole_path_tokens_min),
      nested_(nested) {}

void Outline::append_lines(SectionIndex section, std::vector<std::uint32_t>& lines) {
  const SectionView view = snapshot_.section(section);
  if (title_of_ != view.document) {
    title_ = snapshot_.document(view.document).title;
    title_of_ = view.document;
  }
  const std::string_view title = title_;
  parts_.clear();
  for (const std::string_view heading : view.heading_path) {
    if (!heading.empty() && heading != (parts_.empty() ? title : parts_.back())) parts_.push_back(heading);
  }
  if (!whole_path_ && parts_.size() > 1) parts_.erase(parts_.begin(), parts_.end() - 1);
  if (!nested_) {
    lines.push_back(static_cast<std::uint32_t>(texts_.size()));
    texts_.push_back(one_line(title));
    return;
  }
  lines.push_back(line_of({documents + position(view.document), title}, 1));
  std::size_t level = 1;
  for (const std::string_view part : parts_) lines.push_back(line_of({lines.back(), part}, ++level));
}

// The title and all parts, for sections that stand alone.
std::string Outline::one_line(std::string_view title) const {
  std::string line = shortened(title);
  for (const std::string_view part : parts_) line += (line.empty() ? "" : " > ") + shortened(part);
  return line.empty() ? "#\n" : "# " + line + "\n";
}

std::uint32_t Outline::line_of(const Place& place, std::size_t level) {
  const auto [entry, is_new] = lines_.try_emplace(place, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) {
    // Without a title the line still parts this document from the one before.
    texts_.push_back(place.heading.empty() ? "#\n"
                                           : std::string(std::min(level, levels_max), '#') + " " +
                                                 shortened(place.heading) + "\n");
  }
  return entry->second;
}

std::string Outline::shortened(std::string_view heading) const {
  std::string line(heading.substr(0, floor_code_point(heading, std::min(heading.size(), heading_bytes_max_))));
  if (line.size() < heading.size()) {
    // Cut at a blank where one is near: half a word reads like another word.
    if (const std::size_t blank = line.rfind(' '); blank != line.npos && blank * 2 > line.size())
      line.resize(blank);
    line += "...";
  }
  line = clean_text(line);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

}  // namespace kindling
