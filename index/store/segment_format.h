// The records of a segment file, as they lie in it: little-endian, packed without holes, read in place.
//
// All numbers of documents, sections, chunks and sentences count within the segment. Spans are bytes of the
// document's text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/span.h"
#include "index/document.h"
#include "tokenizer/language.h"

namespace kindling {

enum class Region : std::uint32_t {
  summary = 1,
  documents,        // DocumentRecord[]
  strings,          // of each document: uri, name, source, digest, format
  texts,            // of each document: UTF-8
  extras,           // of each document: see store/extras.h
  sections,         // SectionRecord[]
  chunks,           // ChunkRecord[]
  sentences,        // Sentence[]
  heading_offsets,  // u32[headings + 1] into heading_bytes
  heading_bytes,
  path_offsets,          // u32[paths + 1] into path_headings
  path_headings,         // u32: headings, outermost first
  heading_term_offsets,  // u32[headings + 1] into heading_terms
  heading_terms,         // u32: terms of a heading, ascending, each once
  chunk_lengths,         // u32[chunks]: terms of the body and of the section's headings
  section_lengths,       // u32[sections]: terms of all bodies, and of the headings once
  term_offsets,          // u32[terms + 1] into term_bytes
  term_bytes,            // terms in ascending order of bytes
  block_offsets,         // u64[terms + 1] into postings
  postings,              // see terms/postings.h
  sentence_words,        // SentenceWords[sentences], see terms/sentence_words.h; not in files of early programs
  heading_lengths,       // u32[headings]: terms of each, with the mark repeats_a_term; likewise
  leveled_terms,         // LeveledTerm[], see terms/leveled_postings.h; likewise, as the next three
  leveled_blocks,        // LeveledBlock[]
  leveled_words,         // u32[]
  levels,                // u8[128 * blocks]
};

inline constexpr std::array all_regions = {Region::summary,
                                           Region::documents,
                                           Region::strings,
                                           Region::texts,
                                           Region::extras,
                                           Region::sections,
                                           Region::chunks,
                                           Region::sentences,
                                           Region::heading_offsets,
                                           Region::heading_bytes,
                                           Region::path_offsets,
                                           Region::path_headings,
                                           Region::heading_term_offsets,
                                           Region::heading_terms,
                                           Region::chunk_lengths,
                                           Region::section_lengths,
                                           Region::term_offsets,
                                           Region::term_bytes,
                                           Region::block_offsets,
                                           Region::postings,
                                           Region::sentence_words,
                                           Region::heading_lengths,
                                           Region::leveled_terms,
                                           Region::leveled_blocks,
                                           Region::leveled_words,
                                           Region::levels};

// "region postings", for messages.
[[nodiscard]] std::string_view place_of(Region region);

// Regions whose bytes may wait for `verify` when an index is large: nothing that is computed from them can lead
// outside the file.
[[nodiscard]] constexpr bool is_bulk(Region region) {
  return region == Region::texts || region == Region::extras || region == Region::postings ||
         region == Region::leveled_blocks || region == Region::leveled_words || region == Region::levels;
}

// Regions without which a segment is whole: what they hold can be had from the text or the postings.
[[nodiscard]] constexpr bool is_optional(Region region) {
  return region == Region::sentence_words || region == Region::heading_lengths ||
         region == Region::leveled_terms || region == Region::leveled_blocks ||
         region == Region::leveled_words || region == Region::levels;
}

inline constexpr std::uint32_t no_heading = 0xffffffff;

struct SegmentSummary {
  std::uint64_t tokens = 0;         // of all chunks
  std::uint64_t chunk_lengths = 0;  // sums
  std::uint64_t section_lengths = 0;
  std::uint32_t documents = 0;
  std::uint32_t sections = 0;
  std::uint32_t chunks = 0;
  std::uint32_t sentences = 0;
  std::uint32_t headings = 0;
  std::uint32_t paths = 0;
  std::uint32_t terms = 0;
  std::uint32_t reserved = 0;
  std::array<std::uint32_t, 64> documents_by_language{};
};
static_assert(sizeof(SegmentSummary) == 3 * 8 + 8 * 4 + 64 * 4 && language_count <= 64);

struct DocumentRecord {
  std::uint64_t text_offset = 0;
  std::uint64_t strings_offset = 0;
  std::uint64_t extras_offset = 0;
  std::int64_t modified_ms = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t extras_bytes = 0;
  std::uint32_t uri_bytes = 0;  // the strings follow each other in this order
  std::uint32_t name_bytes = 0;
  std::uint32_t source_bytes = 0;
  std::uint32_t digest_bytes = 0;
  std::uint32_t format_bytes = 0;
  std::uint32_t title = no_heading;  // the heading that is the document's title
  std::uint32_t first_section = 0;
  std::uint32_t section_count = 0;
  std::uint32_t first_chunk = 0;
  std::uint32_t chunk_count = 0;
  std::uint32_t first_sentence = 0;
  std::uint32_t sentence_count = 0;
  std::uint32_t tokens = 0;  // of its chunks
  std::uint32_t language = 0;
};
static_assert(sizeof(DocumentRecord) == 4 * 8 + 16 * 4);

struct SectionRecord {
  ByteSpan span;
  std::uint32_t document = 0;
  std::uint32_t path = 0;
  std::uint32_t first_chunk = 0;
  std::uint32_t chunk_count = 0;
  std::uint32_t tokens = 0;
};
static_assert(sizeof(SectionRecord) == 7 * 4);

struct ChunkRecord {
  ByteSpan span;
  std::uint32_t document = 0;
  std::uint32_t section = 0;
  std::uint32_t first_sentence = 0;
  std::uint32_t sentence_count = 0;
  std::uint32_t tokens = 0;
  std::uint32_t page = 0;
};
static_assert(sizeof(ChunkRecord) == 8 * 4);

static_assert(sizeof(Sentence) == 3 * 4, "sentences are read in place");

}  // namespace kindling
