#include "engine/retrieve/value.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <unordered_map>

#include "engine/retrieve/bare_words.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr float following_share = .8f;  // of a chunk's evidence that its successor inherits
constexpr float preceding_share = .5f;
constexpr float value_power = 1.5f;  // lets the best chunks speak louder than many middling ones
constexpr float gate_weight = .7f;
constexpr float forward_fade = 120;  // characters
constexpr float backward_fade = 40;
constexpr float k1 = .9f, b = .6f;  // BM25 of sentences, as of chunks

constexpr float least_share =
    .05f;  // of the range of scores, that the least candidate of a small collection keeps
constexpr float least_evidence = .001f;

// The n-th best score. When there are fewer, somewhat below the least: in a small collection every candidate
// may go in.
float base_of(std::vector<float> scores, std::size_t n) {
  std::erase(scores, no_score);
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

// Which question terms a piece of text holds, and how often: index of the term -> count; and its length in
// terms.
struct TermCounts {
  std::map<std::size_t, float> counts;
  float length = 0;

  void add(const TermCounts& other) {
    for (const auto& [term, count] : other.counts) counts[term] += count;
    length += other.length;
  }
};

class Valuation {
 public:
  Valuation(const Snapshot& snapshot, const Query& query, const Candidates& candidates, const Scores& scores)
      : snapshot_(snapshot), query_(query), candidates_(candidates), scores_(scores) {
    for (std::size_t i = 0; i < query.terms.size(); ++i) term_index_.emplace(query.terms[i].text, i);
  }

  std::vector<Unit> run(std::size_t base_rank) {
    judge_chunks(base_rank);
    judge_sections(base_rank);
    collect_units();
    gate_units();
    for (std::size_t i = 0; i < units_.size(); ++i) units_[i].value *= 1 + gate_weight * units_[i].gate;
    return std::move(units_);
  }

 private:
  void judge_chunks(std::size_t base_rank) {
    const float base = base_of(scores_.chunks, base_rank);
    for (std::uint32_t i = 0; i < scores_.chunks.size(); ++i) {
      const float above = scores_.chunks[i] - base;
      if (!(above > 0)) continue;
      const DocumentView document = snapshot_.document(snapshot_.document_of(ChunkIndex{i}));
      const std::uint32_t first = position(document.first_chunk), last = first + document.chunk_count - 1;
      raise(i, above);
      if (i < last) raise(i + 1, following_share * above);
      if (i > first) raise(i - 1, preceding_share * above);
    }
  }

  void raise(std::uint32_t chunk, float evidence) {
    float& present = chunk_evidence_[chunk];
    present = std::max(present, evidence);
  }

  void judge_sections(std::size_t base_rank) {
    std::vector<float> all;
    all.reserve(scores_.sections.size());
    for (const ScoredSection& section : scores_.sections) all.push_back(section.score);
    const float base = base_of(std::move(all), base_rank);
    for (const ScoredSection& section : scores_.sections) {
      if (section.score <= base) continue;
      section_evidence_.emplace(position(section.section), section.score - base);
      const SectionView view = snapshot_.section(section.section);
      for (std::uint32_t k = 0; k < view.chunk_count; ++k) raise(position(view.first_chunk) + k, 0);
    }
  }

  void collect_units() {
    for (const auto& [i, evidence] : chunk_evidence_) {
      const ChunkView chunk = snapshot_.chunk(ChunkIndex{i});
      const auto section = section_evidence_.find(position(chunk.section));
      const float mixed = .6f * evidence + .4f * (section == section_evidence_.end() ? 0 : section->second);
      if (!(mixed > 0)) continue;
      const float value = std::pow(mixed, value_power);
      const std::string_view text = snapshot_.document(chunk.document).text;
      const std::string heading = innermost_heading(snapshot_, chunk.section);
      for (const Sentence& sentence : chunk.sentences) {
        const ByteSpan span = without_trailing_space(text, sentence.span);
        if (is_heading_unit(slice(text, span), heading)) continue;
        if (!span.empty())
          units_.push_back({chunk.document, chunk.section, chunk.index, span, value, 0, 0, false});
      }
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
    std::vector<TermCounts> counts(units_.size());
    double length_sum = 0;
    TermCounts heading;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const DocumentView document = snapshot_.document(units_[i].document);
      if (i == 0 || units_[i].section != units_[i - 1].section)
        heading = count_heading(units_[i].section, document);
      counts[i] = count_terms(slice(document.text, units_[i].span), document.language);
      if (counts[i].length > 0) counts[i].add(heading);  // ")." says nothing under any heading
      length_sum += counts[i].length;
    }
    const auto mean_length = static_cast<float>(length_sum / static_cast<double>(units_.size()));
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const float norm = k1 * (1 - b + b * counts[i].length / std::max(mean_length, 1.f));
      for (const auto& [term, tf] : counts[i].counts)
        units_[i].gate += candidates_.lexical.idf[term] * tf / (tf + norm);
    }
    scale_to_one();
    for (Unit& unit : units_) unit.words = unit.gate;
  }

  TermCounts count_heading(SectionIndex section, const DocumentView& document) const {
    TermCounts heading = count_terms(document.title, document.language);
    for (const std::string_view part : snapshot_.section(section).heading_path) {
      heading.add(count_terms(part, document.language));
    }
    return heading;
  }

  TermCounts count_terms(std::string_view text, Language language) const {
    TermCounts counted;
    for (const Term& term : analyze(text, language)) {
      if (const auto found = term_index_.find(term.text); found != term_index_.end())
        ++counted.counts[found->second];
      ++counted.length;
    }
    return counted;
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
  std::unordered_map<std::string_view, std::size_t> term_index_;
  std::map<std::uint32_t, float> chunk_evidence_;              // C', ordered by chunk
  std::unordered_map<std::uint32_t, float> section_evidence_;  // S
  std::vector<Unit> units_;
};

}  // namespace

ByteSpan without_trailing_space(std::string_view text, ByteSpan span) {
  while (span.end > span.begin && static_cast<unsigned char>(text[span.end - 1]) <= ' ') --span.end;
  return span;
}

std::string innermost_heading(const Snapshot& snapshot, SectionIndex section) {
  const SectionView view = snapshot.section(section);
  return bare_words(view.heading_path.empty() ? snapshot.document(view.document).title
                                              : view.heading_path.back());
}

bool is_heading_unit(std::string_view text, std::string_view heading) {
  return is_marked_heading(text) || (!heading.empty() && bare_words(text) == heading);
}

std::vector<Unit> value_units(const Snapshot& snapshot, const Query& query, const Candidates& candidates,
                              const Scores& scores, std::size_t base_rank) {
  return Valuation(snapshot, query, candidates, scores).run(base_rank);
}

}  // namespace kindling
