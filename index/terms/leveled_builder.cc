#include "index/terms/leveled_builder.h"

#include <algorithm>
#include <array>

#include "index/terms/asked_question.h"
#include "index/terms/levels.h"
#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

std::array<std::uint32_t, packed_block_size> block_of(std::span<const std::uint32_t> values, std::size_t begin,
                                                      std::uint32_t padding) {
  std::array<std::uint32_t, packed_block_size> block{};
  block.fill(padding);
  const std::span some = values.subspan(begin, std::min(packed_block_size, values.size() - begin));
  std::copy(some.begin(), some.end(), block.begin());
  return block;
}

}  // namespace

LeveledBuilder::LeveledBuilder(std::span<const SectionRecord> sections,
                               std::span<const std::uint32_t> chunk_lengths, const SegmentSummary& summary)
    : sections_(sections), chunk_lengths_(chunk_lengths) {
  if (summary.chunk_lengths > 0)
    mean_length_ = static_cast<float>(static_cast<double>(summary.chunk_lengths) / summary.chunks);
}

void LeveledBuilder::read(const PostingBlock& block) {
  std::vector<std::uint32_t> chunks(block.body_count());
  std::vector<std::uint32_t> frequencies(block.body_count());
  const auto end = static_cast<std::uint32_t>(chunk_lengths_.size());
  const std::size_t bodies = BodyCursor(block, end).read(end, chunks, frequencies);
  std::vector<HeadedChunks> headed;
  HeadingCursor headings(block, static_cast<std::uint32_t>(sections_.size()));
  for (; !headings.done(); headings.next()) {
    const SectionRecord& section = sections_[headings.section()];
    headed.push_back({section.first_chunk, section.first_chunk + section.chunk_count, headings.frequency()});
  }
  chunks_.clear();
  frequencies_.clear();
  shares_.clear();
  for_each_chunk(std::span(chunks).first(bodies), std::span(frequencies).first(bodies), headed,
                 [&](std::uint32_t chunk, std::uint32_t in_text, std::uint32_t in_headings) {
                   const auto tf = static_cast<float>(std::uint64_t{in_text} + in_headings);
                   const float length = static_cast<float>(chunk_lengths_[chunk]) / mean_length_;
                   chunks_.push_back(chunk);
                   frequencies_.push_back(in_text);
                   shares_.push_back(tf / (tf + bm25_k1 * (1 - bm25_b + bm25_b * length)));
                 });
}

void LeveledBuilder::add(std::uint32_t term, const PostingBlock& block) {
  read(block);
  if (chunks_.empty()) return;
  const float share_max = *std::max_element(shares_.begin(), shares_.end());
  regions_.terms.push_back({term, static_cast<std::uint32_t>(chunks_.size()),
                            static_cast<std::uint32_t>(regions_.blocks.size()), share_max});
  PositionCursor positions(block.positions());
  std::uint64_t occurrences = 0;
  std::uint32_t before = 0;
  for (std::size_t begin = 0; begin < chunks_.size(); begin += packed_block_size) {
    write_block(begin, before, positions.find(occurrences));
    before = regions_.blocks.back().last_chunk;
    const std::size_t end = std::min(begin + packed_block_size, chunks_.size());
    for (std::size_t i = begin; i < end; ++i) {
      occurrences += frequencies_[i];
      regions_.levels.push_back(level_of(shares_[i], share_max));
    }
  }
  regions_.levels.resize(regions_.blocks.size() * packed_block_size);
}

void LeveledBuilder::write_block(std::size_t begin, std::uint32_t before, std::uint64_t positions) {
  const std::uint32_t last = chunks_[std::min(begin + packed_block_size, chunks_.size()) - 1];
  const auto chunks = block_of(chunks_, begin, last);
  const auto frequencies = block_of(frequencies_, begin, 0);
  LeveledBlock& block = regions_.blocks.emplace_back();
  block.words = regions_.words.size();
  block.positions = positions;
  block.last_chunk = last;
  block.chunk_bits = static_cast<std::uint16_t>(bits_for_ascending(chunks, before));
  block.frequency_bits = static_cast<std::uint16_t>(bits_for(frequencies));
  const std::size_t middle = block.words + packed_words(block.chunk_bits);
  regions_.words.resize(middle + packed_words(block.frequency_bits));
  const std::span words(regions_.words);
  pack_ascending(chunks, before, block.chunk_bits, words.subspan(block.words, packed_words(block.chunk_bits)));
  pack_block(frequencies, block.frequency_bits, words.subspan(middle));
}

}  // namespace kindling
