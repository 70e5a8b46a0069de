// The numbers of index/lexical.h for some sections of a segment and all their chunks: the one place that works
// them out, whether of all sections or of a few.
//
// Terms are added up in the order of the question, in single precision, so that a number does not depend on
// which sections were asked for. Positions are read only where both terms of a pair stand in one chunk. For one
// question; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/lexical.h"
#include "index/terms/asked_question.h"
#include "index/terms/named_headings.h"
#include "index/terms/posting_cursors.h"

namespace kindling {

class SectionMatches {
 public:
  // `sections` ascend; `segment` is the place of the segment among `segments`. The postings of the terms are
  // shared out among the threads. Borrows everything.
  SectionMatches(std::span<const LexicalSegment> segments, std::size_t segment, const AskedQuestion& asked,
                 std::span<const std::uint32_t> sections, unsigned threads = 1);

  // Sections by their place among those asked for; chunks by slots: those of the first section, then those of
  // the second, and so on.
  [[nodiscard]] std::uint32_t first_chunk(std::size_t place) const { return places_[place].first_chunk; }
  [[nodiscard]] std::uint32_t first_slot(std::size_t place) const { return places_[place].first_slot; }
  [[nodiscard]] bool has_chunk(std::size_t slot) const { return chunks_.present[slot] != 0; }
  [[nodiscard]] bool has_section(std::size_t place) const { return sections_.present[place] != 0; }
  // Require: has_chunk, has_section. The numbers of the snapshot; what names of documents add to a section is
  // the caller's (terms/named_documents.h).
  [[nodiscard]] ChunkMatch chunk(std::size_t place, std::size_t slot) const;
  [[nodiscard]] SectionMatch section(std::size_t place);

 private:
  // What the terms of the question add up to.
  struct Sums {
    std::vector<float> bm;
    std::vector<float> bigram;
    std::vector<float> present;             // idf of the terms that stand there
    std::vector<std::uint32_t> pair_stamp;  // the last pair counted, so that each counts once

    void resize(std::size_t size);
    void add_term(std::size_t at, float idf, std::uint32_t frequency, float relative_length);
    void add_pair(std::size_t at, std::uint32_t pair, float weight);
  };
  struct Place {
    std::uint32_t section = 0;
    std::uint32_t first_chunk = 0;
    std::uint32_t end_chunk = 0;
    std::uint32_t first_slot = 0;
  };
  struct Hit {
    std::uint32_t slot = 0;  // of bodies
    std::uint32_t place = 0;
    std::uint32_t frequency = 0;
    std::uint64_t positions = 0;  // where they begin: in the block's bytes, or in heading_positions
  };
  struct TermHits {
    bool known = false;
    std::string_view position_bytes;
    std::vector<Hit> bodies;
    std::vector<Hit> headings;
    std::vector<std::uint32_t> heading_positions;
  };

  void run(unsigned threads);
  [[nodiscard]] TermHits read(std::uint32_t term) const;
  void read_bodies(std::uint32_t number, const PostingBlock& block, TermHits& hits) const;
  void read_headings(const PostingBlock& block, TermHits& hits) const;
  void add(std::uint32_t term, const TermHits& previous, const TermHits& current);
  void add_to_chunks(std::uint32_t term, const TermHits& hits);
  void add_to_sections(std::uint32_t term, const TermHits& hits);
  void add_pairs(std::uint32_t term, const TermHits& first, const TermHits& second);
  [[nodiscard]] bool bodies_close(const TermHits& first, const Hit& a, const TermHits& second, const Hit& b);

  const LexicalSegment& part_;
  const Segment& segment_;
  const AskedQuestion& asked_;
  std::span<const std::uint32_t> terms_;
  std::vector<Place> places_;
  Sums chunks_;
  Sums sections_;
  std::vector<bool> under_asked_heading_;  // by place: some heading over it holds a term
  NamedHeadings named_;
  std::vector<std::uint32_t> first_positions_, second_positions_;
};

}  // namespace kindling
