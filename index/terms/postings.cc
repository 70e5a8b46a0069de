#include "index/terms/postings.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "index/terms/varint_stream.h"

namespace kindling {
namespace {

// Reads places that ascend and stay below a limit.
class PlaceReader {
 public:
  explicit PlaceReader(std::uint32_t limit) : limit_(limit) {}

  // False at the first place that is out of order or outside.
  bool next(VarintStream& stream, std::uint32_t& place) {
    const std::uint32_t distance = stream.next();
    const std::uint64_t value = std::uint64_t{previous_} + distance;
    if (!stream.ok() || value >= limit_ || (distance == 0 && !first_)) return false;
    previous_ = static_cast<std::uint32_t>(value);
    first_ = false;
    place = previous_;
    return true;
  }

 private:
  std::uint32_t limit_;
  std::uint32_t previous_ = 0;
  bool first_ = true;
};

// Each occurrence takes a byte at least, which bounds what damage can ask for.
bool read_positions(VarintStream& stream, std::uint32_t frequency, std::vector<std::uint32_t>& positions) {
  if (frequency > stream.remaining()) return false;
  const std::size_t begin = positions.size();
  positions.resize(begin + frequency);
  std::uint32_t position = 0;
  for (std::size_t i = begin; i < positions.size(); ++i) {
    position += stream.next();
    positions[i] = position;
  }
  return stream.ok();
}

// The end of the run of occurrences in one place.
std::size_t end_of_place(std::span<const Occurrence> occurrences, std::size_t from) {
  std::size_t end = from + 1;
  while (end < occurrences.size() && occurrences[end].place == occurrences[from].place) ++end;
  return end;
}

void put_positions(std::string& out, std::span<const Occurrence> occurrences) {
  std::uint32_t previous = 0;
  for (const Occurrence& occurrence : occurrences) {
    KINDLING_CHECK(occurrence.position >= previous);
    put_varint(out, occurrence.position - previous);
    previous = occurrence.position;
  }
}

}  // namespace

void PostingList::clear() {
  places.clear();
  starts.assign(1, 0);
  positions.clear();
}

void PostingBlockBuilder::add(const AnalyzedTerm& term, std::uint32_t first_chunk,
                              std::uint32_t first_section) {
  chunk_frequency_ += term.chunk_frequency;
  section_frequency_ += term.section_frequency;
  const std::span body(term.body);
  for (std::size_t i = 0, end = 0; i < body.size(); i = end) {
    end = end_of_place(body, i);
    const std::uint32_t chunk = first_chunk + body[i].place;
    put_varint(bodies_, chunk - last_chunk_);
    put_varint(bodies_, end - i);
    put_positions(positions_, body.subspan(i, end - i));
    last_chunk_ = chunk;
    ++body_count_;
  }
  const std::span headings(term.headings);
  for (std::size_t i = 0, end = 0; i < headings.size(); i = end) {
    end = end_of_place(headings, i);
    const std::uint32_t section = first_section + headings[i].place;
    put_varint(headings_, section - last_section_);
    put_varint(headings_, end - i);
    put_positions(headings_, headings.subspan(i, end - i));
    last_section_ = section;
    ++heading_count_;
  }
}

void PostingBlockBuilder::append_to(std::string& out) const {
  put_varint(out, chunk_frequency_);
  put_varint(out, section_frequency_);
  put_varint(out, body_count_);
  put_varint(out, bodies_.size());
  put_varint(out, positions_.size());
  put_varint(out, heading_count_);
  out.append(bodies_).append(positions_).append(headings_);
}

PostingBlock::PostingBlock(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t chunk_frequency = reader.varint();
  const std::uint64_t section_frequency = reader.varint();
  const std::uint64_t body_count = reader.varint();
  const std::uint64_t body_bytes = reader.varint();
  const std::uint64_t position_bytes = reader.varint();
  const std::uint64_t heading_count = reader.varint();
  bodies_ = reader.take(body_bytes);
  positions_ = reader.take(position_bytes);
  headings_ = reader.take(reader.remaining());
  intact_ = reader.ok() && chunk_frequency <= 0xffffffff && section_frequency <= 0xffffffff &&
            body_count <= bodies_.size() && heading_count <= headings_.size();
  if (!intact_) return;
  chunk_frequency_ = static_cast<std::uint32_t>(chunk_frequency);
  section_frequency_ = static_cast<std::uint32_t>(section_frequency);
  body_count_ = static_cast<std::uint32_t>(body_count);
  heading_count_ = static_cast<std::uint32_t>(heading_count);
}

bool PostingBlock::read_bodies(std::uint32_t chunk_count, bool with_positions, PostingList& list) const {
  list.clear();
  list.places.reserve(body_count_);
  list.starts.reserve(body_count_ + std::size_t{1});
  if (with_positions) list.positions.reserve(positions_.size());
  VarintStream bodies(bodies_);
  VarintStream positions(positions_);
  PlaceReader places(chunk_count);
  for (std::uint32_t i = 0; i < body_count_; ++i) {
    std::uint32_t chunk = 0;
    if (!places.next(bodies, chunk)) return false;
    const std::uint32_t frequency = bodies.next();
    if (!bodies.ok() || frequency == 0 || frequency > positions_.size()) return false;
    if (with_positions && !read_positions(positions, frequency, list.positions)) return false;
    list.places.push_back(chunk);
    list.starts.push_back(list.starts.back() + frequency);
  }
  return bodies.at_end() && (!with_positions || positions.at_end());
}

bool PostingBlock::read_headings(std::uint32_t section_count, PostingList& list) const {
  list.clear();
  VarintStream stream(headings_);
  PlaceReader places(section_count);
  for (std::uint32_t i = 0; i < heading_count_; ++i) {
    std::uint32_t section = 0;
    if (!places.next(stream, section)) return false;
    const std::uint32_t frequency = stream.next();
    if (!stream.ok() || frequency == 0 || !read_positions(stream, frequency, list.positions)) return false;
    list.places.push_back(section);
    list.starts.push_back(list.starts.back() + frequency);
  }
  return stream.at_end();
}

}  // namespace kindling
