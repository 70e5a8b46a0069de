#include "index/terms/chunk_candidates.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/simd/impacts.h"
#include "index/terms/named_headings.h"
#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

// How a score of the question becomes an integer: sums of all that can be added stay below 2^30.
struct Units {
  double scale = 1;  // units of a score of 1
  float bigram_weight = 0;
  float named_weight = 0;
  std::uint32_t margin = 0;  // by how much bounds may be wrong, roundings of the exact numbers included

  Units(const AskedQuestion& asked, const LexicalSelection& selection)
      : bigram_weight(selection.bigram_weight), named_weight(selection.named_weight) {
    scale = double{1u << 30} / (1.0 + double{bigram_weight} + double{named_weight});
    const auto terms = static_cast<double>(asked.size());
    margin = static_cast<std::uint32_t>(scale * (4e-6 + 1e-7 * std::min(terms, 1024.0)) + 8 * terms);
  }
  [[nodiscard]] std::uint32_t of(double score) const { return static_cast<std::uint32_t>(score * scale); }
};

struct AskedTerm {
  BodyCursor bodies;
  HeadingCursor headings;
  float weight = 0;            // of a share, in units
  std::uint32_t coverage = 0;  // what the term is of U
  std::uint32_t pair = 0;      // what it adds with the term before it, where both stand close; 0: no pair
  std::uint16_t stamp = 0;     // of the term; that of the term before it is one less
  std::uint32_t named = 0;     // what it can add to the name of a heading
};

// Sums of a chunk: its upper bound above, its coverage below.
std::uint64_t packed_sum(std::uint32_t bound, std::uint32_t coverage) {
  return std::uint64_t{bound} << 32 | coverage;
}

struct Range {
  std::uint32_t begin, end, frequency;
};

// Working memory for one segment after another.
struct WindowMemory {
  explicit WindowMemory(std::uint32_t window)
      : sums(window),
        places(window + select_slack),
        chunks(window),
        frequencies(window),
        merged_chunks(window),
        merged_frequencies(window),
        added(window),
        last_terms(window),
        pair_bounds(window) {}

  // Of the present window; zeros in between.
  std::vector<std::uint64_t> sums;
  std::vector<std::uint32_t> named_bounds;  // part of the sums; empty until a heading is met
  std::vector<std::uint32_t> places;
  // Of the present term in the window.
  std::vector<std::uint32_t> chunks, frequencies, merged_chunks, merged_frequencies, added;
  std::vector<Range> ranges;
  // Of the present window; zeros in between.
  std::vector<std::uint16_t> last_terms;   // stamp of the last term that was met; 0: none
  std::vector<std::uint32_t> pair_bounds;  // part of the sums
};

class WindowSearch {
 public:
  WindowSearch(std::span<const LexicalSegment> segments, std::size_t segment, const AskedQuestion& asked,
               const LexicalSelection& selection, const Units& units, WindowMemory& memory, CandidatePool& pool,
               std::uint32_t& coverage_max)
      : number_(static_cast<std::uint32_t>(segment)),
        part_(segments[segment]),
        segment_(*part_.segment),
        asked_(asked),
        selection_(selection),
        units_(units),
        memory_(memory),
        pool_(pool),
        coverage_max_(coverage_max),
        names_(segments, segment, asked),
        norm_{bm25_k1 * (1 - bm25_b), bm25_k1 * bm25_b / asked.chunks.mean_length} {}

  void run() {
    prepare();
    if (terms_.empty()) return;
    const std::uint32_t chunks = segment_.summary().chunks;
    const auto window = static_cast<std::uint32_t>(memory_.sums.size());
    for (std::uint32_t begin = 0; begin < chunks; begin += std::min(window, chunks - begin)) {
      search(begin, begin + std::min(window, chunks - begin));
    }
  }

 private:
  void prepare() {
    const auto& numbers = asked_.terms[number_];
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] == unknown_term) continue;
      const PostingBlock block = segment_.dictionary().block(numbers[i]);
      AskedTerm& term = terms_.emplace_back();
      const double share = double{asked_.chunks.idf[i]} / double{asked_.chunks.upper_bound};
      term.bodies = BodyCursor(block, segment_.summary().chunks);
      term.headings = HeadingCursor(block, segment_.summary().sections);
      term.weight = static_cast<float>(share * units_.scale);
      term.coverage = units_.of(share) + 1;
      term.stamp = static_cast<std::uint16_t>(i + 1);  // one that comes round again makes a bound wider
      if (asked_.follows[i]) {
        const double both = (double{asked_.chunks.idf[i - 1]} + double{asked_.chunks.idf[i]}) / 2;
        term.pair = units_.of(double{units_.bigram_weight} * both / double{asked_.chunks.upper_bound}) + 2;
      }
      const double idf = asked_.sections.idf[i];
      term.named = units_.of(double{units_.named_weight} * idf * idf / asked_.idf2) + 1;
    }
  }

  void search(std::uint32_t begin, std::uint32_t end) {
    named_here_ = false;
    for (AskedTerm& term : terms_) sum_up(term, begin, end);
    const std::span sums(memory_.sums.data(), end - begin);
    const std::size_t found = select_reaching(sums, pool_.threshold(), coverage_max_, memory_.places);
    for (std::size_t i = 0; i < found; ++i) offer(begin, memory_.places[i]);
    std::fill(sums.begin(), sums.end(), 0);
    std::fill(memory_.last_terms.begin(), memory_.last_terms.end(), 0);
    std::fill(memory_.pair_bounds.begin(), memory_.pair_bounds.end(), 0);
    if (named_here_) std::fill(memory_.named_bounds.begin(), memory_.named_bounds.end(), 0);
  }

  void sum_up(AskedTerm& term, std::uint32_t begin, std::uint32_t end) {
    std::span<const std::uint32_t> chunks, frequencies;
    const std::size_t bodies = read_bodies(term, end);
    if (reads_headings(term, begin, end)) {
      const std::size_t count = merge(bodies);
      chunks = std::span(memory_.merged_chunks).first(count);
      frequencies = std::span(memory_.merged_frequencies).first(count);
      add_names(term, begin);
    } else {
      chunks = std::span(memory_.chunks).first(bodies);
      frequencies = std::span(memory_.frequencies).first(bodies);
    }
    const std::span added = std::span(memory_.added).first(chunks.size());
    contributions_by_length(chunks, frequencies, segment_.chunk_lengths(), norm_, term.weight, added);
    std::uint64_t* sums = memory_.sums.data();
    std::uint16_t* last_terms = memory_.last_terms.data();
    const auto before = static_cast<std::uint16_t>(term.stamp - 1);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const std::uint32_t place = chunks[i] - begin;
      sums[place] += packed_sum(added[i], term.coverage);
      if (last_terms[place] == before && term.pair > 0) add_pair(term, place);
      last_terms[place] = term.stamp;
    }
  }

  void add_pair(const AskedTerm& term, std::uint32_t place) {
    memory_.sums[place] += packed_sum(term.pair, 0);
    memory_.pair_bounds[place] += term.pair;
  }

  // A window has no more postings than chunks, for these ascend.
  std::size_t read_bodies(AskedTerm& term, std::uint32_t end) {
    std::size_t count = 0;
    while (const std::size_t more = term.bodies.read(end, std::span(memory_.chunks).subspan(count),
                                                     std::span(memory_.frequencies).subspan(count)))
      count += more;
    return count;
  }

  // Chunks of the window under headings with the term; a section may reach into the next window.
  bool reads_headings(AskedTerm& term, std::uint32_t begin, std::uint32_t end) {
    memory_.ranges.clear();
    for (; !term.headings.done(); term.headings.next()) {
      const SectionRecord& section = segment_.sections()[term.headings.section()];
      if (section.first_chunk >= end) break;
      const std::uint32_t section_end = section.first_chunk + section.chunk_count;
      const Range range{std::max(begin, section.first_chunk), std::min(end, section_end),
                        term.headings.frequency()};
      if (range.begin < range.end) memory_.ranges.push_back(range);
      if (section_end > end) break;
    }
    return !memory_.ranges.empty();
  }

  // Occurrences in bodies and headings count together.
  std::size_t merge(std::size_t bodies) {
    std::size_t count = 0;
    std::size_t body = 0;
    const auto put = [&](std::uint32_t chunk, std::uint32_t frequency) {
      memory_.merged_chunks[count] = chunk;
      memory_.merged_frequencies[count++] = std::min(frequency, 0x7fffffffu);
    };
    for (const Range& range : memory_.ranges) {
      for (; body < bodies && memory_.chunks[body] < range.begin; ++body)
        put(memory_.chunks[body], memory_.frequencies[body]);
      for (std::uint32_t chunk = range.begin; chunk < range.end; ++chunk) {
        const bool both = body < bodies && memory_.chunks[body] == chunk;
        put(chunk, range.frequency + (both ? memory_.frequencies[body++] : 0));
      }
    }
    for (; body < bodies; ++body) put(memory_.chunks[body], memory_.frequencies[body]);
    return count;
  }

  void add_names(const AskedTerm& term, std::uint32_t begin) {
    named_here_ = true;
    if (memory_.named_bounds.empty()) memory_.named_bounds.resize(memory_.sums.size());
    for (const Range& range : memory_.ranges) {
      for (std::uint32_t chunk = range.begin; chunk < range.end; ++chunk) {
        memory_.named_bounds[chunk - begin] += term.named;
        memory_.sums[chunk - begin] += packed_sum(term.named, 0);
      }
    }
  }

  void offer(std::uint32_t begin, std::uint32_t place) {
    const std::uint32_t chunk = begin + place;
    const std::uint64_t sum = memory_.sums[place];
    auto upper = static_cast<std::uint32_t>(sum >> 32);
    const auto coverage = static_cast<std::uint32_t>(sum);
    if ((upper < pool_.threshold() && coverage <= coverage_max_) || !is_allowed(chunk)) return;
    coverage_max_ = std::max(coverage_max_, coverage);
    std::uint32_t named = 0;
    if (named_here_ && memory_.named_bounds[place] > 0 && upper >= pool_.threshold()) {
      upper -= memory_.named_bounds[place];
      named = units_.of(double{units_.named_weight} * double{names_.named(segment_.chunks()[chunk].section)});
      upper += named;
    }
    if (upper < pool_.threshold()) return;
    const std::uint32_t slack = memory_.pair_bounds[place] + units_.margin;
    pool_.offer({number_, chunk, upper > slack ? upper - slack : 0, upper});
  }

  [[nodiscard]] bool is_allowed(std::uint32_t chunk) const {
    if (part_.live.empty() && selection_.allowed == nullptr) return true;
    const std::uint32_t document = segment_.chunks()[chunk].document;
    return part_.is_live(document) &&
           (selection_.allowed == nullptr ||
            selection_.allowed->contains(DocumentIndex{part_.first_document + document}));
  }

  std::uint32_t number_;
  const LexicalSegment& part_;
  const Segment& segment_;
  const AskedQuestion& asked_;
  const LexicalSelection& selection_;
  const Units& units_;
  WindowMemory& memory_;
  CandidatePool& pool_;
  std::uint32_t& coverage_max_;
  NamedHeadings names_;
  LengthNorm norm_;
  std::vector<AskedTerm> terms_;
  bool named_here_ = false;
};

}  // namespace

ChunkCandidates find_candidates(std::span<const LexicalSegment> segments, const AskedQuestion& asked,
                                const LexicalSelection& selection, std::uint32_t window) {
  KINDLING_CHECK(window >= 1 && selection.bigram_weight >= 0 && selection.named_weight >= 0);
  const Units units(asked, selection);
  CandidatePool pool(selection.count, units.margin);
  std::uint32_t coverage_max = 0;
  std::uint32_t largest = 1;  // segment
  for (const LexicalSegment& part : segments) largest = std::max(largest, part.segment->summary().chunks);
  WindowMemory memory(std::min(window, largest));
  for (std::size_t s = 0; s < segments.size(); ++s)
    WindowSearch(segments, s, asked, selection, units, memory, pool, coverage_max).run();
  return {pool.finish(), std::min(1.0F, static_cast<float>(coverage_max / units.scale))};
}

}  // namespace kindling
