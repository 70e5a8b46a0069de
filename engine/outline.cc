#include "engine/outline.h"

#include <algorithm>

#include "base/utf8.h"
#include "engine/prompt.h"

namespace kindling {
namespace {

constexpr std::uint64_t whole_path_tokens_min = 4'096;  // smaller windows print the innermost heading alone
constexpr std::uint64_t heading_share = 32;             // of the window, that one heading may take
constexpr std::size_t bytes_per_token = 4;
constexpr std::size_t heading_bytes_least = 32, heading_bytes_most = 300;
constexpr std::size_t levels_max = 6;

std::uint64_t mixed(std::uint64_t key, std::string_view text) {
  for (const char c : text) key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;  // FNV-1a
  return (key ^ 0xff) * 0x100000001b3ull;
}

}  // namespace

Outline::Outline(const Snapshot& snapshot, std::uint64_t evidence_tokens, bool nested)
    : snapshot_(snapshot),
      heading_bytes_max_(std::clamp(static_cast<std::size_t>(evidence_tokens / heading_share) * bytes_per_token,
                                    heading_bytes_least, heading_bytes_most)),
      whole_path_(evidence_tokens >= whole_path_tokens_min),
      nested_(nested) {}

std::vector<HeadingLine> Outline::lines(SectionIndex section) const {
  const SectionView view = snapshot_.section(section);
  const std::string_view title = snapshot_.document(view.document).title;
  std::vector<std::string_view> parts;
  for (const std::string_view heading : view.heading_path) {
    if (!heading.empty() && heading != (parts.empty() ? title : parts.back())) parts.push_back(heading);
  }
  if (!whole_path_ && parts.size() > 1) parts.erase(parts.begin(), parts.end() - 1);

  std::uint64_t key = mixed(0xcbf29ce484222325ull + position(view.document), title);
  if (!nested_) {
    std::string line = shortened(title);
    for (const std::string_view part : parts) line += (line.empty() ? "" : " > ") + shortened(part);
    return {{key + position(section) + 1, line.empty() ? "#\n" : "# " + line + "\n"}};
  }
  // Without a title the line still parts this document from the one before.
  std::vector<HeadingLine> lines{{key, title.empty() ? "#\n" : "# " + shortened(title) + "\n"}};
  for (const std::string_view part : parts) {
    key = mixed(key, part);
    const std::size_t level = std::min(lines.size() + 1, levels_max);
    lines.push_back({key, std::string(level, '#') + " " + shortened(part) + "\n"});
  }
  return lines;
}

std::string Outline::shortened(std::string_view heading) const {
  std::string line(heading.substr(0, floor_code_point(heading, std::min(heading.size(), heading_bytes_max_))));
  if (line.size() < heading.size()) {
    // Cut at a blank where one is near: half a word reads like another word.
    if (const std::size_t blank = line.rfind(' '); blank != line.npos && blank * 2 > line.size())
      line.resize(blank);
    line += "...";
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return defused(line);
}

}  // namespace kindling
