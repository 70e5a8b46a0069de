#include "engine/pack/prompt_lines.h"

#include <algorithm>

namespace kindling {
namespace {

// The headings that stand above the passage written last.
class Standing {
 public:
  // Keeps what stands of `wanted` and gives the place of the first that does not.
  std::size_t keep_common(std::span<const HeadingCost> wanted) {
    std::size_t common = 0;
    while (common < std::min(wanted.size(), lines_.size()) && wanted[common].line == lines_[common]) ++common;
    // A section without a heading of its own under one that has: the outer heading once more, or it would seem
    // to go on.
    if (common == wanted.size() && lines_.size() > common) --common;
    lines_.resize(common);
    return common;
  }
  void push(std::uint32_t line) { lines_.push_back(line); }

 private:
  std::vector<std::uint32_t> lines_;
};

}  // namespace

std::vector<std::string_view> texts_of(const Snapshot& snapshot, std::span<const Unit> units) {
  std::vector<std::string_view> texts(units.size());
  std::string_view whole;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i == 0 || units[i].document != units[i - 1].document) whole = snapshot.utf8_of(units[i].document);
    texts[i] = slice(whole, units[i].span);
  }
  return texts;
}

std::string_view text_of(std::span<const std::string_view> texts, const Run& run) {
  const std::string_view first = texts[position(run.first)], last = texts[position(run.last)];
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

std::vector<PromptLine> prompt_lines(std::span<const Unit> units, std::span<const std::string_view> texts,
                                     std::span<const Run> runs, HeadingCosts& headings, std::uint32_t before) {
  std::vector<PromptLine> lines;
  lines.reserve(2 * runs.size());
  // Numbers first: a heading's text may move until all of them are made.
  for (const Run& run : runs) static_cast<void>(headings.over(run.first));
  Standing standing;
  std::uint32_t number = before;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const SectionIndex section = units[position(runs[r].first)].section;
    if (r == 0 || section != units[position(runs[r - 1].first)].section) {
      const std::span<const HeadingCost> over = headings.over(runs[r].first);
      for (std::size_t i = standing.keep_common(over); i < over.size(); ++i) {
        lines.push_back({0, headings.text(over[i].line)});
        standing.push(over[i].line);
      }
    }
    lines.push_back({++number, text_of(texts, runs[r])});
  }
  return lines;
}

}  // namespace kindling
