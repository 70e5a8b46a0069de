#include "index/terms/leveled_postings.h"

#include <algorithm>

#include "index/terms/gallop.h"

namespace kindling {
namespace {

constexpr unsigned bits_max = 32;

}  // namespace

std::size_t LeveledList::seek(std::size_t block, std::uint32_t chunk) const {
  return gallop(blocks_, block, blocks_.size(),
                [chunk](const LeveledBlock& each) { return each.last_chunk < chunk; });
}

std::uint32_t LeveledList::count(std::size_t block) const {
  const std::size_t before = block * packed_block_size;
  return static_cast<std::uint32_t>(std::min(packed_block_size, term_.postings - before));
}

std::uint32_t LeveledList::read_chunks(std::size_t block, BlockNumbersOut chunks) const {
  const LeveledBlock& here = blocks_[block];
  const std::size_t words = packed_words(here.chunk_bits);
  if (here.chunk_bits > bits_max || here.words > words_.size() || words > words_.size() - here.words) return 0;
  const std::uint32_t before = block == 0 ? 0 : blocks_[block - 1].last_chunk;
  unpack_ascending(words_.subspan(here.words, words), here.chunk_bits, before, chunks);
  const std::uint32_t postings = count(block);
  return chunks[postings - 1] == here.last_chunk ? postings : 0;
}

std::uint32_t LeveledList::read_frequencies(std::size_t block, BlockNumbersOut frequencies) const {
  const LeveledBlock& here = blocks_[block];
  if (here.chunk_bits > bits_max || here.frequency_bits > bits_max) return 0;
  const std::uint64_t begin = here.words + packed_words(here.chunk_bits);
  const std::size_t words = packed_words(here.frequency_bits);
  if (here.words > words_.size() || begin > words_.size() || words > words_.size() - begin) return 0;
  unpack_block(words_.subspan(begin, words), here.frequency_bits, frequencies);
  return count(block);
}

void LeveledList::fetch(std::size_t block) const {
  if (block >= blocks_.size()) return;
  constexpr std::size_t line = 64;
  const std::uint64_t begin = blocks_[block].words;
  if (begin >= words_.size()) return;
  const std::size_t words =
      std::min<std::size_t>(packed_words(blocks_[block].chunk_bits), words_.size() - begin);
  for (std::size_t word = 0; word < words; word += line / sizeof(std::uint32_t))
    __builtin_prefetch(&words_[begin + word]);
  for (std::size_t level = 0; level < packed_block_size; level += line)
    __builtin_prefetch(&levels_[block * packed_block_size + level]);
}

LeveledList LeveledPostings::list(std::uint32_t term) const {
  const auto at = std::lower_bound(terms_.begin(), terms_.end(), term,
                                   [](const LeveledTerm& each, std::uint32_t t) { return each.term < t; });
  if (at == terms_.end() || at->term != term) return {};
  const std::uint32_t blocks = leveled_blocks(at->postings);
  if (at->first_block > blocks_.size() || blocks > blocks_.size() - at->first_block) return {};
  return {*at, blocks_.subspan(at->first_block, blocks), words_,
          levels_.subspan(std::size_t{at->first_block} * packed_block_size, blocks * packed_block_size)};
}

bool LeveledPostings::intact(std::uint32_t term_count) const {
  std::uint64_t blocks = 0;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const LeveledTerm& term = terms_[i];
    if (term.term >= term_count || (i > 0 && term.term <= terms_[i - 1].term)) return false;
    if (term.postings == 0 || term.first_block != blocks || !(term.share_max > 0 && term.share_max <= 1))
      return false;
    blocks += leveled_blocks(term.postings);
  }
  return blocks == blocks_.size();
}

}  // namespace kindling
