#include "index/terms/section_matches.h"

#include <algorithm>

#include "base/parallel.h"

namespace kindling {
namespace {

constexpr std::size_t terms_at_once = 16;
constexpr std::size_t records_ahead = 16;  // that are fetched while others are worked on

// Whether some position of `second` follows one of `first` at a distance of 1 or 2. Both ascend.
bool stand_close(std::span<const std::uint32_t> first, std::span<const std::uint32_t> second) {
  std::size_t i = 0;
  for (const std::uint32_t later : second) {
    while (i < first.size() && std::uint64_t{first[i]} + 2 < later) ++i;
    if (i < first.size() && first[i] < later) return true;
  }
  return false;
}

// Calls both(a, b) for the hits that two lists have in common by `key`, in order.
template <typename Hits, typename Key, typename Both>
void for_each_common(const Hits& first, const Hits& second, Key key, Both both) {
  std::size_t i = 0;
  for (const auto& b : second) {
    while (i < first.size() && key(first[i]) < key(b)) ++i;
    if (i == first.size()) return;
    if (key(first[i]) == key(b)) both(first[i], b);
  }
}

}  // namespace

void SectionMatches::Sums::resize(std::size_t size) {
  bm.resize(size);
  bigram.resize(size);
  present.resize(size);
  pair_stamp.resize(size);
}

void SectionMatches::Sums::add_term(std::size_t at, float idf, std::uint32_t frequency, float relative_length) {
  const auto tf = static_cast<float>(frequency);
  bm[at] += idf * tf / (tf + bm25_k1 * (1 - bm25_b + bm25_b * relative_length));
  present[at] += idf;
}

void SectionMatches::Sums::add_pair(std::size_t at, std::uint32_t pair, float weight) {
  if (pair_stamp[at] == pair) return;
  pair_stamp[at] = pair;
  bigram[at] += weight;
}

SectionMatches::SectionMatches(std::span<const LexicalSegment> segments, std::size_t segment,
                               const AskedQuestion& asked, std::span<const std::uint32_t> sections,
                               unsigned threads)
    : part_(segments[segment]),
      segment_(*part_.segment),
      asked_(asked),
      terms_(asked.terms[segment]),
      under_asked_heading_(sections.size()),
      named_(segments, segment, asked) {
  std::uint32_t slots = 0;
  places_.reserve(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    // Each lies on a page of its own in a large index.
    if (i + records_ahead < sections.size()) {
      __builtin_prefetch(&segment_.sections()[sections[i + records_ahead]]);
      __builtin_prefetch(&segment_.section_lengths()[sections[i + records_ahead]]);
    }
    const std::uint32_t section = sections[i];
    const SectionRecord& record = segment_.sections()[section];
    if (record.chunk_count > 0) __builtin_prefetch(&segment_.chunk_lengths()[record.first_chunk]);
    places_.push_back({section, record.first_chunk, record.first_chunk + record.chunk_count, slots});
    slots += record.chunk_count;
  }
  chunks_.resize(slots);
  sections_.resize(sections.size());
  if (!sections.empty()) run(threads);
}

// A few terms at a time, so that what is held is bounded by the sections and not by the question.
void SectionMatches::run(unsigned threads) {
  const auto at_once = static_cast<std::uint32_t>(threads > 1 ? terms_at_once : 1);
  const auto count = static_cast<std::uint32_t>(terms_.size());
  TermHits previous;
  for (std::uint32_t first = 0; first < count; first += at_once) {
    std::vector<TermHits> hits(std::min(at_once, count - first));
    parallel_for(hits.size(), threads, [&](std::size_t i) {
      if (terms_[first + i] != unknown_term) hits[i] = read(first + static_cast<std::uint32_t>(i));
    });
    for (std::uint32_t i = 0; i < hits.size(); ++i) {
      if (hits[i].known) add(first + i, previous, hits[i]);
      previous = std::move(hits[i]);
    }
  }
}

void SectionMatches::add(std::uint32_t term, const TermHits& previous, const TermHits& current) {
  for (const Hit& heading : current.headings) under_asked_heading_[heading.place] = true;
  add_to_chunks(term, current);
  add_to_sections(term, current);
  if (previous.known && asked_.follows[term]) add_pairs(term, previous, current);
}

SectionMatches::TermHits SectionMatches::read(std::uint32_t term) const {
  const PostingBlock block = segment_.dictionary().block(terms_[term]);
  TermHits hits;
  hits.known = true;
  hits.position_bytes = block.positions();
  read_bodies(terms_[term], block, hits);
  read_headings(block, hits);
  return hits;
}

// Damage ends a list early; `verify` reports it.
void SectionMatches::read_bodies(std::uint32_t number, const PostingBlock& block, TermHits& hits) const {
  const bool with_positions = terms_.size() > 1;
  PostingSeeker bodies(block, segment_.summary().chunks, segment_.leveled().list(number));
  for (std::size_t place = 0; place < places_.size(); ++place) {
    const Place& here = places_[place];
    for (std::uint32_t chunk = here.first_chunk; chunk < here.end_chunk; chunk = bodies.chunk() + 1) {
      if (!bodies.seek(chunk)) return;
      if (bodies.chunk() >= here.end_chunk) break;
      hits.bodies.push_back({here.first_slot + (bodies.chunk() - here.first_chunk),
                             static_cast<std::uint32_t>(place), bodies.frequency(),
                             with_positions ? bodies.first_position() : 0});
    }
  }
}

void SectionMatches::read_headings(const PostingBlock& block, TermHits& hits) const {
  std::size_t place = 0;
  for (HeadingCursor headings(block, segment_.summary().sections); !headings.done(); headings.next()) {
    while (place < places_.size() && places_[place].section < headings.section()) ++place;
    if (place == places_.size()) return;
    if (places_[place].section != headings.section()) continue;
    hits.headings.push_back(
        {0, static_cast<std::uint32_t>(place), headings.frequency(), hits.heading_positions.size()});
    headings.append_positions(hits.heading_positions);
    hits.heading_positions.resize(hits.headings.back().positions + headings.frequency());
  }
}

// Occurrences in a chunk's body and in its section's headings count together, so both lists are walked side by
// side.
void SectionMatches::add_to_chunks(std::uint32_t term, const TermHits& hits) {
  const float idf = asked_.chunks.idf[term];
  const auto lengths = segment_.chunk_lengths();
  const auto add = [&](std::uint32_t place, std::uint32_t slot, std::uint32_t frequency) {
    const std::uint32_t chunk = places_[place].first_chunk + (slot - places_[place].first_slot);
    chunks_.add_term(slot, idf, frequency, static_cast<float>(lengths[chunk]) / asked_.chunks.mean_length);
  };
  auto body = hits.bodies.begin();
  for (const Hit& heading : hits.headings) {
    for (; body != hits.bodies.end() && body->place < heading.place; ++body)
      add(body->place, body->slot, body->frequency);
    const Place& place = places_[heading.place];
    for (std::uint32_t c = place.first_chunk; c < place.end_chunk; ++c) {
      const std::uint32_t slot = place.first_slot + (c - place.first_chunk);
      std::uint32_t frequency = heading.frequency;
      if (body != hits.bodies.end() && body->slot == slot) frequency += (body++)->frequency;
      add(heading.place, slot, frequency);
    }
  }
  for (; body != hits.bodies.end(); ++body) add(body->place, body->slot, body->frequency);
}

void SectionMatches::add_to_sections(std::uint32_t term, const TermHits& hits) {
  const float idf = asked_.sections.idf[term];
  const auto lengths = segment_.section_lengths();
  const auto add = [&](std::uint32_t place, std::uint32_t frequency) {
    sections_.add_term(place, idf, frequency,
                       static_cast<float>(lengths[places_[place].section]) / asked_.sections.mean_length);
  };
  auto heading = hits.headings.begin();
  for (auto body = hits.bodies.begin(); body != hits.bodies.end();) {
    const std::uint32_t place = body->place;
    std::uint32_t frequency = 0;
    for (; body != hits.bodies.end() && body->place == place; ++body) frequency += body->frequency;
    for (; heading != hits.headings.end() && heading->place < place; ++heading)
      add(heading->place, heading->frequency);
    if (heading != hits.headings.end() && heading->place == place) frequency += (heading++)->frequency;
    add(place, frequency);
  }
  for (; heading != hits.headings.end(); ++heading) add(heading->place, heading->frequency);
}

bool SectionMatches::bodies_close(const TermHits& first, const Hit& a, const TermHits& second, const Hit& b) {
  first_positions_.clear();
  second_positions_.clear();
  append_positions(first.position_bytes, a.positions, a.frequency, first_positions_);
  append_positions(second.position_bytes, b.positions, b.frequency, second_positions_);
  return stand_close(first_positions_, second_positions_);
}

// The term and the one before it. Pair numbers begin at 1, for stamps begin at 0.
void SectionMatches::add_pairs(std::uint32_t term, const TermHits& first, const TermHits& second) {
  const float chunk_weight = asked_.chunks.idf[term - 1] + asked_.chunks.idf[term];
  const float section_weight = asked_.sections.idf[term - 1] + asked_.sections.idf[term];
  for_each_common(
      first.bodies, second.bodies, [](const Hit& hit) { return hit.slot; },
      [&](const Hit& a, const Hit& b) {
        if (!bodies_close(first, a, second, b)) return;
        chunks_.add_pair(b.slot, term, chunk_weight);
        sections_.add_pair(b.place, term, section_weight);
      });
  for_each_common(
      first.headings, second.headings, [](const Hit& hit) { return hit.place; },
      [&](const Hit& a, const Hit& b) {
        if (!stand_close(std::span(first.heading_positions).subspan(a.positions, a.frequency),
                         std::span(second.heading_positions).subspan(b.positions, b.frequency)))
          return;
        const Place& place = places_[b.place];
        for (std::uint32_t c = place.first_chunk; c < place.end_chunk; ++c)
          chunks_.add_pair(place.first_slot + (c - place.first_chunk), term, chunk_weight);
        sections_.add_pair(b.place, term, section_weight);
      });
}

ChunkMatch SectionMatches::chunk(std::size_t place, std::size_t slot) const {
  const float bound = asked_.chunks.upper_bound;
  const auto within = static_cast<std::uint32_t>(slot - places_[place].first_slot);
  return {.chunk = ChunkIndex{part_.first_chunk + places_[place].first_chunk + within},
          .score = chunks_.bm[slot] / bound,
          .bigram = chunks_.bigram[slot] / (2 * bound),
          .coverage = std::min(1.0F, chunks_.present[slot] / bound)};
}

SectionMatch SectionMatches::section(std::size_t place) {
  const float bound = asked_.sections.upper_bound;
  const std::uint32_t section = places_[place].section;
  const float heading = under_asked_heading_[place] ? named_.named(section) : 0;
  return {.section = SectionIndex{part_.first_section + section},
          .score = sections_.bm[place] / bound,
          .bigram = sections_.bigram[place] / (2 * bound),
          .named = heading,
          .named_heading = heading};
}

}  // namespace kindling
