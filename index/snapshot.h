// One committed state of an index, for reading: const, shared, safe from any thread, never waiting for a
// writer.
//
// Opening reads the catalog in one transaction and maps the segment files; what it sees does not change
// afterwards, even when a later commit replaces or merges everything. Bytes are checked before they are
// believed: structure always, text and vectors when they are small enough to be cheap (see
// docs/index_format.md), the rest by `verify`.
//
// Views borrow from the snapshot. Slots of removed documents stay (`live` is false) until a merge.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "index/dense.h"
#include "index/document.h"
#include "index/document_set.h"
#include "index/filter.h"
#include "index/ids.h"
#include "index/known_term.h"
#include "index/lexical.h"
#include "index/term_counts.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// What an index was built with. Two indexes with different settings do not mix.
struct IndexSettings {
  std::string encoder;  // name; empty: no vectors
  std::string encoder_fingerprint;
  std::uint32_t dimensions = 0;
  std::string tokenizer;  // name
  std::string tokenizer_fingerprint;
  std::uint32_t chunk_tokens = 128;
  std::uint32_t analyzer = 0;  // analyzer_version

  friend bool operator==(const IndexSettings&, const IndexSettings&) = default;
};

struct IndexStatistics {
  std::uint64_t documents = 0;  // live, as all below
  std::uint64_t sections = 0;
  std::uint64_t chunks = 0;
  std::uint64_t tokens = 0;  // of chunks, by the index's tokenizer
  std::uint64_t pending_embeddings = 0;
  std::uint64_t bytes = 0;  // of all files of the index
  std::uint64_t segments = 0;
  std::uint64_t removed_documents = 0;  // slots that a merge would reclaim
};

struct ChunkView {
  ChunkIndex index{};
  SectionIndex section{};
  DocumentIndex document{};
  ByteSpan span;
  std::string_view text;  // the document's text at `span`
  std::uint32_t tokens = 0;
  std::uint32_t page = 0;
  std::span<const Sentence> sentences;
};

struct SectionView {
  SectionIndex index{};
  DocumentIndex document{};
  ByteSpan span;
  std::uint32_t tokens = 0;
  ChunkIndex first_chunk{};
  std::uint32_t chunk_count = 0;
  std::vector<std::string_view> heading_path;
};

struct DocumentView {
  DocumentIndex index{};
  std::string_view uri;
  std::string_view name;
  std::string_view title;
  std::string_view format;
  std::string_view text;  // UTF-8
  Language language = Language::unknown;
  std::int64_t modified_ms = 0;
  SectionIndex first_section{};
  std::uint32_t section_count = 0;
  ChunkIndex first_chunk{};
  std::uint32_t chunk_count = 0;
};

struct ChunkRange {
  ChunkIndex first{};
  std::uint32_t count = 0;
};

// Chunks of one segment that have no vectors yet: [first, first + count) of the snapshot.
struct PendingRange {
  std::uint64_t segment = 0;
  std::uint32_t first_in_segment = 0;
  ChunkIndex first{};
  std::uint32_t count = 0;
};

class Snapshot {
 public:
  // Errors: `index_missing`, `index_version`, `index_corrupt` (naming the file and the place).
  [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> open(Files& files,
                                                                    const std::filesystem::path& folder);
  // The state that was given a name (index/named_snapshots.h). Errors: also `not_found`.
  [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> open(Files& files,
                                                                    const std::filesystem::path& folder,
                                                                    std::string_view name);
  virtual ~Snapshot() = default;

  [[nodiscard]] virtual const IndexSettings& settings() const = 0;
  [[nodiscard]] virtual const IndexStatistics& statistics() const = 0;
  // Languages of live documents, most frequent first.
  [[nodiscard]] virtual const std::vector<Language>& languages() const = 0;

  // Characters a token of the index's tokenizer: the median over a sample of chunks in the language, or of all
  // chunks where it has few; 0 of an empty index. Worked out once.
  [[nodiscard]] virtual float characters_per_token(Language language) const = 0;

  // Slots, tombstones included.
  [[nodiscard]] virtual std::uint32_t document_slots() const = 0;
  [[nodiscard]] virtual std::uint32_t section_slots() const = 0;
  [[nodiscard]] virtual std::uint32_t chunk_slots() const = 0;
  [[nodiscard]] virtual bool live(DocumentIndex document) const = 0;

  // Requires: an index below the number of slots. For removed documents too.
  [[nodiscard]] virtual DocumentView document(DocumentIndex document) const = 0;
  [[nodiscard]] virtual SectionView section(SectionIndex section) const = 0;
  [[nodiscard]] virtual ChunkView chunk(ChunkIndex chunk) const = 0;
  // chunk(chunks[i]) of each, asked for together, because each lies somewhere else in memory: what they name
  // (sentences, the beginnings of texts) is on its way when this returns. Requires: out.size() ==
  // chunks.size(); some dozen at a time, or what comes first is gone again.
  virtual void chunks(std::span<const ChunkIndex> chunks, std::span<ChunkView> out) const = 0;
  [[nodiscard]] virtual std::uint32_t tokens_of(ChunkIndex chunk) const = 0;        // cheap
  [[nodiscard]] virtual SectionIndex section_of(ChunkIndex chunk) const = 0;        // cheap
  [[nodiscard]] virtual DocumentIndex document_of(ChunkIndex chunk) const = 0;      // cheap
  [[nodiscard]] virtual DocumentIndex document_of(SectionIndex section) const = 0;  // cheap
  [[nodiscard]] virtual ChunkRange chunks_of(DocumentIndex document) const = 0;  // cheap, as are the next two
  [[nodiscard]] virtual ChunkRange chunks_of(SectionIndex section) const = 0;
  [[nodiscard]] virtual std::string_view utf8_of(DocumentIndex document) const = 0;  // DocumentView::text

  // Title, format, blocks, pages, source map and warnings, without the text itself, which may be long
  // (utf8_of); reads the stored form.
  [[nodiscard]] virtual Result<Text> structure_of(DocumentIndex document) const = 0;
  [[nodiscard]] virtual Result<Json> metadata_of(DocumentIndex document) const = 0;

  // By uri, path or name. Errors: `not_found`; `usage` when a name fits several, listing them.
  [[nodiscard]] virtual Result<DocumentIndex> find(std::string_view document) const = 0;

  [[nodiscard]] virtual const DocumentSet& live_documents() const = 0;
  // Those of them that a filter keeps.
  [[nodiscard]] virtual Result<DocumentSet> matching(const Filter& filter) const = 0;

  // See index/lexical.h. `question` as analyze_question gives it. All matches, or those selected.
  [[nodiscard]] virtual LexicalMatches lexical(std::span<const Term> question) const = 0;
  [[nodiscard]] virtual LexicalMatches lexical(std::span<const Term> question,
                                               const LexicalSelection& selection) const = 0;
  // The first half of a selection, for which `also` does not matter: for those who have something else to do
  // meanwhile.
  [[nodiscard]] virtual LexicalCandidates lexical_candidates(std::span<const Term> question,
                                                             const LexicalSelection& selection) const = 0;

  // Chunks that hold the term, removed ones included until they are merged away; 0: unknown.
  [[nodiscard]] virtual std::uint64_t chunk_frequency(std::string_view term) const = 0;
  // Of allowed documents, best first: index/terms/near_terms.h.
  [[nodiscard]] virtual std::vector<KnownTerm> near_terms(std::string_view term, std::size_t count,
                                                          const DocumentSet& allowed) const = 0;
  [[nodiscard]] virtual std::vector<KnownTerm> terms_beginning(std::string_view prefix, std::size_t count,
                                                               const DocumentSet& allowed) const = 0;
  // Allowed chunks that hold the words of `phrase` (as `analyze` gives them) next to each other and in order,
  // in their bodies or in one heading over them; ascending: index/terms/phrase_chunks.h.
  [[nodiscard]] virtual std::vector<ChunkIndex> phrase_chunks(std::span<const Term> phrase,
                                                              const DocumentSet& allowed) const = 0;

  // How often the question's terms stand in each sentence of `chunks`, one chunk after another, and in the
  // headings over each of `sections` (title and heading path together): index/term_counts.h. Require:
  // ascending.
  [[nodiscard]] virtual TermCounts sentence_terms(std::span<const Term> question,
                                                  std::span<const ChunkIndex> chunks,
                                                  unsigned threads = 1) const = 0;
  [[nodiscard]] virtual TermCounts heading_terms(std::span<const Term> question,
                                                 std::span<const SectionIndex> sections) const = 0;

  // Inner products of a unit vector with every chunk's. out: [chunk_slots]; NaN where the document is removed
  // or its vectors are pending. Requires: query.size() == settings().dimensions, as for all below.
  virtual void cosines(std::span<const float> query, std::span<float> out) const = 0;
  // With those of the given chunks. Requires: out.size() == chunks.size().
  virtual void cosines(std::span<const float> query, std::span<const ChunkIndex> chunks,
                       std::span<float> out) const = 0;
  // The `count` nearest chunks of `allowed` documents, nearest first, cosines exact; of equal ones the earlier.
  // Found to the recall that docs/vectors.md promises: in a small collection all of them.
  [[nodiscard]] virtual std::vector<NearestChunk> nearest(std::span<const float> query, std::size_t count,
                                                          const DocumentSet& allowed,
                                                          NearestSearch how = NearestSearch::planned) const = 0;
  // What `nearest` would do and is expected to take.
  [[nodiscard]] virtual NearestPlan nearest_plan(std::size_t count, const DocumentSet& allowed,
                                                 NearestSearch how = NearestSearch::planned) const = 0;
  // Over all live chunks, or over a sample of some thousand of a large collection, always the same.
  [[nodiscard]] virtual CosineSpread cosine_spread(std::span<const float> query) const = 0;
  // Its mean alone, up to the rounding of sums, without a pass over anything.
  [[nodiscard]] virtual float mean_cosine(std::span<const float> query) const = 0;
  // [dimensions], or empty while pending.
  [[nodiscard]] virtual std::span<const float> vector(ChunkIndex chunk) const = 0;
  // Length of the sum of the section's chunks' vectors, each times its tokens; those without a vector left out.
  // Inner products with the section's mean vector follow from the chunks'. Zero when none has one.
  [[nodiscard]] virtual float section_vector_length(SectionIndex section) const = 0;
  // Ranges without vectors, in index order. Ranges whose documents are all removed are left out.
  [[nodiscard]] virtual std::vector<PendingRange> pending() const = 0;
};

}  // namespace kindling
