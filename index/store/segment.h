// A committed segment, mapped and checked: the only place that reads its records.
//
// `open` checks the structure whole (checksums, every reference, every span), so that the accessors need not:
// they require numbers below the counts of `summary()`. A large file that was checked before is believed
// (base/checked_files.h). Immutable; safe from any thread; views live as long as the segment.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "index/document.h"
#include "index/store/region_file.h"
#include "index/store/segment_format.h"
#include "index/terms/dictionary.h"
#include "index/terms/leveled_postings.h"
#include "index/terms/sentence_words.h"

namespace kindling {

class Segment {
 public:
  // Structure up to this size is checked at every opening. An index may have dozens of segments; 16 MiB took 10
  // ms.
  static constexpr std::uint64_t always_checked_bytes = 1ULL << 20;
  static constexpr std::uint64_t check_whatever_the_size = ~std::uint64_t{0};

  // `check` is the header's checksum as the catalog knows it. Errors: `not_found`, `index_version`,
  // `index_corrupt`.
  [[nodiscard]] static Result<Segment> open(Files& files, const std::filesystem::path& folder,
                                            std::uint64_t number, std::uint32_t check,
                                            std::uint64_t checked_bytes = always_checked_bytes);

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::uint64_t bytes() const { return file_.bytes(); }
  [[nodiscard]] const RegionFile& file() const { return file_; }
  [[nodiscard]] const SegmentSummary& summary() const { return summary_; }

  [[nodiscard]] std::span<const DocumentRecord> documents() const { return documents_; }
  [[nodiscard]] std::span<const SectionRecord> sections() const { return sections_; }
  [[nodiscard]] std::span<const ChunkRecord> chunks() const { return chunks_; }
  [[nodiscard]] std::span<const Sentence> sentences() const { return sentences_; }
  [[nodiscard]] std::span<const std::uint32_t> chunk_lengths() const { return chunk_lengths_; }
  [[nodiscard]] std::span<const std::uint32_t> section_lengths() const { return section_lengths_; }
  // [sentences] and [headings], or empty: see terms/sentence_words.h.
  [[nodiscard]] std::span<const SentenceWords> sentence_words() const { return sentence_words_; }
  [[nodiscard]] std::span<const std::uint32_t> heading_lengths() const { return heading_lengths_; }
  [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }
  // Empty in files of early programs, and where no term stands in many chunks.
  [[nodiscard]] const LeveledPostings& leveled() const { return leveled_; }

  [[nodiscard]] std::string_view uri(std::uint32_t slot) const;
  [[nodiscard]] std::string_view name(std::uint32_t slot) const;
  [[nodiscard]] std::string_view source(std::uint32_t slot) const;
  [[nodiscard]] std::string_view digest(std::uint32_t slot) const;
  [[nodiscard]] std::string_view format(std::uint32_t slot) const;
  [[nodiscard]] std::string_view title(std::uint32_t slot) const;
  [[nodiscard]] std::string_view text(std::uint32_t slot) const;
  [[nodiscard]] std::string_view extras(std::uint32_t slot) const;

  // What a document's names are made of (terms/document_names.h).
  struct NameSources {
    std::string_view uri, source, metadata;
    std::uint32_t language = 0;
  };
  // In a process that has hardly seen this segment's pages it is copied out of the file, into `copy`: of
  // hundreds of documents each lies on three pages of its own (vectors/far_rows.h). Borrows `copy`.
  [[nodiscard]] NameSources name_sources(std::uint32_t slot, std::string& copy) const;
  [[nodiscard]] bool far() const { return near_ != nullptr && !near_->load(std::memory_order_relaxed); }
  // From now on, while that is not set. Borrows it.
  void set_near(const std::atomic<bool>* near) { near_ = near; }

  [[nodiscard]] std::string_view heading(std::uint32_t heading) const;
  [[nodiscard]] std::span<const std::uint32_t> path(std::uint32_t path) const;
  [[nodiscard]] std::span<const std::uint32_t> heading_terms(std::uint32_t heading) const;

  // What is known of the text (slot), without its bytes. Errors: `index_corrupt` when the document's extras are
  // damaged.
  [[nodiscard]] Result<Text> read_structure(std::uint32_t slot) const;
  [[nodiscard]] Result<Json> read_metadata(std::uint32_t slot) const;
  // The document as it was put.
  [[nodiscard]] Result<Document> read_document(std::uint32_t slot) const;

  // Compares the checksums of the bulk regions, which `open` leaves unchecked.
  [[nodiscard]] Status verify_bulk() const;
  [[nodiscard]] std::uint64_t bulk_bytes() const;

 private:
  explicit Segment(RegionFile file) : file_(std::move(file)) {}
  [[nodiscard]] std::string_view region(Region id) const {
    return file_.region(static_cast<std::uint32_t>(id));
  }
  // As many as the region holds.
  template <typename T>
  [[nodiscard]] Status read_array(Region id, std::span<const T>& array) const;
  template <typename T>
  [[nodiscard]] Status read_array(Region id, std::uint64_t count, std::span<const T>& array) const;
  [[nodiscard]] Status read_regions();
  [[nodiscard]] Status read_leveled();
  [[nodiscard]] bool is_absent(Region id) const { return region(id).empty() && is_optional(id); }
  [[nodiscard]] std::uint64_t structure_bytes() const;
  [[nodiscard]] Status verify_structure() const;  // checksums
  [[nodiscard]] Status check_documents() const;
  [[nodiscard]] Status check_sections() const;
  [[nodiscard]] Status check_chunks() const;
  [[nodiscard]] Status check_headings() const;
  [[nodiscard]] Error corrupt(Region region, std::uint64_t entry, std::string_view why) const;
  [[nodiscard]] std::string_view string_of(std::uint32_t slot, std::uint64_t skipped,
                                           std::uint32_t bytes) const;

  std::uint64_t number_ = 0;
  RegionFile file_;
  SegmentSummary summary_;
  std::span<const DocumentRecord> documents_;
  std::span<const SectionRecord> sections_;
  std::span<const ChunkRecord> chunks_;
  std::span<const Sentence> sentences_;
  std::span<const std::uint32_t> heading_offsets_;
  std::span<const std::uint32_t> path_offsets_;
  std::span<const std::uint32_t> path_headings_;
  std::span<const std::uint32_t> heading_term_offsets_;
  std::span<const std::uint32_t> heading_terms_;
  std::span<const std::uint32_t> chunk_lengths_;
  std::span<const std::uint32_t> section_lengths_;
  std::span<const SentenceWords> sentence_words_;
  std::span<const std::uint32_t> heading_lengths_;
  std::string_view strings_;
  std::string_view texts_;
  std::string_view extras_;
  std::string_view heading_bytes_;
  Dictionary dictionary_;
  LeveledPostings leveled_;
  const std::atomic<bool>* near_ = nullptr;  // null: near
};

}  // namespace kindling
