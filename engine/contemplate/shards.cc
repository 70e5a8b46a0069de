#include "engine/contemplate/shards.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/pack/unit_sets.h"

namespace kindling {
namespace {

constexpr std::uint64_t mark_tokens = 8;    // of a passage's number and its line's end
constexpr double filled_share = .97;        // of a window; numbers of many digits need the rest
constexpr double whole_document_gain = .1;  // of a shard, that a cut between documents may be out of balance

// Consecutive units of one section.
struct Cluster {
  std::size_t begin = 0, end = 0;
  std::uint64_t tokens = 0;
};

std::string_view text_of(const Snapshot& snapshot, const Unit& unit) {
  return slice(snapshot.document(unit.document).text, unit.span);
}

std::vector<std::uint64_t> tokens_of(const Snapshot& snapshot, std::span<const Unit> units,
                                     const TextTokens& text_tokens) {
  std::vector<std::uint64_t> tokens;
  tokens.reserve(units.size());
  for (const Unit& unit : units) tokens.push_back(text_tokens(text_of(snapshot, unit)) + 1);
  return tokens;
}

// Units without a value lead to others (engine/pack/leads.h): they stay as long as their document does.
void keep_best(std::vector<Unit>& units, std::vector<std::uint64_t>& tokens, std::uint64_t room) {
  std::vector<std::uint32_t> order(units.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return units[a].value > units[b].value; });
  std::vector<bool> kept(units.size());
  std::uint64_t used = 0;
  for (const std::uint32_t i : order) {
    if (units[i].value > 0 && used + tokens[i] > room) break;
    kept[i] = units[i].value > 0;
    used += kept[i] ? tokens[i] : 0;
  }
  for (std::size_t first = 0; first < units.size();) {
    std::size_t end = first;
    bool any = false;
    for (; end < units.size() && units[end].document == units[first].document; ++end) any = any || kept[end];
    for (std::size_t i = first; any && i < end; ++i) kept[i] = kept[i] || !(units[i].value > 0);
    first = end;
  }
  std::size_t left = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!kept[i]) continue;
    const bool gap = i > 0 && !kept[i - 1] && units[i - 1].section == units[i].section;
    units[left] = units[i];
    units[left].apart = units[i].apart || gap;
    tokens[left++] = tokens[i];
  }
  units.resize(left);
  tokens.resize(left);
}

std::vector<Cluster> sections_of(std::span<const Unit> units, std::span<const std::uint64_t> tokens) {
  std::vector<Cluster> clusters;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i == 0 || units[i].section != units[i - 1].section) clusters.push_back({i, i, 0});
    clusters.back().end = i + 1;
    clusters.back().tokens += tokens[i];
  }
  return clusters;
}

// Where to cut `clusters` into `count` parts: the first cluster of each part but the first.
std::vector<std::size_t> cuts(std::span<const Unit> units, std::span<const Cluster> clusters,
                              std::size_t count) {
  std::vector<double> before(clusters.size() + 1, 0.);  // tokens of the clusters before each
  for (std::size_t i = 0; i < clusters.size(); ++i)
    before[i + 1] = before[i] + static_cast<double>(clusters[i].tokens);
  const double share = before.back() / static_cast<double>(count);
  std::vector<std::size_t> found;
  std::size_t first = 1;
  for (std::size_t part = 1; part < count; ++part) {
    std::size_t best = first;
    double least = -1;
    for (std::size_t i = first; i + (count - part) <= clusters.size(); ++i) {
      const bool inside = units[clusters[i].begin].document == units[clusters[i].begin - 1].document;
      const double away =
          std::abs(before[i] - share * static_cast<double>(part)) + (inside ? whole_document_gain * share : 0);
      if (least >= 0 && away >= least) continue;
      least = away;
      best = i;
    }
    found.push_back(best);
    first = best + 1;
  }
  return found;
}

// The heading lines over a section that the section before it does not have, at most.
class HeadingTokens {
 public:
  HeadingTokens(const Snapshot& snapshot, const TextTokens& text_tokens)
      : snapshot_(snapshot), text_tokens_(text_tokens) {}

  void start_anew() { document_.reset(); }

  std::uint64_t over(const Unit& unit) {
    constexpr std::uint64_t line_tokens = 8;  // "#### " and the line's end
    std::uint64_t tokens = 0;
    const SectionView section = snapshot_.section(unit.section);
    std::size_t common = 0;
    if (!document_ || *document_ != unit.document) {
      tokens += text_tokens_(snapshot_.document(unit.document).title) + line_tokens;
    } else {
      const std::size_t shorter = std::min(path_.size(), section.heading_path.size());
      while (common < shorter && path_[common] == section.heading_path[common]) ++common;
      if (common == section.heading_path.size() && common > 0) --common;  // the innermost once more
    }
    for (std::size_t i = common; i < section.heading_path.size(); ++i)
      tokens += text_tokens_(section.heading_path[i]) + line_tokens;
    if (section.heading_path.empty()) tokens += line_tokens;
    document_ = unit.document;
    path_ = section.heading_path;
    return tokens;
  }

 private:
  const Snapshot& snapshot_;
  const TextTokens& text_tokens_;
  std::optional<DocumentIndex> document_;
  std::vector<std::string_view> path_;
};

// Fills one shard after the other.
class WindowFiller {
 public:
  WindowFiller(const Snapshot& snapshot, std::uint64_t tokens, const TextTokens& text_tokens)
      : snapshot_(snapshot),
        room_(static_cast<std::uint64_t>(filled_share * static_cast<double>(tokens))),
        text_tokens_(text_tokens),
        headings_(snapshot, text_tokens) {}

  // `units` of one section.
  void take(std::span<const Unit> units) {
    const std::vector<std::uint64_t> tokens = tokens_of(snapshot_, units, text_tokens_);
    const std::uint64_t own = std::accumulate(tokens.begin(), tokens.end(), mark_tokens);
    std::uint64_t over = headings_.over(units.front());
    if (used_ > 0 && used_ + over + own > room_) over = close(units.front());
    used_ += over;
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (used_ + tokens[i] > room_ && !shard_.empty()) used_ = close(units[i]);
      shard_.push_back(units[i]);
      used_ += tokens[i] + (i == 0 ? mark_tokens : 0);
    }
  }

  std::vector<UnitShard> finish() {
    if (!shard_.empty()) shards_.push_back(std::move(shard_));
    return std::move(shards_);
  }

 private:
  // Gives the tokens of all headings that the next shard begins with.
  std::uint64_t close(const Unit& next) {
    if (!shard_.empty()) shards_.push_back(std::move(shard_));
    shard_.clear();
    used_ = 0;
    headings_.start_anew();
    return headings_.over(next);
  }

  const Snapshot& snapshot_;
  std::uint64_t room_;
  const TextTokens& text_tokens_;
  HeadingTokens headings_;
  UnitShard shard_;
  std::uint64_t used_ = 0;
  std::vector<UnitShard> shards_;
};

}  // namespace

std::vector<UnitShard> disjoint_shards(const Snapshot& snapshot, std::vector<Unit> units, std::size_t count,
                                       std::uint64_t tokens, const TextTokens& text_tokens) {
  std::vector<std::uint64_t> of_unit = tokens_of(snapshot, units, text_tokens);
  keep_best(units, of_unit, count * tokens);
  const std::vector<Cluster> clusters = sections_of(units, of_unit);
  if (clusters.empty()) return {};
  std::vector<std::size_t> starts = cuts(units, clusters, std::min(count, clusters.size()));
  starts.push_back(clusters.size());
  std::vector<UnitShard> shards;
  std::size_t begin = 0;
  for (const std::size_t start : starts) {
    const std::size_t end = start == clusters.size() ? units.size() : clusters[start].begin;
    shards.emplace_back(units.begin() + static_cast<std::ptrdiff_t>(begin),
                        units.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return shards;
}

Result<std::vector<UnitShard>> window_shards(const Snapshot& snapshot, const std::optional<Filter>& filter,
                                             std::uint64_t tokens, const TextTokens& text_tokens) {
  DocumentSet kept = snapshot.live_documents();
  if (filter) {
    KINDLING_TRY(kept, snapshot.matching(*filter));
  }
  WindowFiller filler(snapshot, tokens, text_tokens);
  for (std::uint32_t slot = 0; slot < snapshot.document_slots(); ++slot) {
    const DocumentIndex document{slot};
    if (!kept.contains(document)) continue;
    std::vector<Unit> units = document_units(snapshot, document);
    for (Unit& unit : units) unit.value = 1;
    for (std::size_t first = 0; first < units.size();) {
      std::size_t end = first + 1;
      while (end < units.size() && units[end].section == units[first].section) ++end;
      filler.take(std::span(units).subspan(first, end - first));
      first = end;
    }
  }
  return filler.finish();
}

std::pair<UnitShard, UnitShard> halved(const UnitShard& shard) {
  std::size_t best = shard.size() / 2;
  std::size_t least = shard.size();
  for (std::size_t i = 1; i < shard.size(); ++i) {
    const std::size_t away = i > shard.size() / 2 ? i - shard.size() / 2 : shard.size() / 2 - i;
    if (shard[i].section == shard[i - 1].section || away >= least) continue;
    least = away;
    best = i;
  }
  const auto middle = shard.begin() + static_cast<std::ptrdiff_t>(best);
  return {UnitShard(shard.begin(), middle), UnitShard(middle, shard.end())};
}

}  // namespace kindling
