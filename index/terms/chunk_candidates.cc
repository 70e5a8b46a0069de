#include "index/terms/chunk_candidates.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/simd/impacts.h"
#include "index/terms/levels.h"
#include "index/terms/named_headings.h"
#include "index/terms/posting_cursors.h"
#include "index/terms/window_sums.h"

namespace kindling {
namespace {

constexpr std::size_t postings_per_look_up = 48;  // that are added up in the time of one look-up
// A pair with a term that was passed over is thought to stand wherever it could: that makes more candidates
// than it spares sums, unless so few chunks are wanted.
constexpr std::size_t passing_despite_pairs = 16;
// Of a window with so few postings only the places that they touch are looked at and cleared, not all.
constexpr std::size_t few_postings = 512;
// Means of chunk lengths that differ by more make levels too wide: varints are read instead.
constexpr double mean_ratio_max = 1.25;

// Units of a coverage of 1, with room for what each term is rounded by.
constexpr double coverage_scale = (1u << coverage_bits) - (1u << (coverage_bits - 6));

constexpr std::uint32_t coverage_told = 64;  // units that are known well enough to tell how much a term adds

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

std::uint32_t coverage_of(std::uint64_t sum) {
  return static_cast<std::uint32_t>((sum & coverage_part) >> coverage_shift);
}

struct AskedTerm {
  LevelCursor levels;  // empty: bodies and headings are read
  BodyCursor bodies;
  HeadingCursor headings;
  float weight = 0;           // of a share, in units
  std::uint64_t present = 0;  // added where the term stands: what it is of U, and its stamp
  std::uint32_t pair = 0;     // what it adds with the term before it, where both stand close; 0: no pair
  PairAddition paired;        // where both stand
  std::uint32_t named = 0;    // what it can add to the name of a heading
  bool passed = false;        // over, in the present window

  // What its levels can add.
  [[nodiscard]] std::uint32_t most() const { return levels.unit() * level_max; }
};

// Working memory for one segment after another.
struct WindowMemory {
  explicit WindowMemory(std::uint32_t window)
      : sums(window),
        places(std::max(select_slack, few_postings) + window),
        chunks(window),
        frequencies(window),
        merged_chunks(window),
        merged_frequencies(window),
        shares(window),
        added(window),
        touched(few_postings + window) {}

  // Of the present window; zeros in between.
  std::vector<std::uint64_t> sums;
  std::vector<std::uint32_t> named_bounds;  // part of the sums; empty until a heading is met
  std::vector<std::uint32_t> places;
  // Of the present term in the window.
  std::vector<std::uint32_t> chunks, frequencies, merged_chunks, merged_frequencies, shares;
  std::vector<std::uint64_t> added;
  std::vector<std::uint32_t> touched;  // places of all terms, some more than once
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
    terms_.reserve(numbers.size());
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
      if (asked_.follows[i] && i > 0 && numbers[i - 1] != unknown_term) {
        const double both = (double{asked_.chunks.idf[i - 1]} + double{asked_.chunks.idf[i]}) / 2;
        term.pair = units_.of(double{units_.bigram_weight} * both / double{asked_.chunks.upper_bound}) + 2;
        term.paired.before = stamp_of(i - 1);
      }
      const double idf = asked_.sections.idf[i];
      term.named = units_.of(double{units_.named_weight} * idf * idf / asked_.idf2) + 1;
      if (level_growth_ > 0) take_levels(term, numbers[i]);
    }
    share_out_pairs();
    for (std::uint32_t i = 0; i < terms_.size(); ++i) {
      if (!terms_[i].levels.empty()) by_bound_.push_back(i);
    }
    std::sort(by_bound_.begin(), by_bound_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return terms_[a].most() < terms_[b].most(); });
    passed_max_ = by_bound_.size();
  }

  // What of a chunk's bound are pairs is counted in units of this question, rounded up. With so many pairs that
  // there are too few units, all are thought to stand in every chunk.
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
      term.paired.added = std::uint64_t{term.pair} << bound_shift | units << pair_shift;
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
    const LeveledList list = segment_.leveled().list(number);
    if (list.empty()) return;
    const double most = double{term.weight} * double{list.term().share_max} * level_growth_;
    term.levels = LevelCursor(list, static_cast<std::uint32_t>(most / level_max) + 2, term.present);
    const double step = term.levels.unit() * level_slack;
    const std::uint32_t coverage = coverage_of(term.present);
    if (coverage < coverage_told) {
      excess_ += step;
    } else {
      excess_per_coverage_ = std::max(excess_per_coverage_, step / coverage);
    }
    excess_ += 2.0 * level_max;
  }

  void search(std::uint32_t begin, std::uint32_t end) {
    named_here_ = false;
    pass_over(end - begin);
    touches_few_ = postings_expected_ <= few_postings / 2;
    touched_ = 0;
    std::size_t postings = 0;
    for (AskedTerm& term : terms_) postings += term.passed ? 0 : sum_up(term, begin, end);
    if (postings == 0) return;
    const std::span sums(memory_.sums.data(), end - begin);
    const std::uint64_t least = std::uint64_t{pool_.threshold() - rest_.bound - rest_.pairs} << bound_shift;
    const std::uint64_t above = std::uint64_t{coverage_max_ - rest_.coverage} << coverage_shift;
    std::size_t found = touches_few_ ? select_touched(least, above)
                                     : select_reaching(sums, least, coverage_part, above, memory_.places);
    if (!passed_.empty()) found = look_up(sums, begin, found);
    for (std::size_t i = 0; i < found; ++i) offer(begin, memory_.places[i]);
    clear(sums);
  }

  // What select_reaching finds, among the places that were touched.
  std::size_t select_touched(std::uint64_t least, std::uint64_t above) {
    std::size_t found = 0;
    for (const std::uint32_t place : std::span(memory_.touched).first(touched_)) {
      const std::uint64_t sum = memory_.sums[place];
      memory_.places[found] = place;
      found += sum >= least || (sum & coverage_part) > above ? 1 : 0;
    }
    const auto end = memory_.places.begin() + static_cast<std::ptrdiff_t>(found);
    std::sort(memory_.places.begin(), end);
    return static_cast<std::size_t>(std::unique(memory_.places.begin(), end) - memory_.places.begin());
  }

  void clear(std::span<std::uint64_t> sums) {
    if (!touches_few_) {
      std::fill(sums.begin(), sums.end(), 0);
      if (named_here_) std::fill(memory_.named_bounds.begin(), memory_.named_bounds.end(), 0);
      return;
    }
    for (const std::uint32_t place : std::span(memory_.touched).first(touched_)) {
      sums[place] = 0;
      if (named_here_) memory_.named_bounds[place] = 0;
    }
  }

  // MaxScore (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995) by windows: terms that
  // cannot lift a chunk to the threshold together, the pairs with them included, nor to the best coverage, are
  // only looked up for chunks that the others make promising.
  void pass_over(std::uint32_t window) {
    for (const std::uint32_t i : passed_) terms_[i].passed = false;
    passed_.clear();
    rest_ = {};
    for (const std::uint32_t i : by_bound_) {
      AskedTerm& term = terms_[i];
      if (passed_.size() == passed_max_ || !term.headings.done()) break;
      Rest more = rest_;
      more.bound += term.most();
      more.coverage += coverage_of(term.present);
      if (!(i > 0 && terms_[i - 1].passed)) more.pairs += term.pair;
      if (i + 1 < terms_.size() && !terms_[i + 1].passed) more.pairs += terms_[i + 1].pair;
      const bool worth_it = more.pairs == 0 || selection_.count <= passing_despite_pairs;
      if (!worth_it || more.bound + more.pairs >= pool_.threshold() || more.coverage > coverage_max_) break;
      rest_ = more;
      term.passed = true;
      passed_.push_back(i);
    }
    postings_passed_ = postings_expected_ = 0;
    for (const AskedTerm& term : terms_) {
      // Without levels a term is rare where others have them, and anything where none has.
      const std::size_t postings =
          term.levels.empty() ? (level_growth_ > 0 ? 0 : window) : postings_in(term, window);
      (term.passed ? postings_passed_ : postings_expected_) += postings;
    }
  }

  [[nodiscard]] std::size_t postings_in(const AskedTerm& term, std::uint32_t window) const {
    return std::size_t{term.levels.postings()} * window / segment_.summary().chunks;
  }

  // Adds the terms that were passed over, the largest first, and leaves the places that can still be of use;
  // returns how many. How many terms the next window may pass over follows what looking them up costs.
  std::size_t look_up(std::span<std::uint64_t> sums, std::uint32_t begin, std::size_t found) {
    const std::size_t look_ups = found * passed_.size();
    if (look_ups * postings_per_look_up > postings_passed_) {
      passed_max_ = passed_.size() - 1;
    } else if (passed_.size() == passed_max_ && 4 * look_ups * postings_per_look_up < postings_passed_) {
      ++passed_max_;
    }
    for (std::size_t n = passed_.size(); n > 0 && found > 0; --n) {
      AskedTerm& term = terms_[passed_[n - 1]];
      rest_.bound -= term.most();
      rest_.coverage -= coverage_of(term.present);
      if (found * postings_per_look_up > postings_in(term, static_cast<std::uint32_t>(sums.size()))) {
        static_cast<void>(term.levels.add_to(sums, begin, {}));
        touches_few_ = false;
      } else {
        for (std::size_t i = 0; i < found; ++i)
          sums[memory_.places[i]] += term.levels.find(begin + memory_.places[i]) & ~stamps;
      }
      std::size_t kept = 0;
      for (std::size_t i = 0; i < found; ++i) {
        const std::uint64_t sum = sums[memory_.places[i]];
        const bool reaches = (sum >> bound_shift) + rest_.bound + rest_.pairs >= pool_.threshold() ||
                             coverage_of(sum) + rest_.coverage > coverage_max_;
        memory_.places[kept] = memory_.places[i];
        kept += reaches ? 1 : 0;
      }
      found = kept;
    }
    return found;
  }

  // Returns how many postings there were.
  std::size_t sum_up(AskedTerm& term, std::uint32_t begin, std::uint32_t end) {
    const std::span window(memory_.sums.data(), end - begin);
    std::uint32_t* const touched = touches_few_ ? memory_.touched.data() + touched_ : nullptr;
    if (!term.levels.empty()) {
      const std::size_t postings = term.levels.add_to(window, begin, term.paired, touched);
      count_touched(postings);
      if (reads_headings(term, begin, end)) add_names(term, begin);
      return postings;
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
    const std::size_t postings =
        add_postings(window, begin, term.paired, chunks, memory_.added.data(), touched);
    count_touched(postings);
    return postings;
  }

  // The next term has room for a whole window, or the window is searched as a whole.
  void count_touched(std::size_t postings) {
    touched_ += postings;
    if (touched_ > few_postings) touches_few_ = false;
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
    const auto bound = static_cast<std::uint32_t>(sum >> bound_shift);
    const std::uint32_t coverage = coverage_of(sum);
    std::uint32_t upper = bound + rest_.pairs;
    if ((upper < pool_.threshold() && coverage <= coverage_max_) || !is_allowed(chunk)) return;
    coverage_max_ = std::max(coverage_max_, coverage);
    if (upper < pool_.threshold()) return;
    const std::uint32_t named_bound = named_here_ ? memory_.named_bounds[place] : 0;
    const std::uint64_t pairs = (sum >> pair_shift & pair_units_max) * pair_unit_;
    const double excess = excess_ + excess_per_coverage_ * (coverage + static_cast<double>(terms_.size()));
    const double surely =
        (static_cast<double>(bound) - named_bound - static_cast<double>(pairs) - uncounted_pairs_ - excess) *
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
  std::vector<std::uint32_t> by_bound_;  // terms with levels, ascending
  // What the terms that are passed over in the present window can add.
  struct Rest {
    std::uint32_t bound = 0, pairs = 0, coverage = 0;
  };
  Rest rest_;
  std::vector<std::uint32_t> passed_;  // terms, the least first
  std::size_t passed_max_ = 0;
  std::size_t postings_passed_ = 0, postings_expected_ = 0;  // of a window; the latter of the other terms
  std::size_t touched_ = 0;                                  // places, while few are
  bool touches_few_ = false;
  double level_growth_ = 0;     // of a share, at most; 0: levels are not used
  double level_certainty_ = 1;  // what of a bound is there in any case, but for excess_
  // By how much levels may lie above the shares: whatever stands in a chunk, and for each unit of its
  // coverage.
  double excess_ = 0, excess_per_coverage_ = 0;
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
