#include "index/terms/chunk_candidates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/simd/impacts.h"
#include "index/terms/leveled_postings.h"
#include "index/terms/levels.h"
#include "index/terms/named_headings.h"
#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

constexpr std::size_t blocks_ahead = 4;  // are asked of memory before they are read
// Means of chunk lengths that differ by more make levels too wide: postings are read instead.
constexpr double mean_ratio_max = 1.25;

// What is known of a chunk in eight bytes: from above its upper bound, its coverage, what of the bound are
// pairs, and the stamp of the last term that was met (0: none).
constexpr unsigned stamp_bits = 8;
constexpr unsigned pair_bits = 8;
constexpr unsigned coverage_bits = 20;
constexpr unsigned pair_shift = stamp_bits;
constexpr unsigned coverage_shift = pair_shift + pair_bits;
constexpr unsigned bound_shift = coverage_shift + coverage_bits;
constexpr std::uint64_t stamps = (1u << stamp_bits) - 1;
constexpr std::uint64_t pair_units_max = (1u << pair_bits) - 1;
constexpr std::uint64_t coverage_part = ((std::uint64_t{1} << coverage_bits) - 1) << coverage_shift;
// Units of a coverage of 1, with room for what each term is rounded by.
constexpr double coverage_scale = (1u << coverage_bits) - (1u << (coverage_bits - 6));

// One that comes round again makes a bound wider.
std::uint8_t stamp_of(std::size_t term) { return static_cast<std::uint8_t>(term % stamps + 1); }

// How a score of the question becomes an integer: sums of all that can be added stay below 2^28.
struct Units {
  double scale = 1;  // units of a score of 1
  float bigram_weight = 0;
  float named_weight = 0;
  std::uint32_t margin = 0;  // by how much bounds may be wrong, roundings of the exact numbers included

  Units(const AskedQuestion& asked, const LexicalSelection& selection)
      : bigram_weight(selection.bigram_weight), named_weight(selection.named_weight) {
    scale = double{1u << 27} / (1.0 + double{bigram_weight} + double{named_weight});
    const auto terms = static_cast<double>(asked.size());
    margin = static_cast<std::uint32_t>(scale * (4e-6 + 1e-7 * std::min(terms, 1024.0)) + 8 * terms);
  }
  [[nodiscard]] std::uint32_t of(double score) const { return static_cast<std::uint32_t>(score * scale); }
};

// The postings of a term as levels, block by block.
struct LevelCursor {
  LeveledList list;
  std::uint32_t unit = 0;           // what a level adds at most
  std::size_t next = 0;             // block
  std::uint32_t at = 0, count = 0;  // in the block that was read last
  std::array<std::uint32_t, packed_block_size> chunks{};
  std::array<std::uint64_t, packed_block_size> added{};  // with what says that the term stands there

  // False where there is no further block, or a damaged one.
  bool read_block(std::uint64_t present) {
    if (next >= list.blocks().size()) return false;
    list.fetch(next + blocks_ahead);
    count = list.read_chunks(next, chunks);
    place_levels(list.levels(next), unit, bound_shift, present, added);
    ++next;
    at = 0;
    return count > 0;
  }
};

struct AskedTerm {
  LevelCursor levels;  // empty: bodies and headings are read
  BodyCursor bodies;
  HeadingCursor headings;
  float weight = 0;           // of a share, in units
  std::uint64_t present = 0;  // added where the term stands: what it is of U, and its stamp
  std::uint32_t pair = 0;     // what it adds with the term before it, where both stand close; 0: no pair
  std::uint64_t paired = 0;   // added where both stand
  std::uint8_t before = 0;    // stamp of the term before it
  std::uint32_t named = 0;    // what it can add to the name of a heading
};

// Adds up postings of one term; returns how many there were before the first chunk outside the window.
[[gnu::noinline]] std::size_t add_postings(std::span<std::uint64_t> window, std::uint32_t begin,
                                           std::uint64_t paired, std::uint8_t before,
                                           std::span<const std::uint32_t> chunks, const std::uint64_t* added) {
  std::uint64_t* const sums = window.data();
  const auto size = static_cast<std::uint32_t>(window.size());
  std::size_t i = 0;
  for (; i < chunks.size(); ++i) {
    const std::uint32_t place = chunks[i] - begin;
    if (place >= size) break;
    const std::uint64_t sum = sums[place];
    // All ones where the term before stands there too. No branch: it could not be foretold.
    const auto both =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(((sum ^ before) & stamps) - 1) >> 63);
    sums[place] = (sum & ~stamps) + (paired & both) + added[i];
  }
  return i;
}

// Working memory for one segment after another.
struct WindowMemory {
  explicit WindowMemory(std::uint32_t window)
      : sums(window),
        places(window + select_slack),
        chunks(window),
        frequencies(window),
        merged_chunks(window),
        merged_frequencies(window),
        shares(window),
        added(window) {}

  // Of the present window; zeros in between.
  std::vector<std::uint64_t> sums;
  std::vector<std::uint32_t> named_bounds;  // part of the sums; empty until a heading is met
  std::vector<std::uint32_t> places;
  // Of the present term in the window.
  std::vector<std::uint32_t> chunks, frequencies, merged_chunks, merged_frequencies, shares;
  std::vector<std::uint64_t> added;
  std::vector<HeadedChunks> headed;
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
    choose_levels();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] == unknown_term) continue;
      const PostingBlock block = segment_.dictionary().block(numbers[i]);
      AskedTerm& term = terms_.emplace_back();
      const double share = double{asked_.chunks.idf[i]} / double{asked_.chunks.upper_bound};
      term.bodies = BodyCursor(block, segment_.summary().chunks);
      term.headings = HeadingCursor(block, segment_.summary().sections);
      term.weight = static_cast<float>(share * units_.scale);
      term.present =
          static_cast<std::uint64_t>(std::llround(share * coverage_scale)) << coverage_shift | stamp_of(i);
      if (asked_.follows[i]) {
        const double both = (double{asked_.chunks.idf[i - 1]} + double{asked_.chunks.idf[i]}) / 2;
        term.pair = units_.of(double{units_.bigram_weight} * both / double{asked_.chunks.upper_bound}) + 2;
        term.before = stamp_of(i - 1);
      }
      const double idf = asked_.sections.idf[i];
      term.named = units_.of(double{units_.named_weight} * idf * idf / asked_.idf2) + 1;
      if (level_growth_ > 0) take_levels(term, numbers[i]);
    }
    share_out_pairs();
  }

  // What of a chunk's bound are pairs is counted in units of this question, rounded up. With so many pairs that
  // these do not add up in a byte, all are thought to stand in every chunk.
  void share_out_pairs() {
    std::uint64_t total = 0, pairs = 0;
    for (const AskedTerm& term : terms_) {
      total += term.pair;
      pairs += term.pair > 0 ? 1 : 0;
    }
    const bool counted = pairs <= pair_units_max / 2;
    pair_unit_ = counted ? total / (pair_units_max - pairs) + 1 : 0;
    uncounted_pairs_ = counted ? 0 : static_cast<double>(total);
    for (AskedTerm& term : terms_) {
      const std::uint64_t units = counted && term.pair > 0 ? term.pair / pair_unit_ + 1 : 0;
      term.paired = std::uint64_t{term.pair} << bound_shift | units << pair_shift;
    }
  }

  // Levels were made with the mean length of the segment; a share changes by no more than the means' ratio.
  void choose_levels() {
    const SegmentSummary& summary = segment_.summary();
    if (segment_.leveled().terms().empty() || summary.chunk_lengths == 0) return;
    const double mean = static_cast<double>(summary.chunk_lengths) / summary.chunks;
    const double ratio = double{asked_.chunks.mean_length} / mean;
    if (ratio > mean_ratio_max || ratio * mean_ratio_max < 1) return;
    level_growth_ = std::max(1.0, ratio);
    level_certainty_ = std::min(1.0, ratio) / level_growth_;
  }

  void take_levels(AskedTerm& term, std::uint32_t number) {
    term.levels.list = segment_.leveled().list(number);
    if (term.levels.list.empty()) return;
    const double most = double{term.weight} * double{term.levels.list.term().share_max} * level_growth_;
    term.levels.unit = static_cast<std::uint32_t>(most / level_max) + 2;
    hidden_ += term.levels.unit * level_slack + 2.0 * level_max;
  }

  void search(std::uint32_t begin, std::uint32_t end) {
    named_here_ = false;
    for (AskedTerm& term : terms_) sum_up(term, begin, end);
    const std::span sums(memory_.sums.data(), end - begin);
    const std::size_t found =
        select_reaching(sums, std::uint64_t{pool_.threshold()} << bound_shift, coverage_part,
                        std::uint64_t{coverage_max_} << coverage_shift, memory_.places);
    for (std::size_t i = 0; i < found; ++i) offer(begin, memory_.places[i]);
    std::fill(sums.begin(), sums.end(), 0);
    if (named_here_) std::fill(memory_.named_bounds.begin(), memory_.named_bounds.end(), 0);
  }

  void sum_up(AskedTerm& term, std::uint32_t begin, std::uint32_t end) {
    if (!term.levels.list.empty()) {
      sum_up_levels(term, begin, end);
      if (reads_headings(term, begin, end)) add_names(term, begin);
      return;
    }
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
    const std::span shares = std::span(memory_.shares).first(chunks.size());
    contributions_by_length(chunks, frequencies, segment_.chunk_lengths(), norm_, term.weight, shares);
    std::transform(shares.begin(), shares.end(), memory_.added.begin(), [&term](std::uint32_t share) {
      return (std::uint64_t{share} << bound_shift) + term.present;
    });
    const std::span window(memory_.sums.data(), end - begin);
    static_cast<void>(add_postings(window, begin, term.paired, term.before, chunks, memory_.added.data()));
  }

  // A damaged block may name chunks that lie elsewhere.
  void sum_up_levels(AskedTerm& term, std::uint32_t begin, std::uint32_t end) {
    LevelCursor& levels = term.levels;
    const std::span window(memory_.sums.data(), end - begin);
    while (levels.at < levels.count || levels.read_block(term.present)) {
      const std::size_t left = levels.count - levels.at;
      const std::size_t done =
          add_postings(window, begin, term.paired, term.before,
                       std::span(levels.chunks).subspan(levels.at, left), levels.added.data() + levels.at);
      levels.at += static_cast<std::uint32_t>(done);
      if (done < left) return;
    }
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
    memory_.headed.clear();
    for (; !term.headings.done(); term.headings.next()) {
      const SectionRecord& section = segment_.sections()[term.headings.section()];
      if (section.first_chunk >= end) break;
      const std::uint32_t section_end = section.first_chunk + section.chunk_count;
      const HeadedChunks headed{std::max(begin, section.first_chunk), std::min(end, section_end),
                                term.headings.frequency()};
      if (headed.begin < headed.end) memory_.headed.push_back(headed);
      if (section_end > end) break;
    }
    return !memory_.headed.empty();
  }

  // Occurrences in bodies and headings count together.
  std::size_t merge(std::size_t bodies) {
    std::size_t count = 0;
    for_each_chunk(std::span(memory_.chunks).first(bodies), std::span(memory_.frequencies).first(bodies),
                   memory_.headed, [&](std::uint32_t chunk, std::uint32_t in_text, std::uint32_t in_headings) {
                     memory_.merged_chunks[count] = chunk;
                     memory_.merged_frequencies[count++] = std::min(in_text + in_headings, 0x7fffffffu);
                   });
    return count;
  }

  void add_names(const AskedTerm& term, std::uint32_t begin) {
    named_here_ = true;
    if (memory_.named_bounds.empty()) memory_.named_bounds.resize(memory_.sums.size());
    for (const HeadedChunks& headed : memory_.headed) {
      for (std::uint32_t chunk = headed.begin; chunk < headed.end; ++chunk) {
        memory_.named_bounds[chunk - begin] += term.named;
        memory_.sums[chunk - begin] += std::uint64_t{term.named} << bound_shift;
      }
    }
  }

  void offer(std::uint32_t begin, std::uint32_t place) {
    const std::uint32_t chunk = begin + place;
    const std::uint64_t sum = memory_.sums[place];
    auto upper = static_cast<std::uint32_t>(sum >> bound_shift);
    const auto coverage = static_cast<std::uint32_t>((sum & coverage_part) >> coverage_shift);
    if ((upper < pool_.threshold() && coverage <= coverage_max_) || !is_allowed(chunk)) return;
    coverage_max_ = std::max(coverage_max_, coverage);
    if (upper < pool_.threshold()) return;
    const std::uint32_t named_bound = named_here_ ? memory_.named_bounds[place] : 0;
    const std::uint64_t pairs = (sum >> pair_shift & pair_units_max) * pair_unit_;
    const double surely =
        (static_cast<double>(upper) - named_bound - static_cast<double>(pairs) - uncounted_pairs_ - hidden_) *
        level_certainty_;
    std::uint32_t named = 0;
    if (named_bound > 0) {
      named = units_.of(double{units_.named_weight} * double{names_.named(segment_.chunks()[chunk].section)});
      upper = upper - named_bound + named;
      if (upper < pool_.threshold()) return;
    }
    const double lower = surely + named - units_.margin;
    pool_.offer({number_, chunk, lower > 0 ? static_cast<std::uint32_t>(lower) : 0, upper});
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
  double level_growth_ = 0;     // of a share, at most; 0: levels are not used
  double level_certainty_ = 1;  // what of a bound is there in any case, but for hidden_
  double hidden_ = 0;           // by how much the levels of all terms may lie above the shares
  std::uint64_t pair_unit_ = 0;
  double uncounted_pairs_ = 0;
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
  return {pool.finish(), std::min(1.0F, static_cast<float>(coverage_max / coverage_scale)), units.scale,
          units.margin};
}

}  // namespace kindling
