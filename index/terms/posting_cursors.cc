#include "index/terms/posting_cursors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "index/terms/gallop.h"

namespace kindling {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080;
constexpr std::uint64_t low_bits = 0x0101010101010101;
constexpr std::uint32_t quick_postings = 4;  // of two bytes each, read as one number
constexpr std::size_t batch_postings = 256;

std::uint64_t eight_bytes(const unsigned char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace

BodyCursor::BodyCursor(const PostingBlock& block, std::uint32_t chunk_count)
    : stream_(block.bodies()),
      left_(block.body_count()),
      chunk_count_(chunk_count),
      frequency_max_(static_cast<std::uint32_t>(
          std::min<std::size_t>(block.positions().size(), std::numeric_limits<std::int32_t>::max()))) {}

std::size_t BodyCursor::read(std::uint32_t end, std::span<std::uint32_t> chunks,
                             std::span<std::uint32_t> frequencies) {
  end = std::min(end, chunk_count_);
  std::size_t count = 0;
  while (count < chunks.size() && left_ > 0) {
    if (!first_ && left_ >= quick_postings && stream_.remaining() >= 8 && frequency_max_ >= 0x7f &&
        chunks.size() - count >= quick_postings) {
      // Bytes of one varint each, none of them zero: distances and frequencies in turn.
      const std::uint64_t bytes = eight_bytes(stream_.bytes());
      if (((bytes | (bytes - low_bits)) & high_bits) == 0) {
        const std::uint64_t first = std::uint64_t{previous_} + (bytes & 0xff);
        const std::uint64_t second = first + (bytes >> 16 & 0xff);
        const std::uint64_t third = second + (bytes >> 32 & 0xff);
        const std::uint64_t fourth = third + (bytes >> 48 & 0xff);
        if (fourth < end) {
          std::uint32_t* chunk = chunks.data() + count;
          std::uint32_t* frequency = frequencies.data() + count;
          chunk[0] = static_cast<std::uint32_t>(first);
          chunk[1] = static_cast<std::uint32_t>(second);
          chunk[2] = static_cast<std::uint32_t>(third);
          chunk[3] = static_cast<std::uint32_t>(fourth);
          frequency[0] = bytes >> 8 & 0xff;
          frequency[1] = bytes >> 24 & 0xff;
          frequency[2] = bytes >> 40 & 0xff;
          frequency[3] = static_cast<std::uint32_t>(bytes >> 56);
          previous_ = chunk[3];
          stream_.pass(8);
          left_ -= quick_postings;
          count += quick_postings;
          continue;
        }
      }
    }
    if (!read_one(end, chunks[count], frequencies[count])) break;
    ++count;
  }
  return count;
}

// False, with nothing read, where the chunk is not below `end`; at damage the list ends.
bool BodyCursor::read_one(std::uint32_t end, std::uint32_t& chunk, std::uint32_t& frequency) {
  VarintStream ahead = stream_;
  const std::uint32_t distance = ahead.next();
  const std::uint64_t value = std::uint64_t{previous_} + distance;
  if (!ahead.ok() || value >= chunk_count_ || (distance == 0 && !first_)) {
    left_ = 0;
    return false;
  }
  if (value >= end) return false;
  chunk = static_cast<std::uint32_t>(value);
  frequency = ahead.next();
  if (!ahead.ok() || frequency == 0 || frequency > frequency_max_) {
    left_ = 0;
    return false;
  }
  stream_ = ahead;
  previous_ = chunk;
  first_ = false;
  --left_;
  return true;
}

std::size_t PositionCursor::find(std::uint64_t number) {
  std::uint64_t left = number - number_;
  number_ = number;
  const auto* bytes = reinterpret_cast<const unsigned char*>(bytes_.data());
  while (bytes_.size() - at_ >= 8) {  // the last byte of a varint has no high bit
    // One bit for each end, summed up in the uppermost byte: no instruction that older processors lack.
    const std::uint64_t ends = ((~eight_bytes(bytes + at_) & high_bits) >> 7) * low_bits >> 56;
    if (ends >= left) break;
    left -= ends;
    at_ += 8;
  }
  while (left > 0 && at_ < bytes_.size()) left -= bytes[at_++] < 0x80 ? 1 : 0;
  return at_;
}

PostingSeeker::PostingSeeker(const PostingBlock& block, std::uint32_t chunk_count, const LeveledList& leveled)
    : leveled_(leveled),
      bodies_(block, chunk_count),
      position_bytes_(block.positions()),
      positions_(block.positions()),
      chunks_(batch_postings),
      frequencies_(batch_postings) {}

bool PostingSeeker::seek(std::uint32_t chunk) {
  while (true) {
    while (count_ == 0 || chunks_[count_ - 1] < chunk) {
      if (!read_batch(chunk)) return false;
    }
    const std::uint32_t* const chunks = chunks_.data();
    at_ = gallop(chunks, at_, count_, [chunk](std::uint32_t each) { return each < chunk; });
    // Headings alone may hold the term; in a damaged block chunks may not ascend.
    while (at_ < count_ && (frequencies_[at_] == 0 || chunks[at_] < chunk)) ++at_;
    if (at_ < count_) return true;
    if (!read_batch(chunk)) return false;
  }
}

std::size_t PostingSeeker::first_position() {
  occurrences_ = std::accumulate(frequencies_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                 frequencies_.begin() + static_cast<std::ptrdiff_t>(at_), occurrences_);
  counted_ = at_;
  return positions_.find(occurrences_);
}

bool PostingSeeker::read_batch(std::uint32_t chunk) {
  if (!leveled_.empty()) return read_block(chunk);
  occurrences_ = std::accumulate(frequencies_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                 frequencies_.begin() + static_cast<std::ptrdiff_t>(count_), occurrences_);
  at_ = counted_ = 0;
  count_ = bodies_.read(std::numeric_limits<std::uint32_t>::max(), chunks_, frequencies_);
  return count_ > 0;
}

bool PostingSeeker::read_block(std::uint32_t chunk) {
  block_ = leveled_.seek(block_, chunk);
  if (block_ >= leveled_.blocks().size()) return false;
  at_ = counted_ = 0;
  occurrences_ = 0;
  positions_ = PositionCursor(position_bytes_, leveled_.blocks()[block_].positions);
  count_ = leveled_.read_chunks(block_, std::span(chunks_).first<packed_block_size>());
  if (leveled_.read_frequencies(block_, std::span(frequencies_).first<packed_block_size>()) != count_)
    count_ = 0;
  ++block_;
  return count_ > 0;
}

void append_positions(std::string_view bytes, std::size_t place, std::uint32_t count,
                      std::vector<std::uint32_t>& positions) {
  VarintStream stream(bytes.substr(std::min(place, bytes.size())));
  std::uint32_t position = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    position += stream.next();
    if (!stream.ok()) return;
    positions.push_back(position);
  }
}

HeadingCursor::HeadingCursor(const PostingBlock& block, std::uint32_t section_count)
    : bytes_(block.headings()),
      stream_(bytes_),
      left_(block.heading_count()),
      section_count_(section_count),
      done_(false) {
  next();
}

void HeadingCursor::append_positions(std::vector<std::uint32_t>& positions) const {
  kindling::append_positions(bytes_, bytes_.size() - stream_.remaining(), frequency_, positions);
}

void HeadingCursor::next() {
  for (std::uint32_t i = 0; i < frequency_ && stream_.ok(); ++i) static_cast<void>(stream_.next());
  frequency_ = 0;
  if (left_ == 0) {
    done_ = true;
    return;
  }
  --left_;
  const std::uint32_t distance = stream_.next();
  const std::uint64_t value = std::uint64_t{section_} + distance;
  const std::uint32_t frequency = stream_.next();
  // Each occurrence takes a byte at least, which bounds what damage can ask for.
  done_ = !stream_.ok() || value >= section_count_ || (distance == 0 && !first_) || frequency == 0 ||
          frequency > stream_.remaining();
  if (done_) return;
  section_ = static_cast<std::uint32_t>(value);
  frequency_ = frequency;
  first_ = false;
}

}  // namespace kindling
