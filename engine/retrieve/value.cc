#include "engine/retrieve/value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "engine/retrieve/bare_words.h"
#include "index/term_counts.h"

namespace kindling {
namespace {

constexpr float following_share = .8f;  // of a chunk's evidence that its successor inherits
constexpr float preceding_share = .5f;
constexpr float value_power = 1.5f;  // lets the best chunks speak louder than many middling ones
constexpr float gate_weight = .7f;
constexpr float forward_fade = 120;  // characters
constexpr float backward_fade = 40;
constexpr float k1 = .9f, b = .6f;  // BM25 of sentences, as of chunks

constexpr std::uint32_t no_term = 0xffffffff;
constexpr std::size_t chunks_at_once = 32;

constexpr float least_share =
    .05f;  // of the range of scores, that the least candidate of a small collection keeps
constexpr float least_evidence = .001f;

// The n-th best score. When there are fewer, somewhat below the least: in a small collection every candidate
// may go in.
float base_of(std::vector<float> scores, std::size_t n) {
  if (scores.empty()) return 0;
  if (scores.size() < n) {
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    return *least - least_share * (*most - *least) - least_evidence;
  }
  std::nth_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(n - 1), scores.end(),
                   std::greater<>());
  return scores[n - 1];
}

// "## Locks": of a small section that was merged with its neighbour. It is sent with the run that it stands in.
bool is_marked_heading(std::string_view text) {
  const std::size_t marks = text.find_first_not_of('#');
  return marks != text.npos && marks >= 1 && marks <= 6 && text[marks] == ' ' && text.find('\n') == text.npos;
}

// What a heading and a sentence under it hold of the question together, by term.
template <typename Use>
void for_each_sum(std::span<const TermCount> one, std::span<const TermCount> other, Use use) {
  std::size_t i = 0, j = 0;
  while (i < one.size() || j < other.size()) {
    const std::uint32_t term =
        std::min(i < one.size() ? one[i].term : no_term, j < other.size() ? other[j].term : no_term);
    std::uint32_t count = 0;
    if (i < one.size() && one[i].term == term) count += one[i++].count;
    if (j < other.size() && other[j].term == term) count += other[j++].count;
    use(term, static_cast<float>(count));
  }
}

class Valuation {
 public:
  Valuation(const Snapshot& snapshot, const Query& query, const Candidates& candidates, const Scores& scores)
      : snapshot_(snapshot), query_(query), candidates_(candidates), scores_(scores) {}

  std::vector<Unit> run(std::size_t base_rank) {
    judge_chunks(base_rank);
    judge_sections(base_rank);
    settle();
    collect_units();
    gate_units();
    for (std::size_t i = 0; i < units_.size(); ++i) units_[i].value *= 1 + gate_weight * units_[i].gate;
    return std::move(units_);
  }

 private:
  void judge_chunks(std::size_t base_rank) {
    std::vector<float> all;
    all.reserve(scores_.chunks.size());
    for (const ScoredChunk& chunk : scores_.chunks) all.push_back(chunk.score);
    const float base = base_of(std::move(all), base_rank);
    std::uint32_t first = 0, end = 0;  // of the document
    for (const ScoredChunk& chunk : scores_.chunks) {
      const std::uint32_t i = position(chunk.chunk);
      const float above = chunk.score - base;
      if (!(above > 0)) continue;
      if (i >= end) {
        const ChunkRange document = snapshot_.chunks_of(snapshot_.document_of(ChunkIndex{i}));
        first = position(document.first);
        end = first + document.count;
      }
      raise(i, above);
      if (i + 1 < end) raise(i + 1, following_share * above);
      if (i > first) raise(i - 1, preceding_share * above);
    }
  }

  void raise(std::uint32_t chunk, float evidence) { chunk_evidence_.emplace_back(chunk, evidence); }

  // Of each chunk the largest that it was raised to, in index order.
  void settle() {
    std::sort(chunk_evidence_.begin(), chunk_evidence_.end(), [](const auto& one, const auto& other) {
      return one.first != other.first ? one.first < other.first : one.second > other.second;
    });
    const auto same = [](const auto& one, const auto& other) { return one.first == other.first; };
    chunk_evidence_.erase(std::unique(chunk_evidence_.begin(), chunk_evidence_.end(), same),
                          chunk_evidence_.end());
  }

  void judge_sections(std::size_t base_rank) {
    std::vector<float> all;
    all.reserve(scores_.sections.size());
    for (const ScoredSection& section : scores_.sections) all.push_back(section.score);
    const float base = base_of(std::move(all), base_rank);
    for (const ScoredSection& section : scores_.sections) {
      if (section.score <= base) continue;
      section_evidence_.emplace(position(section.section), section.score - base);
      const ChunkRange own = snapshot_.chunks_of(section.section);
      for (std::uint32_t k = 0; k < own.count; ++k) raise(position(own.first) + k, 0);
    }
  }

  // Some chunks at a time: they lie anywhere in memory, and are waited for together.
  void collect_units() {
    std::array<ChunkIndex, chunks_at_once> some;
    std::array<ChunkView, chunks_at_once> views;
    for (std::size_t first = 0; first < chunk_evidence_.size(); first += chunks_at_once) {
      const std::size_t count = std::min(chunks_at_once, chunk_evidence_.size() - first);
      for (std::size_t i = 0; i < count; ++i) some[i] = ChunkIndex{chunk_evidence_[first + i].first};
      snapshot_.chunks(std::span(some).first(count), std::span(views).first(count));
      for (std::size_t i = 0; i < count; ++i) collect_from(views[i], chunk_evidence_[first + i].second);
    }
  }

  void collect_from(const ChunkView& chunk, float evidence) {
    if (section_ != chunk.section) {
      const auto found = section_evidence_.find(position(chunk.section));
      section_share_ = .4f * (found == section_evidence_.end() ? 0 : found->second);
      heading_.reset();
      section_ = chunk.section;
    }
    const float mixed = .6f * evidence + section_share_;
    if (!(mixed > 0)) return;
    if (!heading_) heading_ = innermost_heading(snapshot_, chunk.section);
    add_units(chunk, std::pow(mixed, value_power), *heading_);
  }

  void add_units(const ChunkView& chunk, float value, const std::string& heading) {
    const std::string_view text = snapshot_.utf8_of(chunk.document);
    chunks_.push_back(chunk.index);
    for (const Sentence& sentence : chunk.sentences) {
      const std::uint32_t piece = piece_count_++;
      const ByteSpan span = without_trailing_space(text, sentence.span);
      if (span.empty() || is_heading_unit(slice(text, span), heading)) continue;
      units_.push_back({chunk.document, chunk.section, chunk.index, span, value, 0, 0, false});
      pieces_.push_back(piece);
    }
  }

  void gate_units() {
    if (query_.terms.empty() || candidates_.lexical.idf.size() != query_.terms.size()) return;
    score_sentences();
    for (std::size_t first = 0; first < units_.size();) {
      std::size_t end = first + 1;
      while (end < units_.size() && units_[end].section == units_[first].section) ++end;
      spread(std::span(units_).subspan(first, end - first));
      first = end;
    }
    scale_to_one();
  }

  void score_sentences() {
    const TermCounts sentences = snapshot_.sentence_terms(query_.terms, chunks_, threads_for(snapshot_));
    std::vector<SectionIndex> sections;
    std::vector<std::uint32_t> section_of_unit(units_.size());
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (i == 0 || units_[i].section != units_[i - 1].section) sections.push_back(units_[i].section);
      section_of_unit[i] = static_cast<std::uint32_t>(sections.size() - 1);
    }
    const TermCounts headings = snapshot_.heading_terms(query_.terms, sections);
    const auto length_of = [&](std::size_t i) {
      const std::uint32_t length = sentences.lengths[pieces_[i]];
      // ")." says nothing under any heading
      return static_cast<float>(length > 0 ? length + headings.lengths[section_of_unit[i]] : 0);
    };
    double length_sum = 0;
    for (std::size_t i = 0; i < units_.size(); ++i) length_sum += length_of(i);
    const auto mean_length = static_cast<float>(length_sum / static_cast<double>(units_.size()));
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const float norm = k1 * (1 - b + b * length_of(i) / std::max(mean_length, 1.f));
      if (sentences.lengths[pieces_[i]] == 0) continue;
      for_each_sum(sentences.of(pieces_[i]), headings.of(section_of_unit[i]),
                   [&](std::uint32_t term, float tf) {
                     units_[i].gate += candidates_.lexical.idf[term] * tf / (tf + norm);
                   });
    }
    scale_to_one();
    for (Unit& unit : units_) unit.words = unit.gate;
  }

  // Each sentence takes the larger of its own gate and what fades in from its neighbours.
  static void spread(std::span<Unit> units) {
    const auto fade = [](const Unit& unit, float reach) {
      return std::exp(-static_cast<float>(unit.span.size()) / reach);
    };
    std::vector<float> forward(units.size()), backward(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
      forward[i] = std::max(units[i].gate, i == 0 ? 0 : forward[i - 1] * fade(units[i - 1], forward_fade));
    }
    for (std::size_t i = units.size(); i-- > 0;) {
      backward[i] = std::max(units[i].gate,
                             i + 1 == units.size() ? 0 : backward[i + 1] * fade(units[i + 1], backward_fade));
    }
    for (std::size_t i = 0; i < units.size(); ++i) units[i].gate = std::max(forward[i], backward[i]);
  }

  void scale_to_one() {
    float largest = 0;
    for (const Unit& unit : units_) largest = std::max(largest, unit.gate);
    if (largest == 0) return;
    for (Unit& unit : units_) unit.gate /= largest;
  }

  const Snapshot& snapshot_;
  const Query& query_;
  const Candidates& candidates_;
  const Scores& scores_;
  std::vector<std::pair<std::uint32_t, float>> chunk_evidence_;  // chunk, C'
  std::unordered_map<std::uint32_t, float> section_evidence_;    // S
  std::vector<ChunkIndex> chunks_;                               // those that units are taken from, ascending
  std::vector<Unit> units_;
  std::optional<SectionIndex> section_;  // that units are taken from, with its share and its heading
  float section_share_ = 0;
  std::optional<std::string> heading_;  // empty: not asked for yet
  std::uint32_t piece_count_ = 0;
  std::vector<std::uint32_t> pieces_;  // of each unit: which of the sentences of chunks_ it is
};

}  // namespace

std::string innermost_heading(const Snapshot& snapshot, SectionIndex section) {
  const SectionView view = snapshot.section(section);
  return bare_words(view.heading_path.empty() ? snapshot.document(view.document).title
                                              : view.heading_path.back());
}

bool is_heading_unit(std::string_view text, std::string_view heading) {
  return is_marked_heading(text) || (!heading.empty() && are_bare_words(text, heading));
}

std::vector<Unit> value_units(const Snapshot& snapshot, const Query& query, const Candidates& candidates,
                              const Scores& scores, std::size_t base_rank) {
  return Valuation(snapshot, query, candidates, scores).run(base_rank);
}

}  // namespace kindling
