// A document as the index keeps it: one text, and four kinds of spans of it.
//
//   document > section (what stands under one heading) > chunk (about 128 tokens) > sentence
//
// All spans are byte ranges of `text.utf8`. Sections, chunks and sentences are each in text order; a section's
// chunks and a chunk's sentences are consecutive. Token counts are by the index's tokenizer (the encoder's),
// counted once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/span.h"
#include "formats/text.h"
#include "tokenizer/language.h"

namespace kindling {

struct Sentence {
  ByteSpan span;
  std::uint32_t tokens = 0;
};

struct Chunk {
  ByteSpan span;
  std::uint32_t section = 0;         // index into Document::sections
  std::uint32_t first_sentence = 0;  // index into Document::sentences
  std::uint32_t sentence_count = 0;
  std::uint32_t tokens = 0;
  std::uint32_t page = 0;  // where it begins; 0: no pages
};

struct Section {
  ByteSpan span;
  std::uint32_t heading_path = 0;  // index into Document::heading_paths
  std::uint32_t first_chunk = 0;   // index into Document::chunks
  std::uint32_t chunk_count = 0;
  std::uint32_t tokens = 0;
};

// Headings from the outermost to the innermost; empty for text before any heading. The title is not part of it.
using HeadingPath = std::vector<std::string>;

struct Document {
  std::string uri;   // unique in an index: an absolute path, "path#record", or what the caller named it
  std::string name;  // what people call it by in commands and JSON ("document"): a record's id, else digits of
                     // the uri's hash
  std::string source;  // uri of the file it came from (equal to `uri` unless one source holds many documents)
  std::string digest;  // of the source bytes or record: the document is unchanged while it is
  std::int64_t modified_ms = 0;
  Json metadata = Json::object();  // strings, numbers, booleans, and lists of them
  Language language = Language::unknown;
  Text text;
  std::vector<HeadingPath> heading_paths;
  std::vector<Section> sections;
  std::vector<Chunk> chunks;
  std::vector<Sentence> sentences;
};

}  // namespace kindling
