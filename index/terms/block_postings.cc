#include "index/terms/block_postings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "base/bytes.h"
#include "base/check.h"
#include "index/terms/levels.h"

namespace kindling {
namespace {

constexpr float k1 = 0.9F;
constexpr float b = 0.6F;
constexpr unsigned width_bits = 6;
constexpr std::uint64_t width_mask = (1u << width_bits) - 1;

float share_of(std::uint32_t frequency, float norm) {
  const auto tf = static_cast<float>(frequency);
  return tf / (tf + norm);
}

std::vector<float> norms_of(std::span<const std::uint32_t> lengths, std::uint64_t length_sum) {
  const double mean =
      length_sum == 0 ? 1 : static_cast<double>(length_sum) / static_cast<double>(lengths.size());
  std::vector<float> norms(lengths.size());
  std::transform(lengths.begin(), lengths.end(), norms.begin(),
                 [mean](std::uint32_t length) { return k1 * (1 - b + b * static_cast<float>(length / mean)); });
  return norms;
}

// Postings of a term as they were collected.
class PostingReader {
 public:
  explicit PostingReader(std::string_view bytes) : reader_(bytes) {}
  std::pair<std::uint32_t, std::uint32_t> next() {
    document_ += static_cast<std::uint32_t>(reader_.varint());
    return {document_, static_cast<std::uint32_t>(reader_.varint())};
  }

 private:
  ByteReader reader_;
  std::uint32_t document_ = 0;
};

}  // namespace

std::uint64_t BlockPostings::bytes() const {
  const auto of = [](const auto& values) { return values.size() * sizeof(values[0]); };
  return terms_.bytes() + of(entries_) + of(last_documents_) + of(block_levels_) + of(levels_) + of(places_) +
         of(words_) + of(tails_) + of(range_levels_) + of(ranked_shares_) + of(norms_);
}

const BlockTerm* BlockPostings::find(std::string_view term) const {
  const auto number = terms_.find(term);
  return number ? &entries_[*number] : nullptr;
}

float BlockPostings::idf(const BlockTerm& term) const {
  const auto count = static_cast<double>(documents());
  const auto frequency = static_cast<double>(term.frequency);
  return static_cast<float>(std::log(1.0 + (count - frequency + 0.5) / (frequency + 0.5)));
}

float BlockPostings::share_at_rank(const BlockTerm& term, std::size_t k) const {
  if (term.row == no_row) return 0;
  const auto rank = std::lower_bound(kept_ranks.begin(), kept_ranks.end(), k);
  if (rank == kept_ranks.end()) return 0;
  return ranked_shares_[term.row * kept_ranks.size() + static_cast<std::size_t>(rank - kept_ranks.begin())];
}

std::uint32_t BlockPostings::read_documents(const BlockTerm& term, std::uint32_t block,
                                            BlockNumbersOut documents) const {
  const std::uint32_t full = term.full_blocks();
  const std::uint32_t before = block == 0 ? 0 : last_documents_[term.first_block + block - 1];
  if (block < full) {
    const std::uint64_t place = places_[term.first_block + block];
    const auto width = static_cast<unsigned>(place & width_mask);
    unpack_ascending(std::span(words_).subspan(place >> (2 * width_bits), packed_words(width)), width, before,
                     documents);
    return static_cast<std::uint32_t>(packed_block_size);
  }
  ByteReader reader(std::string_view(tails_).substr(term.tail + term.tail_postings()));
  std::uint32_t document = before;
  for (std::uint32_t i = 0; i < term.tail_postings(); ++i) {
    document += static_cast<std::uint32_t>(reader.varint());
    documents[i] = document;
    static_cast<void>(reader.varint());
  }
  return term.tail_postings();
}

std::span<const std::uint8_t> BlockPostings::levels(const BlockTerm& term, std::uint32_t block) const {
  if (block < term.full_blocks())
    return full_levels(term).subspan(block * packed_block_size, packed_block_size);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(tails_.data());
  return {bytes + term.tail, term.tail_postings()};
}

void BlockPostings::fetch(const BlockTerm& term, std::uint32_t block) const {
  if (block >= term.full_blocks()) return;
  constexpr std::size_t line = 64;
  const std::uint64_t place = places_[term.first_block + block];
  const auto width = static_cast<unsigned>(place & width_mask);
  const auto* words = words_.data() + (place >> (2 * width_bits));
  for (std::size_t word = 0; word < packed_words(width); word += line / sizeof(*words))
    __builtin_prefetch(words + word);
  __builtin_prefetch(words + packed_words(width));
  const auto* levels = levels_.data() + (std::size_t{term.first_block} + block) * packed_block_size;
  for (std::size_t level = 0; level < packed_block_size; level += line) __builtin_prefetch(levels + level);
}

std::uint32_t BlockPostings::frequency(const BlockTerm& term, std::uint32_t block, std::uint32_t at) const {
  if (block < term.full_blocks()) {
    const std::uint64_t place = places_[term.first_block + block];
    const std::size_t skipped = packed_words(static_cast<unsigned>(place & width_mask));
    const auto width = static_cast<unsigned>(place >> width_bits & width_mask);
    return 1 + unpack_one(std::span(words_).subspan((place >> (2 * width_bits)) + skipped, packed_words(width)),
                          width, at);
  }
  ByteReader reader(std::string_view(tails_).substr(term.tail + term.tail_postings()));
  for (std::uint32_t i = 0; i < at; ++i) {
    static_cast<void>(reader.varint());
    static_cast<void>(reader.varint());
  }
  static_cast<void>(reader.varint());
  return static_cast<std::uint32_t>(reader.varint());
}

std::uint32_t BlockPostingsBuilder::number_of(std::string_view term) {
  const auto at = numbers_.find(term);
  if (at != numbers_.end()) return at->second;
  const auto number = static_cast<std::uint32_t>(growing_.size());
  numbers_.emplace(std::string(term), number);
  growing_.emplace_back();
  return number;
}

void BlockPostingsBuilder::add(std::span<const std::string_view> terms) {
  const auto document = static_cast<std::uint32_t>(lengths_.size());
  here_.clear();
  for (const std::string_view text : terms) {
    const std::uint32_t number = number_of(text);
    Growing& term = growing_[number];
    if (term.stamp != std::uint64_t{document} + 1) {
      term.stamp = std::uint64_t{document} + 1;
      term.slot = static_cast<std::uint32_t>(here_.size());
      here_.emplace_back(number, 0);
    }
    ++here_[term.slot].second;
  }
  for (const auto& [number, occurrences] : here_) {
    Growing& term = growing_[number];
    put_varint(term.postings, document - term.last);
    put_varint(term.postings, occurrences);
    term.last = document;
    ++term.frequency;
  }
  lengths_.push_back(static_cast<std::uint32_t>(terms.size()));
  length_sum_ += terms.size();
}

Result<BlockPostings> BlockPostingsBuilder::finish() && {
  if (lengths_.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    return Error{ErrorCode::too_large, "postings", "more than 2,147,483,647 documents", "split the collection"};
  BlockPostings out;
  std::vector<std::pair<std::string_view, std::uint32_t>> order(numbers_.begin(), numbers_.end());
  std::sort(order.begin(), order.end());
  std::vector<std::string_view> ascending;
  ascending.reserve(order.size());
  for (const auto& each : order) ascending.push_back(each.first);
  KINDLING_TRY(out.terms_, PackedTerms::pack(ascending));
  out.norms_ = norms_of(lengths_, length_sum_);
  const std::uint32_t frequent = std::max(1u, out.documents() / frequent_share);
  const auto rows = std::count_if(growing_.begin(), growing_.end(),
                                  [frequent](const Growing& term) { return term.frequency >= frequent; });
  out.range_levels_.reserve(static_cast<std::size_t>(rows) * out.ranges());
  out.entries_.reserve(order.size());
  std::uint32_t next_row = 0;
  for (const auto& [text, number] : order) {
    Growing& term = growing_[number];
    BlockTerm entry{.frequency = term.frequency};
    if (term.frequency >= frequent) entry.row = next_row++;
    if (out.tails_.size() > std::numeric_limits<std::uint32_t>::max() - 2048)
      return Error{ErrorCode::too_large, "postings", "more than 4 GiB of rare terms", "split the collection"};
    write_term(out, term, entry);
    out.entries_.push_back(entry);
    term.postings = std::string();
  }
  return out;
}

void BlockPostingsBuilder::write_term(BlockPostings& out, const Growing& term, BlockTerm& entry) {
  entry.first_block = static_cast<std::uint32_t>(out.last_documents_.size());
  entry.tail = static_cast<std::uint32_t>(out.tails_.size());
  std::vector<std::uint32_t> documents(term.frequency);
  std::vector<std::uint32_t> frequencies(term.frequency);
  std::vector<float> shares(term.frequency);
  PostingReader reader(term.postings);
  for (std::uint32_t i = 0; i < term.frequency; ++i) {
    std::tie(documents[i], frequencies[i]) = reader.next();
    shares[i] = share_of(frequencies[i], out.norms_[documents[i]]);
  }
  entry.share_max = *std::max_element(shares.begin(), shares.end());
  std::vector<std::uint8_t> levels(term.frequency);
  std::transform(shares.begin(), shares.end(), levels.begin(),
                 [&entry](float share) { return level_of(share, entry.share_max); });

  const std::size_t full = entry.full_blocks() * packed_block_size;
  std::uint32_t before = 0;
  for (std::size_t at = 0; at < full; at += packed_block_size) {
    write_block(out, std::span(documents).subspan(at).first<packed_block_size>(),
                std::span(frequencies).subspan(at).first<packed_block_size>(), before);
    before = documents[at + packed_block_size - 1];
    const auto begin = levels.begin() + static_cast<std::ptrdiff_t>(at);
    out.block_levels_.push_back(*std::max_element(begin, begin + packed_block_size));
  }
  out.levels_.insert(out.levels_.end(), levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(full));
  out.tails_.append(levels.begin() + static_cast<std::ptrdiff_t>(full), levels.end());
  for (std::size_t i = full; i < documents.size(); ++i) {
    put_varint(out.tails_, documents[i] - before);
    put_varint(out.tails_, frequencies[i]);
    before = documents[i];
  }
  if (entry.row == no_row) return;
  const std::size_t row = out.range_levels_.size();
  out.range_levels_.resize(row + out.ranges());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    std::uint8_t& most = out.range_levels_[row + (documents[i] >> range_bits)];
    most = std::max(most, levels[i]);
  }
  write_ranked_shares(out, shares);
}

void BlockPostingsBuilder::write_block(BlockPostings& out,
                                       std::span<const std::uint32_t, packed_block_size> documents,
                                       std::span<const std::uint32_t, packed_block_size> frequencies,
                                       std::uint32_t before) {
  std::array<std::uint32_t, packed_block_size> less_one{};
  std::transform(frequencies.begin(), frequencies.end(), less_one.begin(), [](auto each) { return each - 1; });
  const unsigned document_width = bits_for_ascending(documents, before);
  const unsigned frequency_width = bits_for(less_one);
  const std::size_t place = out.words_.size();
  const std::size_t middle = place + packed_words(document_width);
  out.words_.resize(middle + packed_words(frequency_width));
  const std::span words(out.words_);
  pack_ascending(documents, before, document_width, words.subspan(place, packed_words(document_width)));
  pack_block(less_one, frequency_width, words.subspan(middle));
  out.places_.push_back(std::uint64_t{place} << (2 * width_bits) | frequency_width << width_bits |
                        document_width);
  out.last_documents_.push_back(documents.back());
}

void BlockPostingsBuilder::write_ranked_shares(BlockPostings& out, std::vector<float>& shares) {
  for (const std::uint32_t rank : kept_ranks) {
    if (shares.size() < rank) {
      out.ranked_shares_.push_back(0);
      continue;
    }
    const auto at = shares.begin() + (rank - 1);
    std::nth_element(shares.begin(), at, shares.end(), std::greater<>());
    out.ranked_shares_.push_back(*at);
  }
}

}  // namespace kindling
