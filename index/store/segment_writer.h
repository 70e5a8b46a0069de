// Builds a segment from documents and writes its file.
//
// Documents are added in the order of their slots; their analysis runs side by side. Everything but the
// documents not yet added lies in memory until `write`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "index/document.h"
#include "index/store/region_file.h"
#include "index/store/segment_format.h"
#include "index/terms/dictionary.h"
#include "index/terms/leveled_postings.h"

namespace kindling {

// Stops the process if the document's spans and references do not hold together: a programmer's mistake.
void check_document(const Document& document);

class SegmentWriter {
 public:
  // Requires: check_document(each). Errors: `too_large` past 2^32 of anything counted, `cancelled`.
  Status add(std::span<const Document> documents, const Cancellation& cancellation);

  // Ends the building. Errors: those of Files, `too_large`.
  [[nodiscard]] Result<WrittenFile> write(Files& files, const std::filesystem::path& path,
                                          std::uint64_t segment);

  [[nodiscard]] std::uint32_t document_count() const { return static_cast<std::uint32_t>(documents_.size()); }
  [[nodiscard]] std::uint32_t chunk_count() const { return static_cast<std::uint32_t>(chunks_.size()); }

 private:
  Status add_one(const Document& document, const DocumentHeadings& headings, const AnalyzedDocument& analyzed);
  [[nodiscard]] bool has_room_for(const Document& document) const;
  void add_spans(const Document& document, std::span<const std::uint32_t> path_numbers);
  std::vector<std::uint32_t> add_headings(const Document& document, const DocumentHeadings& headings,
                                          const AnalyzedDocument& analyzed,
                                          std::span<const std::uint32_t> provisional_terms);
  [[nodiscard]] SegmentSummary summary(std::uint32_t terms) const;
  [[nodiscard]] LeveledRegions leveled_postings(const DictionaryRegions& dictionary,
                                                const SegmentSummary& totals) const;

  std::vector<DocumentRecord> documents_;
  std::string strings_;
  std::string texts_;
  std::string extras_;
  std::vector<SectionRecord> sections_;
  std::vector<ChunkRecord> chunks_;
  std::vector<Sentence> sentences_;
  std::vector<std::uint32_t> heading_offsets_{0};
  std::string heading_bytes_;
  std::vector<std::uint32_t> path_offsets_{0};
  std::vector<std::uint32_t> path_headings_;
  std::vector<std::uint32_t> heading_term_offsets_{0};
  std::vector<std::uint32_t> heading_terms_;  // provisional numbers until `write`
  std::vector<std::uint32_t> chunk_lengths_;
  std::vector<std::uint32_t> section_lengths_;
  std::vector<SentenceWords> sentence_words_;
  std::vector<std::uint32_t> heading_lengths_;
  DictionaryBuilder dictionary_;
  std::map<std::pair<Language, std::string>, std::uint32_t>
      heading_numbers_;  // a heading's terms depend on the language
};

}  // namespace kindling
