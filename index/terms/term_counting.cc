#include "index/terms/term_counting.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

struct Found {
  std::uint32_t piece = 0;
  TermCount term;
};

using TermNumbers = std::unordered_map<std::string_view, std::uint32_t>;  // text -> place in the question

TermNumbers numbers_of(std::span<const Term> question) {
  TermNumbers numbers;
  for (std::uint32_t t = 0; t < question.size(); ++t) numbers.emplace(question[t].text, t);
  return numbers;
}

// Counts of one piece by term, the terms of none left out.
class Tally {
 public:
  void add(std::uint32_t term, std::uint32_t count) {
    const auto at = std::find_if(counts_.begin(), counts_.end(),
                                 [term](const TermCount& present) { return present.term >= term; });
    if (at != counts_.end() && at->term == term) {
      at->count += count;
    } else {
      counts_.insert(at, {term, count});
    }
  }
  void add(const Tally& other) {
    for (const TermCount& each : other.counts_) add(each.term, each.count);
    length += other.length;
  }
  void analyze_text(std::string_view text, Language language, const TermNumbers& numbers) {
    for (const Term& term : analyze(text, language)) {
      if (const auto found = numbers.find(term.text); found != numbers.end()) add(found->second, 1);
      ++length;
    }
  }
  [[nodiscard]] std::span<const TermCount> counts() const { return counts_; }

  std::uint32_t length = 0;

 private:
  std::vector<TermCount> counts_;
};

// Calls run(segment, the items that lie in it) for each that has some. `first` and `end` are of the snapshot.
template <typename Bounds, typename Run>
void for_each_segment(std::span<const LexicalSegment> segments, std::span<const std::uint32_t> items,
                      Bounds bounds, Run run) {
  for (const LexicalSegment& part : segments) {
    const std::uint32_t end = bounds(part);
    const auto past = std::lower_bound(items.begin(), items.end(), end);
    const auto count = static_cast<std::size_t>(past - items.begin());
    if (count > 0) run(part, items.first(count));
    items = items.subspan(count);
  }
}

class SentenceCounting {
 public:
  SentenceCounting(std::span<const Term> question, unsigned threads, TermCounts& counts)
      : question_(question),
        threads_(threads),
        numbers_(numbers_of(question)),
        result_(counts),
        found_of_terms_(question.size()) {}

  void run(const LexicalSegment& part, std::span<const std::uint32_t> chunks) {
    const Segment& segment = *part.segment;
    const auto first_of_segment = static_cast<std::uint32_t>(result_.lengths.size());
    first_pieces_.clear();
    for (const std::uint32_t chunk : chunks) {
      first_pieces_.push_back(static_cast<std::uint32_t>(result_.lengths.size()));
      add_lengths(segment, segment.chunks()[chunk - part.first_chunk]);
    }
    if (!segment.sentence_words().empty()) {
      parallel_for(question_.size(), threads_, [&](std::size_t t) {
        found_of_terms_[t].clear();
        if (numbers_.at(question_[t].text) == t)
          find_postings(part, chunks, static_cast<std::uint32_t>(t), found_of_terms_[t]);
      });
      for (const std::vector<Found>& found : found_of_terms_)
        found_.insert(found_.end(), found.begin(), found.end());
    }
    sort_in(first_of_segment);
  }

 private:
  // Lengths of the chunk's sentences; those that are not stored are analysed.
  void add_lengths(const Segment& segment, const ChunkRecord& chunk) {
    for (std::uint32_t s = chunk.first_sentence; s < chunk.first_sentence + chunk.sentence_count; ++s) {
      const bool stored =
          !segment.sentence_words().empty() && segment.sentence_words()[s].count != SentenceWords::unlike;
      if (stored) {
        result_.lengths.push_back(segment.sentence_words()[s].count);
        continue;
      }
      const std::string_view text = segment.text(chunk.document);
      Tally tally;
      tally.analyze_text(slice(text, without_trailing_space(text, segment.sentences()[s].span)),
                         static_cast<Language>(segment.documents()[chunk.document].language), numbers_);
      for (const TermCount& term : tally.counts())
        found_.push_back({static_cast<std::uint32_t>(result_.lengths.size()), term});
      result_.lengths.push_back(tally.length);
    }
  }

  void find_postings(const LexicalSegment& part, std::span<const std::uint32_t> chunks, std::uint32_t t,
                     std::vector<Found>& found) const {
    const Segment& segment = *part.segment;
    const auto number = segment.dictionary().find(question_[t].text);
    if (!number) return;
    // Damage ends a list early; `verify` reports it.
    const PostingBlock block = segment.dictionary().block(*number);
    PostingSeeker bodies(block, segment.summary().chunks, segment.leveled().list(*number));
    std::vector<std::uint32_t> positions;  // of one posting
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const std::uint32_t chunk = chunks[i] - part.first_chunk;
      if (!bodies.seek(chunk)) return;
      if (bodies.chunk() != chunk) continue;
      positions.clear();
      append_positions(block.positions(), bodies.first_position(), bodies.frequency(), positions);
      add_chunk(segment, chunk, first_pieces_[i], positions, t, found);
    }
  }

  // Both positions and the sentences' first positions ascend.
  static void add_chunk(const Segment& segment, std::uint32_t chunk, std::uint32_t first_piece,
                        std::span<const std::uint32_t> positions, std::uint32_t t, std::vector<Found>& found) {
    const ChunkRecord& record = segment.chunks()[chunk];
    const auto words = segment.sentence_words().subspan(record.first_sentence, record.sentence_count);
    std::size_t s = 0;
    for (std::size_t i = 0; i < positions.size();) {
      while (s + 1 < words.size() && words[s + 1].first <= positions[i]) ++s;
      const std::uint32_t end = s + 1 < words.size() ? words[s + 1].first : 0xffffffff;
      std::uint32_t count = 0;
      for (; i < positions.size() && (count == 0 || positions[i] < end); ++i) ++count;
      const bool inside = s < words.size() && words[s].first <= positions[i - 1];
      if (inside && words[s].count != SentenceWords::unlike)
        found.push_back({first_piece + static_cast<std::uint32_t>(s), {t, count}});
    }
  }

  // Found by term, wanted by piece; a piece has few.
  void sort_in(std::uint32_t first_piece) {
    const std::size_t pieces = result_.lengths.size() - first_piece;
    const auto base = static_cast<std::uint32_t>(result_.counts.size());
    result_.first.resize(result_.lengths.size() + 1);
    std::vector<std::uint32_t> next(pieces + 1);
    for (const Found& each : found_) ++next[each.piece - first_piece + 1];
    for (std::size_t p = 0; p < pieces; ++p) {
      next[p + 1] += next[p];
      result_.first[first_piece + p + 1] = base + next[p + 1];
    }
    result_.counts.resize(base + found_.size());
    for (const Found& each : found_) result_.counts[base + next[each.piece - first_piece]++] = each.term;
    found_.clear();
  }

  std::span<const Term> question_;
  unsigned threads_;
  TermNumbers numbers_;
  TermCounts& result_;
  std::vector<std::uint32_t> first_pieces_;  // of each chunk
  std::vector<Found> found_;                 // of a piece: ascending by term
  std::vector<std::vector<Found>> found_of_terms_;
};

class HeadingCounting {
 public:
  HeadingCounting(std::span<const Term> question, TermCounts& counts)
      : numbers_(numbers_of(question)), result_(counts) {}

  void run(const LexicalSegment& part, std::span<const std::uint32_t> sections) {
    const Segment& segment = *part.segment;
    headings_.clear();
    asked_.clear();
    for (const auto& [text, t] : numbers_) {
      if (const auto number = segment.dictionary().find(text)) asked_.emplace_back(*number, t);
    }
    std::sort(asked_.begin(), asked_.end());
    for (const std::uint32_t section : sections) {
      const SectionRecord& record = segment.sections()[section - part.first_section];
      const DocumentRecord& document = segment.documents()[record.document];
      const auto language = static_cast<Language>(document.language);
      Tally tally;
      if (document.title != no_heading) tally.add(heading(segment, document.title, language));
      for (const std::uint32_t h : segment.path(record.path)) tally.add(heading(segment, h, language));
      result_.lengths.push_back(tally.length);
      result_.counts.insert(result_.counts.end(), tally.counts().begin(), tally.counts().end());
      result_.first.push_back(static_cast<std::uint32_t>(result_.counts.size()));
    }
  }

 private:
  // The same few headings stand over many sections.
  const Tally& heading(const Segment& segment, std::uint32_t h, Language language) {
    const auto [at, inserted] = headings_.try_emplace(h);
    if (!inserted) return at->second;
    Tally& tally = at->second;
    const auto analyzed = [&]() -> const Tally& {
      tally = Tally();
      tally.analyze_text(segment.heading(h), language, numbers_);
      return tally;
    };
    if (segment.heading_lengths().empty()) return analyzed();
    const bool repeats = (segment.heading_lengths()[h] & repeats_a_term) != 0;
    tally.length = segment.heading_lengths()[h] & ~repeats_a_term;
    for (const std::uint32_t term : segment.heading_terms(h)) {
      const auto known = std::lower_bound(asked_.begin(), asked_.end(), std::pair{term, std::uint32_t{0}});
      if (known == asked_.end() || known->first != term) continue;
      if (repeats) return analyzed();
      tally.add(known->second, 1);
    }
    return tally;
  }

  TermNumbers numbers_;
  TermCounts& result_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      asked_;  // number in the dictionary, place in the question
  std::unordered_map<std::uint32_t, Tally> headings_;
};

}  // namespace

TermCounts count_in_sentences(std::span<const LexicalSegment> segments, std::span<const Term> question,
                              std::span<const std::uint32_t> chunks, unsigned threads) {
  TermCounts counts;
  SentenceCounting counting(question, threads, counts);
  const auto end_of = [](const LexicalSegment& part) {
    return part.first_chunk + static_cast<std::uint32_t>(part.segment->chunks().size());
  };
  for_each_segment(segments, chunks, end_of,
                   [&](const LexicalSegment& part, auto items) { counting.run(part, items); });
  return counts;
}

TermCounts count_in_headings(std::span<const LexicalSegment> segments, std::span<const Term> question,
                             std::span<const std::uint32_t> sections) {
  TermCounts counts;
  HeadingCounting counting(question, counts);
  const auto end_of = [](const LexicalSegment& part) {
    return part.first_section + static_cast<std::uint32_t>(part.segment->sections().size());
  };
  for_each_segment(segments, sections, end_of,
                   [&](const LexicalSegment& part, auto items) { counting.run(part, items); });
  return counts;
}

}  // namespace kindling
