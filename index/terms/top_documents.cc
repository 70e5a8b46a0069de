#include "index/terms/top_documents.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/check.h"
#include "index/terms/gallop.h"

namespace kindling {
namespace {

constexpr std::size_t postings_per_look_up = 32;  // that are summed up in the time of one look-up
constexpr std::uint32_t blocks_ahead = 4;         // are asked of memory before they are read
constexpr std::uint32_t block_size = static_cast<std::uint32_t>(packed_block_size);
constexpr double units_max = 65'000;  // of a question: scales and sums of scaled levels stay in 16 bits
constexpr std::size_t units_per_step = 32;
constexpr std::int32_t searched = std::numeric_limits<std::int32_t>::min();
// Of each term's scaled levels: the scale and its product are rounded down, products in single precision either
// way, and contributions are at least one. The rest is to spare.
constexpr std::int32_t rounding = 4;

// What a share can add under a weight, never too little although products round.
std::uint32_t bound_of(float weight, float share) {
  return static_cast<std::uint32_t>(double{weight} * double{share} * (1 + 1e-6)) + 2;
}

std::uint32_t first_not_below(const std::uint32_t* values, std::uint32_t count, std::uint32_t value) {
  std::uint32_t at = 0;
  for (std::uint32_t step = block_size; step > 0; step /= 2) {
    at += (at + step <= count && values[at + step - 1] < value) ? step : 0;
  }
  return at;
}

// The largest of each `kEach`; the last may have fewer.
template <std::size_t kEach, class Value, class Out>
void fold(std::span<const Value> values, std::vector<Out>& out) {
  out.assign((values.size() + kEach - 1) / kEach, 0);
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto some = values.subspan(at * kEach, std::min<std::size_t>(kEach, values.size() - at * kEach));
    Value most = 0;
    if (some.size() == kEach) {
      for (const Value value : some.template first<kEach>()) most = std::max(most, value);
    } else {
      for (const Value value : some) most = std::max(most, value);
    }
    out[at] = most;
  }
}

}  // namespace

std::vector<RankedDocument> TopDocuments::top(std::span<const std::string_view> question, std::size_t k) {
  KINDLING_CHECK(k >= 1);
  k_ = std::min<std::size_t>(k, std::max(1u, postings_.documents()));
  prepare(question);
  search_promising();
  rewind();
  for (std::uint32_t window = 0; window < bounds_.size(); ++window) {
    if (bounds_[window] != searched && bounds_[window] >= threshold_) search_window(window);
  }
  return ranked();
}

void TopDocuments::prepare(std::span<const std::string_view> question) {
  std::vector<const BlockTerm*> found;
  for (const std::string_view text : question) {
    const BlockTerm* term = postings_.find(text);
    if (term != nullptr) found.push_back(term);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  double idf_sum = 0;
  for (const BlockTerm* term : found) idf_sum += postings_.idf(*term);
  scale_ = idf_sum > 0 ? double{impact_weight_max} / idf_sum : 1;
  if (terms_.size() < found.size()) terms_.resize(found.size());
  asked_.clear();
  for (std::size_t i = 0; i < found.size(); ++i) {
    Asked& asked = terms_[i];
    asked.term = found[i];
    asked.weight = std::min(static_cast<float>(postings_.idf(*found[i]) * scale_), impact_weight_max);
    asked.most = bound_of(asked.weight, asked.term->share_max);
    asked.worth_summing =
        2 + std::size_t{asked.term->frequency} * window_size / postings_.documents() / postings_per_look_up;
    asked.read = asked.units_read = nothing_read;
    asked_.push_back(&asked);
  }
  std::sort(asked_.begin(), asked_.end(), [](const Asked* x, const Asked* y) { return x->most < y->most; });
  choose_units();
  range_bounds_.assign(postings_.ranges(), 0);
  for (Asked* asked : asked_) {
    if (asked->frequent()) {
      add_levels(postings_.range_levels(*asked->term), asked->scale, range_bounds_);
    } else {
      prepare_rare(*asked);
    }
  }
  fold_into_windows();
  rewind();
  kept_.clear();
  full_ = std::max<std::size_t>(4 * k_, window_size);
  reached_.fill(0);
  step_ = above_ = 0;
}

void TopDocuments::choose_units() {
  double all = 0;
  for (const Asked* asked : asked_) all += asked->most;
  unit_ = std::max(1.0, all / units_max);
  hidden_above_ = rounding * static_cast<std::int32_t>(asked_.size());
  hidden_below_ = hidden_above_;
  bool every_match_counts = !asked_.empty();
  double surely = 0;
  for (Asked* asked : asked_) {
    asked->scale = static_cast<std::uint16_t>(asked->most / unit_ * 256 / 255);
    every_match_counts &= asked->scale >= 256;
    hidden_below_ += static_cast<std::int32_t>(std::ceil(asked->most / unit_ / 255));
    // So many documents get that much from this term alone.
    surely = std::max(surely, double{asked->weight} * double{postings_.share_at_rank(*asked->term, k_)});
  }
  threshold_ = static_cast<std::int32_t>(surely / unit_) - 1 - hidden_above_;
  if (every_match_counts) threshold_ = std::max(threshold_, 1);
}

// Bounds of ranges become those of the windows that they make.
void TopDocuments::fold_into_windows() {
  for (Asked* asked : asked_) {
    if (asked->frequent()) fold<window_size / range_size>(postings_.range_levels(*asked->term), asked->levels);
  }
  fold<window_size / range_size>(std::span<const std::uint16_t>(range_bounds_), bounds_);
}

void TopDocuments::prepare_rare(Asked& asked) {
  const std::size_t postings = asked.term->frequency;
  asked.documents.resize((postings + block_size - 1) / block_size * block_size);
  for (std::uint32_t block = 0; block * std::size_t{block_size} < postings; ++block) {
    postings_.read_documents(
        *asked.term, block,
        std::span(asked.documents).subspan(block * std::size_t{block_size}).first<block_size>());
  }
  asked.documents.resize(postings);
  asked.units.resize(postings);
  const auto full = postings_.full_levels(*asked.term);
  scale_levels(full, asked.scale, std::span(asked.units).first(full.size()));
  scale_levels(postings_.levels(*asked.term, asked.term->full_blocks()), asked.scale,
               std::span(asked.units).subspan(full.size()));
  for (std::size_t i = 0; i < postings;) {
    const std::uint32_t range = asked.documents[i] >> range_bits;
    std::uint16_t most = 0;
    for (; i < postings && asked.documents[i] >> range_bits == range; ++i)
      most = std::max(most, asked.units[i]);
    range_bounds_[range] = static_cast<std::uint16_t>(range_bounds_[range] + most);
  }
}

void TopDocuments::rewind() {
  for (Asked* asked : asked_) {
    asked->begin = asked->end = 0;
    asked->block = asked->at = 0;
  }
}

// The best window of each stretch; in order, so that cursors go forward.
void TopDocuments::search_promising() {
  const std::size_t windows = bounds_.size();
  const std::size_t stretches = std::clamp<std::size_t>(k_ / 8, 16, 64);
  const std::size_t length = std::max<std::size_t>(4, (windows + stretches - 1) / stretches);
  for (std::size_t at = 0; at < windows; at += length) {
    const auto begin = bounds_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = bounds_.begin() + static_cast<std::ptrdiff_t>(std::min(at + length, windows));
    const auto best = std::max_element(begin, end);
    if (*best < threshold_) continue;
    search_window(static_cast<std::uint32_t>(best - bounds_.begin()));
    *best = searched;
  }
}

void TopDocuments::search_window(std::uint32_t window) {
  const std::uint32_t first = window << window_bits;
  here_.clear();
  for (Asked* asked : asked_) {
    std::int32_t bound = 0;
    if (bound_in(*asked, window, bound)) here_.push_back({.asked = asked, .bound = bound});
  }
  std::size_t essential = 0;
  std::int32_t rest = 0;  // that the others can add
  while (essential < here_.size() && rest + here_[essential].bound < threshold_)
    rest += here_[essential++].bound;
  if (essential == here_.size()) return;
  for (std::size_t i = essential; i < here_.size(); ++i) sum_up(*here_[i].asked, first);
  const auto sums = std::span(sums_).first(std::min(window_size, postings_.documents() - first));
  const auto least = [&] { return static_cast<std::uint16_t>(std::max(0, threshold_ - rest)); };
  // While many are left, terms are added for all documents: whoever could not reach the threshold before still
  // cannot.
  while (essential > 0) {
    Asked& next = *here_[essential - 1].asked;
    if (count_at_least(sums, least(), next.worth_summing) < next.worth_summing) break;
    rest -= here_[--essential].bound;
    sum_up(next, first);
  }
  std::size_t candidates = select_at_least(sums, least(), candidates_);
  while (essential > 0 && candidates > 0) {
    --essential;
    rest -= here_[essential].bound;
    look_up(*here_[essential].asked, first, threshold_ - rest, candidates);
  }
  for (std::size_t i = 0; i < candidates; ++i) keep(first + candidates_[i], sums_[candidates_[i]]);
  sums_.fill(0);
}

// Whether the term is in a document of the window, and what it adds at most, in units.
bool TopDocuments::bound_in(Asked& asked, std::uint32_t window, std::int32_t& bound) const {
  if (asked.frequent()) {
    bound = scaled_level(asked.levels[window], asked.scale);
    return asked.levels[window] > 0;
  }
  const std::uint32_t first = window << window_bits;
  const auto& documents = asked.documents;
  asked.begin = asked.end = gallop(documents, asked.end, documents.size(),
                                   [first](std::uint32_t document) { return document < first; });
  std::uint16_t most = 0;
  for (; asked.end < documents.size() && documents[asked.end] - first < window_size; ++asked.end)
    most = std::max(most, asked.units[asked.end]);
  bound = most;
  return asked.begin < asked.end;
}

void TopDocuments::sum_up(Asked& asked, std::uint32_t first) {
  if (!asked.frequent()) {
    for (std::size_t i = asked.begin; i < asked.end; ++i) {
      std::uint16_t& sum = sums_[asked.documents[i] - first];
      sum = static_cast<std::uint16_t>(sum + asked.units[i]);
    }
    return;
  }
  const std::uint32_t full = asked.term->full_blocks();
  const std::uint32_t last = first + (window_size - 1);
  seek(asked, first);
  for (; asked.block <= full; ++asked.block) {
    read(asked);
    // All of a block at once: the windows that follow need the rest of it.
    if (asked.units_read != asked.block) {
      scale_levels(postings_.levels(*asked.term, asked.block), asked.scale,
                   std::span(asked.block_units).first(asked.count));
      asked.units_read = asked.block;
    }
    const std::uint32_t* documents = asked.block_documents.data();
    const std::uint16_t* units = asked.block_units.data();
    std::uint32_t i = asked.at;
    if (i < asked.count && documents[i] < first) i = first_not_below(documents, asked.count, first);
    for (; i < asked.count && documents[i] <= last; ++i) {
      std::uint16_t& sum = sums_[documents[i] - first];
      sum = static_cast<std::uint16_t>(sum + units[i]);
    }
    asked.at = i;
    if (i < asked.count || asked.block == full) break;
  }
}

// Leaves the candidates that reach `least` with this term.
void TopDocuments::look_up(Asked& asked, std::uint32_t first, std::int32_t least, std::size_t& candidates) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < candidates; ++i) {
    const std::uint16_t place = candidates_[i];
    const std::int32_t needed = least - sums_[place];
    const std::int32_t found = found_in(asked, first + place, needed);
    if (found < needed) continue;
    sums_[place] = static_cast<std::uint16_t>(sums_[place] + found);
    candidates_[kept++] = place;
  }
  candidates = kept;
}

// What the term adds to a document, in units; zero also where the block's bound says that it is below `needed`.
std::int32_t TopDocuments::found_in(Asked& asked, std::uint32_t document, std::int32_t needed) {
  if (!asked.frequent()) {
    for (std::size_t i = asked.begin; i < asked.end; ++i) {
      if (asked.documents[i] == document) return asked.units[i];
    }
    return 0;
  }
  seek(asked, document);
  if (asked.block >= asked.term->full_blocks() && asked.term->tail_postings() == 0) return 0;
  if (needed > scaled_level(postings_.block_level(*asked.term, asked.block), asked.scale)) return 0;
  read(asked);
  const std::uint32_t at = first_not_below(asked.block_documents.data(), asked.count, document);
  if (at == asked.count || asked.block_documents[at] != document) return 0;
  return scaled_level(postings_.levels(*asked.term, asked.block)[at], asked.scale);
}

// The block that holds the document if any does; only forward.
void TopDocuments::seek(Asked& asked, std::uint32_t document) const {
  const auto lasts = postings_.last_documents(*asked.term);
  asked.block = static_cast<std::uint32_t>(
      gallop(lasts, asked.block, lasts.size(), [document](std::uint32_t last) { return last < document; }));
}

void TopDocuments::read(Asked& asked) const {
  if (asked.read == asked.block) return;
  postings_.fetch(*asked.term, asked.block + blocks_ahead);
  asked.count = postings_.read_documents(*asked.term, asked.block, asked.block_documents);
  asked.read = asked.block;
  asked.at = 0;
}

void TopDocuments::keep(std::uint32_t document, std::int32_t units) {
  if (units < threshold_) return;
  kept_.push_back({.document = document, .units = units});
  const std::size_t step = static_cast<std::size_t>(units) / units_per_step;
  ++reached_[step];
  if (step >= step_) ++above_;
  if (above_ >= k_) {
    while (above_ - reached_[step_] >= k_) above_ -= reached_[step_++];
    const auto reached_by_k = static_cast<std::int32_t>(step_ * units_per_step);
    threshold_ = std::max(threshold_, reached_by_k - hidden_below_ - hidden_above_);
  }
  if (kept_.size() >= full_) drop_hopeless();
}

void TopDocuments::drop_hopeless() {
  std::erase_if(kept_, [this](const Kept& each) { return each.units < threshold_; });
  full_ = std::max(full_, 2 * kept_.size());
}

std::vector<RankedDocument> TopDocuments::ranked() {
  drop_hopeless();
  // Promising windows came first; they and the others are each in order.
  const auto earlier = [](const Kept& x, const Kept& y) { return x.document < y.document; };
  const auto middle = std::is_sorted_until(kept_.begin(), kept_.end(), earlier);
  std::inplace_merge(kept_.begin(), middle, kept_.end(), earlier);
  for (const Kept& each : kept_) __builtin_prefetch(&postings_.norms()[each.document]);
  scores_.assign(kept_.size(), 0);
  for (Asked* asked : asked_) score(*asked);
  std::vector<std::uint64_t> best;  // score, then the complement of the document
  best.reserve(kept_.size());
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (scores_[i] > 0) best.push_back(std::uint64_t{scores_[i]} << 32 | ~kept_[i].document);
  }
  if (best.size() > k_) {
    std::nth_element(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(k_), best.end(),
                     std::greater<>());
    best.resize(k_);
  }
  std::sort(best.begin(), best.end(), std::greater<>());
  std::vector<RankedDocument> ranked;
  ranked.reserve(best.size());
  for (const std::uint64_t each : best) {
    ranked.push_back({.document = ~static_cast<std::uint32_t>(each),
                      .score = static_cast<float>(static_cast<double>(each >> 32) / scale_)});
  }
  return ranked;
}

// Adds a term's exact contributions to the scores of the documents that were kept.
void TopDocuments::score(Asked& asked) {
  const auto lasts = postings_.last_documents(*asked.term);
  const std::size_t kept = kept_.size();
  asked.block = 0;
  asked.read = nothing_read;
  std::size_t at = 0;
  if (kept > 0) seek(asked, kept_[0].document);
  while (at < kept && asked.block < lasts.size()) {
    const std::uint32_t block = asked.block;
    const std::uint32_t last = lasts[block];
    const std::size_t end = gallop(kept_, at, kept, [last](const Kept& each) { return each.document <= last; });
    if (end < kept) {  // the next block comes from memory while this one is worked on
      seek(asked, kept_[end].document);
      postings_.fetch(*asked.term, asked.block);
    }
    score_block(asked, block, at, end);
    at = end;
  }
  if (at < kept) score_block(asked, asked.term->full_blocks(), at, kept);
}

// From whichever there are fewer of.
void TopDocuments::score_block(Asked& asked, std::uint32_t block, std::size_t begin, std::size_t end) {
  const std::uint32_t count = postings_.read_documents(*asked.term, block, asked.block_documents);
  const auto documents = std::span(asked.block_documents).first(count);
  const auto add = [&](std::size_t posting, std::size_t place) {
    scores_[place] +=
        contribution(asked.weight, postings_.frequency(*asked.term, block, static_cast<std::uint32_t>(posting)),
                     postings_.norms()[documents[posting]]);
  };
  if (end - begin > documents.size()) {
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const std::uint32_t document = documents[i];
      begin = gallop(kept_, begin, end, [document](const Kept& each) { return each.document < document; });
      if (begin < end && kept_[begin].document == document) add(i, begin);
    }
    return;
  }
  for (; begin < end; ++begin) {
    const std::uint32_t i =
        first_not_below(documents.data(), static_cast<std::uint32_t>(documents.size()), kept_[begin].document);
    if (i < documents.size() && documents[i] == kept_[begin].document) add(i, begin);
  }
}

}  // namespace kindling
