// A document as search terms: which term stands where, in bodies and in headings, and how long everything is.
//
// Pure and the costly part of indexing, so that documents can be analysed side by side. Chunks and sections
// count from the document's first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index/document.h"
#include "index/terms/document_headings.h"
#include "index/terms/sentence_words.h"

namespace kindling {

struct Occurrence {
  std::uint32_t place = 0;  // chunk, or section for headings
  std::uint32_t position =
      0;  // in words from the chunk's first; headings follow each other with a gap between them
};

// Headings over one section are one text with gaps, so that no pair of words reaches from one into the next.
inline constexpr std::uint32_t heading_gap = 8;

struct AnalyzedTerm {
  std::string text;
  std::vector<Occurrence> body;         // by chunk and position
  std::vector<Occurrence> headings;     // by section and position
  std::uint32_t chunk_frequency = 0;    // chunks whose body or headings hold it
  std::uint32_t section_frequency = 0;  // sections of which some chunk or heading holds it
};

struct AnalyzedDocument {
  std::vector<AnalyzedTerm> terms;  // distinct, in order of first occurrence
  std::vector<std::vector<std::uint32_t>>
      heading_terms;                           // of each of document_headings(): terms, ascending, each once
  std::vector<std::uint32_t> heading_lengths;  // terms of each; with the mark repeats_a_term
  std::vector<SentenceWords> sentence_words;   // of each sentence of the document
  std::vector<std::uint32_t> chunk_lengths;
  std::vector<std::uint32_t> section_lengths;
};

[[nodiscard]] AnalyzedDocument analyze_document(const Document& document, const DocumentHeadings& headings);

}  // namespace kindling
