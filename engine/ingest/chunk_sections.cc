#include "engine/ingest/chunk_sections.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/ingest/chunk_space.h"

namespace kindling {
namespace {

// A heading in the tree of headings; node 0 is the document itself.
struct Heading {
  std::uint32_t parent = 0;
  ByteSpan words;
};

class Headings {
 public:
  explicit Headings(const Text& text) : text_(text), title_(words_on_one_line(text.title, heading_bytes_max)) {
    nodes_.push_back({});
  }

  // The node of the heading that comes next in the text.
  std::uint32_t enter(const ChunkBlock& block) {
    const std::uint8_t level = std::clamp<std::uint8_t>(block.level, 1, 6);
    while (!open_.empty() && open_.back().level >= level) open_.pop_back();
    const std::uint32_t parent = open_.empty() ? 0 : open_.back().node;
    std::uint32_t node = parent;
    if (!unnamed(block, parent)) {
      node = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({parent, block.words});
    }
    open_.push_back({level, node});
    return node;
  }

  // Closes headings of `level` and below. The node that stands then, unless none was open.
  std::optional<std::uint32_t> leave(std::uint8_t level) {
    if (open_.empty() || open_.back().level < level) return std::nullopt;
    while (!open_.empty() && open_.back().level >= level) open_.pop_back();
    return open_.empty() ? 0 : open_.back().node;
  }

  [[nodiscard]] std::uint32_t parent(std::uint32_t node) const { return nodes_[node].parent; }

  // Whether `node` is `above` or stands under it. At most six steps.
  [[nodiscard]] bool under(std::uint32_t node, std::uint32_t above) const {
    while (node != above && node != 0) node = nodes_[node].parent;
    return node == above;
  }

  [[nodiscard]] HeadingPath path(std::uint32_t node) const {
    HeadingPath path;
    for (; node != 0; node = nodes_[node].parent) {
      path.push_back(words_on_one_line(slice(text_.utf8, nodes_[node].words), heading_bytes_max));
    }
    std::reverse(path.begin(), path.end());
    return path;
  }

 private:
  struct Open {
    std::uint8_t level;
    std::uint32_t node;
  };

  // Headings that add nothing to a path: the title again, or no words at all.
  [[nodiscard]] bool unnamed(const ChunkBlock& block, std::uint32_t parent) const {
    const std::string words = words_on_one_line(slice(text_.utf8, block.words), heading_bytes_max);
    return words.empty() || (parent == 0 && words == title_);
  }

  const Text& text_;
  std::string title_;
  std::vector<Heading> nodes_;
  std::vector<Open> open_;  // the headings that the next one may stand under
};

// What stands between two headings, or several such that were merged.
struct Run {
  std::uint32_t first_unit = 0;
  std::uint32_t after_unit = 0;
  std::uint32_t node = 0;
  std::uint64_t weight = 0;
  bool headings_only = true;
  bool small = false;   // so is each that was merged into it
  bool merged = false;  // siblings under `node`
};

class RunMerger {
 public:
  RunMerger(const Headings& headings, std::uint32_t chunk_weight_max)
      : headings_(headings), chunk_weight_max_(chunk_weight_max) {}

  void add(Run run) {
    run.small = run.weight * 3 < chunk_weight_max_;
    if (!runs_.empty() && merge(runs_.back(), run)) return;
    runs_.push_back(run);
  }

  std::vector<Run> finish() && { return std::move(runs_); }

 private:
  [[nodiscard]] bool merge(Run& last, const Run& next) const {
    if (last.headings_only && headings_.under(next.node, last.node)) {
      const std::uint32_t first_unit = last.first_unit;
      const std::uint64_t weight = last.weight + next.weight;
      last = next;
      last.first_unit = first_unit;
      last.weight = weight;
      return true;
    }
    if (!last.small || !next.small || last.weight + next.weight > chunk_weight_max_) return false;
    const std::uint32_t parent = headings_.parent(next.node);
    if (parent != last.node && (last.merged || parent != headings_.parent(last.node))) return false;
    last.node = parent;
    last.merged = true;
    last.after_unit = next.after_unit;
    last.weight += next.weight;
    last.headings_only = last.headings_only && next.headings_only;
    return true;
  }

  const Headings& headings_;
  std::uint32_t chunk_weight_max_;
  std::vector<Run> runs_;
};

// Gives each path that occurs one number.
class PathNumbers {
 public:
  explicit PathNumbers(const Headings& headings) : headings_(headings) {}

  std::uint32_t number(std::uint32_t node) {
    if (node == last_node_) return last_number_;
    HeadingPath path = headings_.path(node);
    std::string key;
    for (const std::string& heading : path) key.append(heading).push_back('\n');  // headings are on one line
    const auto [entry, is_new] =
        numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(paths_.size()));
    if (is_new) paths_.push_back(std::move(path));
    last_node_ = node;
    last_number_ = entry->second;
    return last_number_;
  }

  std::vector<HeadingPath> finish() && { return std::move(paths_); }

 private:
  const Headings& headings_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<HeadingPath> paths_;
  std::uint32_t last_node_ = UINT32_MAX;
  std::uint32_t last_number_ = 0;
};

}  // namespace

SectionRuns section_runs(const Text& text, const std::vector<ChunkBlock>& blocks,
                         const std::vector<ChunkUnit>& units, const std::vector<std::uint32_t>& weights,
                         std::uint32_t chunk_weight_max) {
  Headings headings(text);
  RunMerger merger(headings, chunk_weight_max);
  Run run;
  for (std::uint32_t unit = 0; unit < units.size(); ++unit) {
    const ChunkBlock& block = blocks[units[unit].block];
    const bool heading = block.kind == Block::Kind::heading;
    if (unit == 0 || units[unit].block != units[unit - 1].block) {
      std::optional<std::uint32_t> node;
      if (heading) node = headings.enter(block);
      if (!heading && block.kind != Block::Kind::list_item && block.level > 0)
        node = headings.leave(block.level);
      if (node) {
        if (run.first_unit < unit) merger.add(run);
        run = Run{.first_unit = unit, .node = *node};
      }
    }
    run.after_unit = unit + 1;
    run.weight += weights[unit];
    run.headings_only = run.headings_only && heading;
  }
  if (!units.empty()) merger.add(run);

  PathNumbers numbers(headings);
  SectionRuns sections;
  for (const Run& merged : std::move(merger).finish()) {
    sections.runs.push_back({merged.first_unit, merged.after_unit, numbers.number(merged.node)});
  }
  sections.heading_paths = std::move(numbers).finish();
  return sections;
}

}  // namespace kindling
