#include "index/snapshot.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

#include "base/simd/vectors.h"
#include "index/characters_per_token.h"
#include "index/filter_sql.h"
#include "index/kept_floats.h"
#include "index/snapshot_part.h"
#include "index/snapshot_vectors.h"
#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/load_snapshot.h"
#include "index/store/segment.h"
#include "index/terms/lexical_search.h"
#include "index/terms/near_terms.h"
#include "index/terms/phrase_chunks.h"
#include "index/terms/term_counting.h"
#include "index/vectors/kept_costs.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

// Bulk regions and vectors are checked at open while they are not larger than this together (about 30 ms).
constexpr std::uint64_t checked_at_open_bytes_max = 64ULL << 20;

template <typename Index>
std::vector<std::uint32_t> positions_of(std::span<const Index> indexes) {
  std::vector<std::uint32_t> positions;
  positions.reserve(indexes.size());
  for (const Index index : indexes) positions.push_back(position(index));
  return positions;
}

class IndexSnapshot final : public Snapshot {
 public:
  static Result<std::shared_ptr<const Snapshot>> load(Files& files, const std::filesystem::path& folder,
                                                      Catalog catalog, const CatalogState& state) {
    auto snapshot = std::make_shared<IndexSnapshot>(std::move(catalog), folder);
    snapshot->settings_ = state.settings;
    for (const CatalogSegment& row : state.segments)
      KINDLING_TRY_VOID(snapshot->add_segment(files, row, state));
    KINDLING_TRY_VOID(snapshot->add_vectors(files, state));
    snapshot->settle_pages(files);
    KINDLING_TRY_VOID(snapshot->check_bulk());
    snapshot->count(files, state);
    return std::shared_ptr<const Snapshot>(std::move(snapshot));
  }

  IndexSnapshot(Catalog catalog, std::filesystem::path folder)
      : folder_(std::move(folder)), catalog_(std::move(catalog)) {}

  [[nodiscard]] const IndexSettings& settings() const override { return settings_; }
  [[nodiscard]] const IndexStatistics& statistics() const override { return statistics_; }
  [[nodiscard]] const std::vector<Language>& languages() const override { return languages_; }
  [[nodiscard]] float characters_per_token(Language language) const override;
  [[nodiscard]] std::uint32_t document_slots() const override { return documents_; }
  [[nodiscard]] std::uint32_t section_slots() const override { return sections_; }
  [[nodiscard]] std::uint32_t chunk_slots() const override { return chunks_; }

  [[nodiscard]] bool live(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    return part.is_live(position(document) - part.first_document);
  }

  [[nodiscard]] DocumentView document(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    const std::uint32_t slot = position(document) - part.first_document;
    const Segment& segment = part.segment;
    const DocumentRecord& record = segment.documents()[slot];
    return {.index = document,
            .uri = segment.uri(slot),
            .name = segment.name(slot),
            .title = segment.title(slot),
            .format = segment.format(slot),
            .text = segment.text(slot),
            .language = static_cast<Language>(record.language),
            .modified_ms = record.modified_ms,
            .first_section = SectionIndex{part.first_section + record.first_section},
            .section_count = record.section_count,
            .first_chunk = ChunkIndex{part.first_chunk + record.first_chunk},
            .chunk_count = record.chunk_count};
  }

  [[nodiscard]] SectionView section(SectionIndex section) const override {
    const SnapshotPart& part = part_of(section);
    const SectionRecord& record = part.segment.sections()[position(section) - part.first_section];
    SectionView view{.index = section,
                     .document = DocumentIndex{part.first_document + record.document},
                     .span = record.span,
                     .tokens = record.tokens,
                     .first_chunk = ChunkIndex{part.first_chunk + record.first_chunk},
                     .chunk_count = record.chunk_count,
                     .heading_path = {}};
    const auto path = part.segment.path(record.path);
    view.heading_path.reserve(path.size());
    for (const std::uint32_t heading : path) view.heading_path.push_back(part.segment.heading(heading));
    return view;
  }

  [[nodiscard]] ChunkView chunk(ChunkIndex chunk) const override { return part_of(chunk).view(chunk); }
  void chunks(std::span<const ChunkIndex> chunks, std::span<ChunkView> out) const override;
  [[nodiscard]] ChunkRange chunks_of(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    const DocumentRecord& record = part.segment.documents()[position(document) - part.first_document];
    return {ChunkIndex{part.first_chunk + record.first_chunk}, record.chunk_count};
  }
  [[nodiscard]] ChunkRange chunks_of(SectionIndex section) const override {
    const SnapshotPart& part = part_of(section);
    const SectionRecord& record = part.segment.sections()[position(section) - part.first_section];
    return {ChunkIndex{part.first_chunk + record.first_chunk}, record.chunk_count};
  }
  [[nodiscard]] std::string_view utf8_of(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    return part.segment.text(position(document) - part.first_document);
  }

  [[nodiscard]] std::uint32_t tokens_of(ChunkIndex chunk) const override {
    return part_of(chunk).record_of(chunk).tokens;
  }
  [[nodiscard]] SectionIndex section_of(ChunkIndex chunk) const override {
    const SnapshotPart& part = part_of(chunk);
    return SectionIndex{part.first_section + part.record_of(chunk).section};
  }
  [[nodiscard]] DocumentIndex document_of(ChunkIndex chunk) const override {
    const SnapshotPart& part = part_of(chunk);
    return DocumentIndex{part.first_document + part.record_of(chunk).document};
  }
  [[nodiscard]] DocumentIndex document_of(SectionIndex section) const override {
    const SnapshotPart& part = part_of(section);
    return DocumentIndex{part.first_document +
                         part.segment.sections()[position(section) - part.first_section].document};
  }

  [[nodiscard]] Result<Text> structure_of(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    return part.segment.read_structure(position(document) - part.first_document);
  }

  [[nodiscard]] Result<Json> metadata_of(DocumentIndex document) const override {
    const SnapshotPart& part = part_of(document);
    return part.segment.read_metadata(position(document) - part.first_document);
  }

  [[nodiscard]] Result<DocumentIndex> find(std::string_view document) const override;
  [[nodiscard]] const DocumentSet& live_documents() const override { return live_documents_; }
  [[nodiscard]] Result<DocumentSet> matching(const Filter& filter) const override;
  [[nodiscard]] LexicalMatches lexical(std::span<const Term> question) const override {
    return search_terms(lexical_segments(), question);
  }
  [[nodiscard]] LexicalMatches lexical(std::span<const Term> question,
                                       const LexicalSelection& selection) const override {
    warming_->asked();
    return search_terms(lexical_segments(), question, &selection);
  }
  [[nodiscard]] LexicalCandidates lexical_candidates(std::span<const Term> question,
                                                     const LexicalSelection& selection) const override {
    return find_lexical_candidates(lexical_segments(), question, selection);
  }
  [[nodiscard]] std::uint64_t chunk_frequency(std::string_view term) const override {
    return kindling::chunk_frequency(lexical_segments(), term);
  }
  [[nodiscard]] std::vector<KnownTerm> near_terms(std::string_view term, std::size_t count,
                                                  const DocumentSet& allowed) const override {
    return kindling::near_terms(lexical_segments(), term, count, allowed);
  }
  [[nodiscard]] std::vector<KnownTerm> terms_beginning(std::string_view prefix, std::size_t count,
                                                       const DocumentSet& allowed) const override {
    return kindling::terms_beginning(lexical_segments(), prefix, count, allowed);
  }
  [[nodiscard]] std::vector<ChunkIndex> phrase_chunks(std::span<const Term> phrase,
                                                      const DocumentSet& allowed) const override {
    return kindling::phrase_chunks(lexical_segments(), phrase, allowed);
  }
  [[nodiscard]] TermCounts sentence_terms(std::span<const Term> question, std::span<const ChunkIndex> chunks,
                                          unsigned threads) const override {
    return count_in_sentences(lexical_segments(), question, positions_of(chunks), threads);
  }
  [[nodiscard]] TermCounts heading_terms(std::span<const Term> question,
                                         std::span<const SectionIndex> sections) const override {
    return count_in_headings(lexical_segments(), question, positions_of(sections));
  }
  void cosines(std::span<const float> query, std::span<float> out) const override;
  void cosines(std::span<const float> query, std::span<const ChunkIndex> chunks,
               std::span<float> out) const override;
  [[nodiscard]] std::vector<NearestChunk> nearest(std::span<const float> query, std::size_t count,
                                                  const DocumentSet& allowed, NearestSearch how) const override;
  [[nodiscard]] NearestPlan nearest_plan(std::size_t count, const DocumentSet& allowed,
                                         NearestSearch how) const override;
  [[nodiscard]] CosineSpread cosine_spread(std::span<const float> query) const override;
  [[nodiscard]] float mean_cosine(std::span<const float> query) const override;
  [[nodiscard]] std::span<const float> vector(ChunkIndex chunk) const override;
  [[nodiscard]] float section_vector_length(SectionIndex section) const override;
  [[nodiscard]] std::vector<PendingRange> pending() const override;

 private:
  [[nodiscard]] Status add_segment(Files& files, const CatalogSegment& row, const CatalogState& state);
  [[nodiscard]] Status add_vectors(Files& files, const CatalogState& state);
  void settle_pages(Files& files);
  [[nodiscard]] Status check_bulk() const;
  [[nodiscard]] std::vector<LexicalSegment> lexical_segments() const;
  void count(Files& files, const CatalogState& state);
  void count_languages();
  [[nodiscard]] AllowedRows rows_of(const DocumentSet& allowed) const;

  // The last part whose first slot is not past `index`. Requires: index within the snapshot.
  template <typename Index>
  [[nodiscard]] const SnapshotPart& part_at(Index index, std::uint32_t slots,
                                            std::uint32_t SnapshotPart::*first) const {
    KINDLING_CHECK(position(index) < slots);
    if (parts_.size() == 1) return parts_.front();
    const auto after =
        std::upper_bound(parts_.begin(), parts_.end(), position(index),
                         [first](std::uint32_t at, const SnapshotPart& part) { return at < part.*first; });
    return *std::prev(after);
  }
  [[nodiscard]] const SnapshotPart& part_of(DocumentIndex i) const {
    return part_at(i, documents_, &SnapshotPart::first_document);
  }
  [[nodiscard]] const SnapshotPart& part_of(SectionIndex i) const {
    return part_at(i, sections_, &SnapshotPart::first_section);
  }
  [[nodiscard]] const SnapshotPart& part_of(ChunkIndex i) const {
    return part_at(i, chunks_, &SnapshotPart::first_chunk);
  }
  [[nodiscard]] const SnapshotPart* part_of_segment(std::uint64_t number) const;
  [[nodiscard]] Result<DocumentIndex> index_of(Slot slot) const;
  [[nodiscard]] std::string path_in_catalog() const { return (folder_ / catalog_file_name).string(); }

  std::filesystem::path folder_;
  IndexSettings settings_;
  IndexStatistics statistics_;
  std::vector<Language> languages_;
  mutable std::array<std::atomic<float>, language_count> characters_per_token_{};  // zero: not asked for yet
  std::vector<SnapshotPart> parts_;
  DocumentSet live_documents_;
  std::unique_ptr<SnapshotVectors> vectors_;  // null without an encoder
  std::unique_ptr<KeptFloats> section_vector_lengths_;
  std::uint32_t documents_ = 0;
  std::uint32_t sections_ = 0;
  std::uint32_t chunks_ = 0;
  mutable std::mutex catalog_mutex_;
  Catalog catalog_;                       // its transaction holds this snapshot's state
  std::unique_ptr<PageWarming> warming_;  // the first to go: it works on the files
};

void IndexSnapshot::chunks(std::span<const ChunkIndex> chunks, std::span<ChunkView> out) const {
  KINDLING_CHECK(chunks.size() == out.size());
  for (const ChunkIndex chunk : chunks) part_of(chunk).ask_for_record(chunk);
  for (const ChunkIndex chunk : chunks) part_of(chunk).ask_for_what_it_names(chunk);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    out[i] = part_of(chunks[i]).view(chunks[i]);
    ask_for_text(out[i]);
  }
}

Status IndexSnapshot::add_segment(Files& files, const CatalogSegment& row, const CatalogState& state) {
  KINDLING_TRY(auto segment, Segment::open(files, folder_, row.number, row.check));
  const SegmentSummary& summary = segment.summary();
  if (summary.documents != row.documents || summary.chunks != row.chunks) {
    return corrupt_index(segment.file().path(), "region summary", "differs from the catalog");
  }
  const auto fits = [](std::uint32_t have, std::uint32_t more) {
    return more < std::numeric_limits<std::uint32_t>::max() - have;
  };
  if (!fits(documents_, summary.documents) || !fits(sections_, summary.sections) ||
      !fits(chunks_, summary.chunks)) {
    return Error{ErrorCode::too_large, folder_.string(), "more than 2^32 chunks", "split the collection"};
  }
  SnapshotPart part{.segment = std::move(segment),
                    .first_document = documents_,
                    .first_section = sections_,
                    .first_chunk = chunks_,
                    .removed = {},
                    .live = nullptr,
                    .heading_weights = HeadingWeights(summary.headings)};
  const auto [first, last] =
      std::equal_range(state.removed.begin(), state.removed.end(), Slot{row.number, 0},
                       [](const Slot& a, const Slot& b) { return a.segment < b.segment; });
  part.removed.assign(first, last);
  if (!part.removed.empty()) {
    part.live = std::make_unique<bool[]>(row.documents);
    std::fill_n(part.live.get(), row.documents, true);
    for (const Slot& slot : part.removed) part.live[slot.slot] = false;
  }
  documents_ += part.segment.summary().documents;
  sections_ += part.segment.summary().sections;
  chunks_ += part.segment.summary().chunks;
  parts_.push_back(std::move(part));
  return {};
}

Status IndexSnapshot::add_vectors(Files& files, const CatalogState& state) {
  if (settings_.dimensions == 0) {
    if (!state.vectors.empty())
      return corrupt_index(path_in_catalog(), "table vectors", "vectors without an encoder");
    return {};
  }
  vectors_ = std::make_unique<SnapshotVectors>(settings_.dimensions);
  for (const CatalogVectors& row : state.vectors) {
    const SnapshotPart* part = part_of_segment(row.segment);
    KINDLING_CHECK(part != nullptr);  // Catalog::state checks it
    KINDLING_TRY_VOID(vectors_->add(files, folder_, row, part->first_chunk + row.first));
  }
  section_vector_lengths_ = std::make_unique<KeptFloats>(sections_);
  return {};
}

// Of codes, full vectors and segments in this order.
void IndexSnapshot::settle_pages(Files& files) {
  std::vector<PageRange> ranges;
  if (vectors_ != nullptr) vectors_->add_pages(ranges);
  for (const SnapshotPart& part : parts_)
    ranges.push_back({&part.segment.file().mapped(), 0, static_cast<std::size_t>(part.segment.bytes()), false});
  warming_ = std::make_unique<PageWarming>(std::move(ranges));
  for (SnapshotPart& part : parts_) part.segment.set_near(&warming_->done());
  if (vectors_ == nullptr) return;
  VectorCosts costs;
  if (vectors_->have_codes()) costs = KeptCosts(files).read(settings_.dimensions).value_or(costs);
  vectors_->settle(*warming_, costs);
  for (const SnapshotPart& part : parts_) {
    for (const Slot& slot : part.removed) {
      const DocumentRecord& record = part.segment.documents()[slot.slot];
      vectors_->remove(part.first_chunk + record.first_chunk, record.chunk_count);
    }
  }
}

Status IndexSnapshot::check_bulk() const {
  std::uint64_t bytes = 0;
  for (const SnapshotPart& part : parts_) bytes += part.segment.bulk_bytes();
  const std::span<const VectorFile> vectors =
      vectors_ == nullptr ? std::span<const VectorFile>() : vectors_->files();
  for (const VectorFile& file : vectors) bytes += file.file().bytes();
  if (bytes > checked_at_open_bytes_max) return {};
  for (const SnapshotPart& part : parts_) KINDLING_TRY_VOID(part.segment.verify_bulk());
  for (const VectorFile& file : vectors) KINDLING_TRY_VOID(file.verify_rows());
  return {};
}

void IndexSnapshot::count(Files& files, const CatalogState& state) {
  statistics_.segments = parts_.size();
  live_documents_ = DocumentSet(documents_, true);
  for (const SnapshotPart& part : parts_) {
    for (const Slot& slot : part.removed) live_documents_.erase(DocumentIndex{part.first_document + slot.slot});
  }
  for (const SnapshotPart& part : parts_) {
    const SegmentSummary& summary = part.segment.summary();
    statistics_.documents += summary.documents - part.removed.size();
    statistics_.sections += summary.sections;
    statistics_.chunks += summary.chunks;
    statistics_.tokens += summary.tokens;
    statistics_.removed_documents += part.removed.size();
    statistics_.bytes += part.segment.bytes();
    for (const Slot& slot : part.removed) {
      const DocumentRecord& record = part.segment.documents()[slot.slot];
      statistics_.sections -= record.section_count;
      statistics_.chunks -= record.chunk_count;
      statistics_.tokens -= record.tokens;
    }
  }
  for (const CatalogVectors& row : state.vectors) statistics_.bytes += row.bytes;
  for (const std::string_view suffix : {"", "-wal"}) {
    const auto info = files.info(path_in_catalog().append(suffix));
    if (info.ok()) statistics_.bytes += info->bytes;
  }
  for (const PendingRange& range : pending()) statistics_.pending_embeddings += range.count;
  count_languages();
}

void IndexSnapshot::count_languages() {
  std::array<std::uint64_t, language_count> documents{};
  for (const SnapshotPart& part : parts_) {
    const auto& stored = part.segment.summary().documents_by_language;
    for (std::size_t i = 0; i < documents.size(); ++i) documents[i] += stored[i];
    for (const Slot& slot : part.removed) --documents[part.segment.documents()[slot.slot].language];
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (documents[i] > 0) languages_.push_back(static_cast<Language>(i));
  }
  std::stable_sort(languages_.begin(), languages_.end(), [&](Language a, Language b) {
    return documents[static_cast<std::size_t>(a)] > documents[static_cast<std::size_t>(b)];
  });
}

float IndexSnapshot::characters_per_token(Language language) const {
  std::atomic<float>& kept = characters_per_token_[static_cast<std::size_t>(language)];
  float rate = kept.load(std::memory_order_relaxed);
  if (rate > 0) return rate;
  rate = sampled_characters_per_token(*this, language);
  kept.store(rate, std::memory_order_relaxed);
  return rate;
}

const SnapshotPart* IndexSnapshot::part_of_segment(std::uint64_t number) const {
  const auto at = std::lower_bound(
      parts_.begin(), parts_.end(), number,
      [](const SnapshotPart& part, std::uint64_t wanted) { return part.segment.number() < wanted; });
  return at == parts_.end() || at->segment.number() != number ? nullptr : &*at;
}

Result<DocumentIndex> IndexSnapshot::index_of(Slot slot) const {
  const SnapshotPart* part = part_of_segment(slot.segment);
  if (part == nullptr || slot.slot >= part->segment.summary().documents) {
    return corrupt_index(
        path_in_catalog(), "table documents",
        "names document " + std::to_string(slot.slot) + " of segment " + std::to_string(slot.segment));
  }
  return DocumentIndex{part->first_document + slot.slot};
}

Result<DocumentIndex> IndexSnapshot::find(std::string_view document) const {
  const std::scoped_lock lock(catalog_mutex_);
  std::error_code unknown_folder;
  const std::string path =
      std::filesystem::absolute(std::filesystem::path(document), unknown_folder).lexically_normal();
  for (const std::string_view uri : {document, std::string_view(path)}) {
    KINDLING_TRY(const auto slot, catalog_.find_uri(uri));
    if (slot) return index_of(*slot);
  }
  KINDLING_TRY(const auto named, catalog_.find_name(document));
  if (named.size() == 1) return index_of(named.front());
  const std::string wanted(document.substr(0, 200));
  if (named.empty()) {
    return Error{ErrorCode::not_found, wanted, "no such document in the index",
                 "kindling documents lists them"};
  }
  std::string uris;
  for (const Slot& slot : named) {
    KINDLING_TRY(const DocumentIndex index, index_of(slot));
    uris.append(uris.empty() ? "" : ", ").append(this->document(index).uri);
  }
  if (static_cast<std::int64_t>(named.size()) == Catalog::names_max) uris += ", ...";
  return Error{ErrorCode::usage, wanted, "several documents have this name: " + uris, "name one by its uri"};
}

Result<DocumentSet> IndexSnapshot::matching(const Filter& filter) const {
  KINDLING_TRY(const FilterSql sql, filter_sql(filter));
  const std::scoped_lock lock(catalog_mutex_);
  KINDLING_TRY(const auto slots, catalog_.matching(sql));
  DocumentSet kept(documents_);
  for (const Slot& slot : slots) {
    KINDLING_TRY(const DocumentIndex index, index_of(slot));
    if (live(index)) kept.insert(index);
  }
  return kept;
}

std::vector<LexicalSegment> IndexSnapshot::lexical_segments() const {
  std::vector<LexicalSegment> segments;
  for (const SnapshotPart& part : parts_) {
    const std::size_t documents = part.live == nullptr ? 0 : part.segment.documents().size();
    segments.push_back({.segment = &part.segment,
                        .first_document = part.first_document,
                        .first_section = part.first_section,
                        .first_chunk = part.first_chunk,
                        .live = {part.live.get(), documents},
                        .heading_weights = &part.heading_weights});
  }
  return segments;
}

void IndexSnapshot::cosines(std::span<const float> query, std::span<float> out) const {
  KINDLING_CHECK(query.size() == settings_.dimensions && out.size() == chunks_);
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  if (vectors_ == nullptr) {
    std::fill(out.begin(), out.end(), nan);
    return;
  }
  vectors_->rows().inner_products(query, out);
  for (const SnapshotPart& part : parts_) {
    for (const Slot& slot : part.removed) {
      const DocumentRecord& record = part.segment.documents()[slot.slot];
      const auto chunks = out.subspan(part.first_chunk + record.first_chunk, record.chunk_count);
      std::fill(chunks.begin(), chunks.end(), nan);
    }
  }
}

void IndexSnapshot::cosines(std::span<const float> query, std::span<const ChunkIndex> chunks,
                            std::span<float> out) const {
  KINDLING_CHECK(query.size() == settings_.dimensions);
  if (vectors_ == nullptr) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return;
  }
  vectors_->rows().inner_products(query, chunks, out);
}

AllowedRows IndexSnapshot::rows_of(const DocumentSet& allowed) const {
  if (allowed == live_documents_) return vectors_->live_rows();
  AllowedRows rows(vectors_->parts(), false);
  allowed.for_each([&](DocumentIndex document) {
    const SnapshotPart& part = part_of(document);
    const DocumentRecord& record = part.segment.documents()[position(document) - part.first_document];
    rows.insert(part.first_chunk + record.first_chunk, record.chunk_count);
  });
  return rows;
}

std::vector<NearestChunk> IndexSnapshot::nearest(std::span<const float> query, std::size_t count,
                                                 const DocumentSet& allowed, NearestSearch how) const {
  KINDLING_CHECK(query.size() == settings_.dimensions);
  if (vectors_ == nullptr || count == 0) return {};
  warming_->asked();
  return vectors_->rows().nearest(query, count, rows_of(allowed).sets(), how);
}

NearestPlan IndexSnapshot::nearest_plan(std::size_t count, const DocumentSet& allowed,
                                        NearestSearch how) const {
  return vectors_ == nullptr || count == 0 ? NearestPlan{}
                                           : vectors_->rows().plan(count, rows_of(allowed).sets(), how);
}

CosineSpread IndexSnapshot::cosine_spread(std::span<const float> query) const {
  KINDLING_CHECK(query.size() == settings_.dimensions);
  return vectors_ == nullptr ? CosineSpread{} : vectors_->spread(query);
}

float IndexSnapshot::mean_cosine(std::span<const float> query) const {
  KINDLING_CHECK(query.size() == settings_.dimensions);
  return vectors_ == nullptr ? 0 : vectors_->mean_cosine(query);
}

std::span<const float> IndexSnapshot::vector(ChunkIndex chunk) const {
  KINDLING_CHECK(position(chunk) < chunks_);
  return vectors_ == nullptr ? std::span<const float>() : vectors_->rows().row(position(chunk));
}

float IndexSnapshot::section_vector_length(SectionIndex section) const {
  KINDLING_CHECK(position(section) < sections_);
  if (vectors_ == nullptr) return 0;
  float length = section_vector_lengths_->get(position(section));
  if (length > 0) return length;
  const SnapshotPart& part = part_of(section);
  const SectionRecord& record = part.segment.sections()[position(section) - part.first_section];
  std::vector<float> sum(settings_.dimensions);
  for (std::uint32_t c = record.first_chunk; c < record.first_chunk + record.chunk_count; ++c)
    vectors_->rows().add_row(part.first_chunk + c, static_cast<float>(part.segment.chunks()[c].tokens), sum);
  length = std::sqrt(inner_product(sum, sum));
  // A process that asks once keeps none: each would be a page of its own.
  if (warming_->done()) section_vector_lengths_->put(position(section), length);
  return length;
}

std::vector<PendingRange> IndexSnapshot::pending() const {
  std::vector<PendingRange> ranges;
  if (settings_.dimensions == 0) return ranges;
  const auto add = [&](const SnapshotPart& part, std::uint32_t chunk, std::uint32_t count) {
    const bool continues = !ranges.empty() && ranges.back().segment == part.segment.number() &&
                           position(ranges.back().first) + ranges.back().count == chunk;
    if (!continues) ranges.push_back({part.segment.number(), chunk - part.first_chunk, ChunkIndex{chunk}, 0});
    ranges.back().count += count;
  };
  const std::span<const VectorPart> vector_parts = vectors_->parts();
  auto rows = vector_parts.begin();
  for (const SnapshotPart& part : parts_) {
    if (vectors_->cover(part.first_chunk, part.first_chunk + part.segment.summary().chunks))
      continue;  // no need to look at a million documents
    for (std::uint32_t slot = 0; slot < part.segment.summary().documents; ++slot) {
      if (!part.is_live(slot)) continue;
      const DocumentRecord& record = part.segment.documents()[slot];
      const std::uint32_t end = part.first_chunk + record.first_chunk + record.chunk_count;
      for (std::uint32_t chunk = end - record.chunk_count; chunk < end;) {
        while (rows != vector_parts.end() && rows->rows.first + rows->rows.count <= chunk) ++rows;
        if (rows != vector_parts.end() && rows->rows.first <= chunk) {
          chunk = rows->rows.first + rows->rows.count;  // these have vectors; may reach past the document
          continue;
        }
        const std::uint32_t until = rows == vector_parts.end() ? end : std::min(end, rows->rows.first);
        add(part, chunk, until - chunk);
        chunk = until;
      }
    }
  }
  return ranges;
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> load_snapshot(Files& files, const std::filesystem::path& folder,
                                                      Catalog catalog, const CatalogState& state) {
  if (state.settings.analyzer != analyzer_version) {
    return Error{ErrorCode::index_version, folder.string(),
                 "its search terms follow version " + std::to_string(state.settings.analyzer) +
                     " of the rules, this program's " + std::to_string(analyzer_version),
                 "delete the folder and index again"};
  }
  return IndexSnapshot::load(files, folder, std::move(catalog), state);
}

}  // namespace kindling
