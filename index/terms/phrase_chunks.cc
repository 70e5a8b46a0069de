#include "index/terms/phrase_chunks.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>

#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

constexpr std::size_t batch_postings = 512;

// A term of the phrase in one segment.
struct PhraseTerm {
  PostingBlock block;
  std::uint32_t offset = 0;  // behind the phrase's beginning
};

// Leaves those of `starts` behind which a position stands at `offset`. Both ascend.
void keep_followed(std::vector<std::uint32_t>& starts, std::span<const std::uint32_t> positions,
                   std::uint32_t offset) {
  auto position = positions.begin();
  std::erase_if(starts, [&](std::uint32_t start) {
    const std::uint64_t wanted = std::uint64_t{start} + offset;
    while (position != positions.end() && *position < wanted) ++position;
    return position == positions.end() || *position != wanted;
  });
}

class SegmentPhrase {
 public:
  SegmentPhrase(const LexicalSegment& part, const DocumentSet& allowed) : part_(part), allowed_(allowed) {}

  // False: a term is not in this segment.
  bool set(std::span<const Term> phrase) {
    for (const Term& term : phrase) {
      const Dictionary& dictionary = part_.segment->dictionary();
      const auto number = dictionary.find(term.text);
      if (!number) return false;
      terms_.push_back({dictionary.block(*number), term.position - phrase.front().position});
    }
    return true;
  }

  void find(std::vector<ChunkIndex>& chunks) {
    std::vector<std::uint32_t> found = in_bodies();
    const std::vector<std::uint32_t> headed = under_headings();
    found.insert(found.end(), headed.begin(), headed.end());
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (const std::uint32_t chunk : found) chunks.push_back(ChunkIndex{part_.first_chunk + chunk});
  }

 private:
  [[nodiscard]] bool is_allowed(std::uint32_t document) const {
    return part_.is_live(document) && allowed_.contains(DocumentIndex{part_.first_document + document});
  }

  // Calls use(chunk, frequency) for each posting in order.
  template <typename Use>
  void for_each_body(const PostingBlock& block, Use use) const {
    const std::uint32_t end = part_.segment->summary().chunks;
    BodyCursor cursor(block, end);
    std::vector<std::uint32_t> chunks(batch_postings), frequencies(batch_postings);
    while (const std::size_t count = cursor.read(end, chunks, frequencies)) {
      for (std::size_t i = 0; i < count; ++i) use(chunks[i], frequencies[i]);
    }
  }

  // Chunks whose bodies hold all terms, the rarest term first.
  [[nodiscard]] std::vector<std::uint32_t> common_chunks() const {
    std::vector<const PhraseTerm*> rarest;
    for (const PhraseTerm& term : terms_) rarest.push_back(&term);
    std::sort(rarest.begin(), rarest.end(), [](const PhraseTerm* a, const PhraseTerm* b) {
      return a->block.body_count() < b->block.body_count();
    });
    std::vector<std::uint32_t> common;
    for_each_body(rarest.front()->block, [&](std::uint32_t chunk, std::uint32_t) {
      if (is_allowed(part_.segment->chunks()[chunk].document)) common.push_back(chunk);
    });
    for (std::size_t i = 1; i < rarest.size() && !common.empty(); ++i) {
      std::vector<std::uint32_t> both;
      auto at = common.begin();
      for_each_body(rarest[i]->block, [&](std::uint32_t chunk, std::uint32_t) {
        while (at != common.end() && *at < chunk) ++at;
        if (at != common.end() && *at == chunk) both.push_back(chunk);
      });
      common = std::move(both);
    }
    return common;
  }

  [[nodiscard]] std::vector<std::uint32_t> in_bodies() const {
    std::vector<std::uint32_t> common = common_chunks();
    if (common.empty()) return common;
    std::vector<std::vector<std::uint32_t>> starts(common.size());  // where the phrase may begin in each
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      const PhraseTerm& term = terms_[i];
      PositionCursor cursor(term.block.positions());
      std::uint64_t occurrences = 0;
      std::size_t at = 0;
      std::vector<std::uint32_t> positions;
      for_each_body(term.block, [&](std::uint32_t chunk, std::uint32_t frequency) {
        while (at < common.size() && common[at] < chunk) ++at;
        if (at < common.size() && common[at] == chunk) {
          positions.clear();
          append_positions(term.block.positions(), cursor.find(occurrences), frequency, positions);
          if (i == 0) {
            starts[at] = positions;
          } else {
            keep_followed(starts[at], positions, term.offset);
          }
        }
        occurrences += frequency;
      });
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < common.size(); ++i) {
      if (!starts[i].empty()) common[kept++] = common[i];
    }
    common.resize(kept);
    return common;
  }

  // Headings over a section lie apart, so that no phrase reaches from one into the next.
  [[nodiscard]] std::vector<std::uint32_t> under_headings() const {
    std::vector<std::uint32_t> chunks;
    for (const PhraseTerm& term : terms_) {
      if (term.block.heading_count() == 0) return chunks;
    }
    const Segment& segment = *part_.segment;
    std::vector<HeadingCursor> cursors;
    for (const PhraseTerm& term : terms_) cursors.emplace_back(term.block, segment.summary().sections);
    for (; !cursors.front().done(); cursors.front().next()) {
      const std::uint32_t section = cursors.front().section();
      if (!holds(cursors, section)) continue;
      const SectionRecord& record = segment.sections()[section];
      if (!is_allowed(record.document)) continue;
      chunks.resize(chunks.size() + record.chunk_count);
      std::iota(chunks.end() - record.chunk_count, chunks.end(), record.first_chunk);
    }
    return chunks;
  }

  // Whether a heading over the section holds the phrase; the first cursor stands there, the others follow.
  [[nodiscard]] bool holds(std::vector<HeadingCursor>& cursors, std::uint32_t section) const {
    std::vector<std::uint32_t> starts, positions;
    cursors.front().append_positions(starts);
    for (std::size_t i = 1; i < cursors.size(); ++i) {
      while (!cursors[i].done() && cursors[i].section() < section) cursors[i].next();
      if (cursors[i].done() || cursors[i].section() != section) return false;
      positions.clear();
      cursors[i].append_positions(positions);
      keep_followed(starts, positions, terms_[i].offset);
    }
    return !starts.empty();
  }

  const LexicalSegment& part_;
  const DocumentSet& allowed_;
  std::vector<PhraseTerm> terms_;
};

}  // namespace

std::vector<ChunkIndex> phrase_chunks(std::span<const LexicalSegment> segments, std::span<const Term> phrase,
                                      const DocumentSet& allowed) {
  std::vector<ChunkIndex> chunks;
  if (phrase.empty()) return chunks;
  for (const LexicalSegment& part : segments) {
    SegmentPhrase here(part, allowed);
    if (here.set(phrase)) here.find(chunks);
  }
  return chunks;
}

}  // namespace kindling
