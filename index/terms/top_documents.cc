#include "index/terms/top_documents.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::size_t postings_per_look_up = 16;  // that are summed up in the time of one look-up
constexpr std::uint32_t block_size = static_cast<std::uint32_t>(packed_block_size);

// What a share can add under a weight, never too little although products round.
std::uint32_t bound_of(float weight, float share) {
  return static_cast<std::uint32_t>(double{weight} * double{share} * (1 + 1e-6)) + 2;
}

// The same, never too much.
std::uint32_t least_of(float weight, float share) {
  const double least = double{weight} * double{share} * (1 - 1e-6) - 2;
  return least > 0 ? static_cast<std::uint32_t>(least) : 0;
}

std::uint32_t first_not_below(const std::uint32_t* values, std::uint32_t count, std::uint32_t value) {
  std::uint32_t at = 0;
  for (std::uint32_t step = block_size; step > 0; step /= 2) {
    at += (at + step <= count && values[at + step - 1] < value) ? step : 0;
  }
  return at;
}

}  // namespace

std::vector<RankedDocument> TopDocuments::top(std::span<const std::string_view> question, std::size_t k) {
  KINDLING_CHECK(k >= 1);
  k_ = std::min<std::size_t>(k, std::max(1u, postings_.documents()));
  threshold_ = 0;
  best_.clear();
  prepare(question);
  search_promising();
  rewind();
  for (std::uint32_t window = 0; window < bounds_.size(); ++window) {
    if (bounds_[window] >= std::max(1u, threshold_)) search_window(window);
  }
  std::sort(best_.begin(), best_.end(), std::greater<>());
  std::vector<RankedDocument> ranked;
  ranked.reserve(best_.size());
  for (const std::uint64_t each : best_) {
    ranked.push_back({.document = ~static_cast<std::uint32_t>(each),
                      .score = static_cast<float>(static_cast<double>(each >> 32) / scale_)});
  }
  return ranked;
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
  bounds_.assign(postings_.ranges(), 0);
  if (terms_.size() < found.size()) terms_.resize(found.size());
  asked_.clear();
  for (std::size_t i = 0; i < found.size(); ++i) {
    Asked& asked = terms_[i];
    asked.term = found[i];
    asked.weight = std::min(static_cast<float>(postings_.idf(*found[i]) * scale_), impact_weight_max);
    asked.most = bound_of(asked.weight, asked.term->share_max);
    asked.step = asked.most / 255 + 1;
    asked.worth_summing =
        2 + std::size_t{asked.term->frequency} * window_size / postings_.documents() / postings_per_look_up;
    asked.read = asked.frequencies_read = asked.added_read = nothing_read;
    if (asked.frequent()) {
      add_levels(postings_.range_levels(*asked.term), asked.step, bounds_);
    } else {
      prepare_rare(asked);
    }
    asked_.push_back(&asked);
    // So many documents get that much from this term alone.
    threshold_ = std::max(threshold_, least_of(asked.weight, postings_.share_at_rank(*found[i], k_)));
  }
  std::sort(asked_.begin(), asked_.end(), [](const Asked* x, const Asked* y) { return x->most < y->most; });
  fold_into_windows();
  rewind();
}

// Bounds of ranges become those of the windows that they make.
void TopDocuments::fold_into_windows() {
  constexpr std::size_t each = window_size / range_size;
  const std::size_t ranges = bounds_.size();
  const std::size_t windows = (ranges + each - 1) / each;
  for (Asked* asked : asked_) {
    if (!asked->frequent()) continue;
    const auto levels = postings_.range_levels(*asked->term);
    asked->levels.assign(windows, 0);
    for (std::size_t range = 0; range < ranges; ++range)
      asked->levels[range / each] = std::max(asked->levels[range / each], levels[range]);
  }
  for (std::size_t range = 0; range < ranges; ++range) {
    const std::uint32_t bound = bounds_[range];
    bounds_[range / each] = range % each == 0 ? bound : std::max(bounds_[range / each], bound);
  }
  bounds_.resize(windows);
}

void TopDocuments::prepare_rare(Asked& asked) {
  const std::size_t postings = asked.term->frequency;
  const std::size_t room = (postings + block_size - 1) / block_size * block_size;
  asked.documents.resize(room);
  asked.contributions.resize(room);
  for (std::uint32_t block = 0; block * std::size_t{block_size} < postings; ++block) {
    const auto documents =
        std::span(asked.documents).subspan(block * std::size_t{block_size}).first<block_size>();
    const std::uint32_t count = postings_.read_documents(*asked.term, block, documents);
    postings_.read_frequencies(*asked.term, block, asked.block_frequencies);
    contributions(documents.first(count), std::span(asked.block_frequencies).first(count), postings_.norms(),
                  asked.weight, std::span(asked.contributions).subspan(block * std::size_t{block_size}, count));
  }
  asked.documents.resize(postings);
  asked.contributions.resize(postings);
  for (std::size_t i = 0; i < postings;) {
    const std::uint32_t range = asked.documents[i] >> range_bits;
    std::uint32_t most = 0;
    for (; i < postings && asked.documents[i] >> range_bits == range; ++i)
      most = std::max(most, asked.contributions[i]);
    bounds_[range] += most;
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
    if (*best < std::max(1u, threshold_)) continue;
    search_window(static_cast<std::uint32_t>(best - bounds_.begin()));
    *best = 0;
  }
}

void TopDocuments::search_window(std::uint32_t window) {
  const std::uint32_t first = window << window_bits;
  here_.clear();
  for (Asked* asked : asked_) {
    const std::uint32_t bound = bound_in(*asked, window);
    if (bound > 0) here_.push_back({.asked = asked, .bound = bound});
  }
  std::size_t essential = 0;
  std::uint32_t rest = 0;  // that the others can add
  while (essential < here_.size() && rest + here_[essential].bound < threshold_)
    rest += here_[essential++].bound;
  if (essential == here_.size()) return;
  for (std::size_t i = essential; i < here_.size(); ++i) sum_up(*here_[i].asked, first);
  const std::uint32_t least = threshold_ > rest ? threshold_ - rest : 1;
  std::size_t candidates = select_at_least(sums_, least, candidates_);
  for (std::size_t i = essential; i-- > 0 && candidates > 0;) {
    rest -= here_[i].bound;
    look_up(*here_[i].asked, first, rest, candidates);
  }
  for (std::size_t i = 0; i < candidates; ++i) offer(first + candidates_[i], sums_[candidates_[i]]);
  sums_.fill(0);
}

std::uint32_t TopDocuments::bound_in(Asked& asked, std::uint32_t window) const {
  if (asked.frequent()) return asked.levels[window] * asked.step;
  const std::uint32_t first = window << window_bits;
  const auto& documents = asked.documents;
  std::size_t at = asked.end;
  for (std::size_t step = 1; at < documents.size() && documents[at] < first; step *= 2) {
    // Doubling steps forward, then a search between the last two.
    if (at + step < documents.size() && documents[at + step] < first) {
      at += step;
      continue;
    }
    const auto begin = documents.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = documents.begin() + static_cast<std::ptrdiff_t>(std::min(at + step, documents.size()));
    at = static_cast<std::size_t>(std::lower_bound(begin, end, first) - documents.begin());
    break;
  }
  asked.begin = asked.end = at;
  std::uint32_t most = 0;
  for (; asked.end < documents.size() && documents[asked.end] - first < window_size; ++asked.end)
    most = std::max(most, asked.contributions[asked.end]);
  return most;
}

void TopDocuments::sum_up(Asked& asked, std::uint32_t first) {
  if (!asked.frequent()) {
    for (std::size_t i = asked.begin; i < asked.end; ++i)
      sums_[asked.documents[i] - first] += asked.contributions[i];
    return;
  }
  const std::uint32_t full = asked.term->full_blocks();
  const std::uint32_t last = first + (window_size - 1);
  seek(asked, first);
  for (; asked.block <= full; ++asked.block) {
    read(asked, true);
    // All of a block at once: the windows that follow need the rest of it.
    if (asked.added_read != asked.block) {
      contributions(asked.block_documents, asked.block_frequencies, postings_.norms(), asked.weight,
                    asked.block_added);
      asked.added_read = asked.block;
    }
    const std::uint32_t* documents = asked.block_documents.data();
    const std::uint32_t* added = asked.block_added.data();
    std::uint32_t i = asked.at;
    if (i < asked.count && documents[i] < first) i = first_not_below(documents, asked.count, first);
    for (; i < asked.count && documents[i] <= last; ++i) sums_[documents[i] - first] += added[i];
    asked.at = i;
    if (i < asked.count || asked.block == full) break;
  }
}

void TopDocuments::look_up(Asked& asked, std::uint32_t first, std::uint32_t rest, std::size_t& candidates) {
  std::size_t kept = 0;
  if (candidates >= asked.worth_summing) {
    sum_up(asked, first);
    for (std::size_t i = 0; i < candidates; ++i) {
      candidates_[kept] = candidates_[i];
      kept += sums_[candidates_[i]] + rest >= threshold_ ? 1 : 0;
    }
    candidates = kept;
    return;
  }
  for (std::size_t i = 0; i < candidates; ++i) {
    const std::uint32_t place = candidates_[i];
    const std::uint32_t reached = sums_[place] + rest;  // without this term
    const std::uint32_t needed = reached < threshold_ ? threshold_ - reached : 0;
    const std::uint32_t found = found_in(asked, first + place, needed);
    if (found < needed) continue;
    sums_[place] += found;
    candidates_[kept++] = place;
  }
  candidates = kept;
}

// The contribution to a document, or zero; also zero where the block's bound says that it is below `needed`.
std::uint32_t TopDocuments::found_in(Asked& asked, std::uint32_t document, std::uint32_t needed) {
  if (!asked.frequent()) {
    for (std::size_t i = asked.begin; i < asked.end; ++i) {
      if (asked.documents[i] == document) return asked.contributions[i];
    }
    return 0;
  }
  seek(asked, document);
  if (asked.block >= asked.term->full_blocks() && asked.term->tail_postings() == 0) return 0;
  if (needed > asked.most || needed > bound_of(asked.weight, postings_.share_max(*asked.term, asked.block)))
    return 0;
  read(asked, false);
  const std::uint32_t at = first_not_below(asked.block_documents.data(), asked.count, document);
  if (at == asked.count || asked.block_documents[at] != document) return 0;
  if (asked.added_read == asked.block) return asked.block_added[at];
  read(asked, true);
  return contribution(asked.weight, asked.block_frequencies[at], postings_.norms()[document]);
}

// The block that holds the document if any does; only forward.
void TopDocuments::seek(Asked& asked, std::uint32_t document) const {
  const auto lasts = postings_.last_documents(*asked.term);
  std::uint32_t at = asked.block;
  std::uint32_t step = 1;
  while (at < lasts.size() && lasts[at] < document) {
    if (at + step < lasts.size() && lasts[at + step] < document) {
      at += step;
      step *= 2;
    } else if (step > 1) {
      step = 1;
      ++at;
    } else {
      ++at;
    }
  }
  asked.block = at;
}

// What is left over of a block of fewer postings is filled with harmless ones, for it is worked on in
// multiples.
void TopDocuments::read(Asked& asked, bool with_frequencies) const {
  if (asked.read != asked.block) {
    asked.count = postings_.read_documents(*asked.term, asked.block, asked.block_documents);
    std::fill(asked.block_documents.begin() + asked.count, asked.block_documents.end(), 0);
    asked.read = asked.block;
    asked.at = 0;
  }
  if (with_frequencies && asked.frequencies_read != asked.block) {
    postings_.read_frequencies(*asked.term, asked.block, asked.block_frequencies);
    std::fill(asked.block_frequencies.begin() + asked.count, asked.block_frequencies.end(), 1);
    asked.frequencies_read = asked.block;
  }
}

void TopDocuments::offer(std::uint32_t document, std::uint32_t score) {
  const std::uint64_t key = std::uint64_t{score} << 32 | ~document;
  if (best_.size() < k_) {
    best_.push_back(key);
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
  } else if (key > best_.front()) {
    std::pop_heap(best_.begin(), best_.end(), std::greater<>());
    best_.back() = key;
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
  } else {
    return;
  }
  if (best_.size() == k_) threshold_ = std::max(threshold_, static_cast<std::uint32_t>(best_.front() >> 32));
}

}  // namespace kindling
