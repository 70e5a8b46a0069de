#include "index/writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/env.h"
#include "index/named_snapshots.h"
#include "index/store/changes.h"
#include "index/store/compaction.h"
#include "index/store/index_files.h"
#include "index/store/segment_writer.h"
#include "index/store/writer_lock.h"
#include "index/vectors/vector_attachment.h"

namespace kindling {
namespace {

// Documents handed to the segment at once; their memory is free again before the next.
constexpr std::size_t documents_at_once = 256;

// What a merge after a commit may write: in chunks and documents, see merge_policy.h.
constexpr std::uint64_t merge_weight_free = 16'384;
constexpr std::uint64_t merge_weight_per_added = 16;

std::uint64_t memory_of(const Document& document) {
  return sizeof(Document) + document.text.utf8.size() + document.text.blocks.size() * sizeof(Block) +
         document.text.sources.size() * sizeof(SourceRange) + document.sections.size() * sizeof(Section) +
         document.chunks.size() * sizeof(Chunk) + document.sentences.size() * sizeof(Sentence);
}

// What was put and not committed. A later call for the same uri replaces an earlier one.
struct Staged {
  std::vector<std::optional<Document>> documents;                       // in the order of put; absent: replaced
  std::unordered_map<std::string, std::optional<std::size_t>> by_uri;   // into documents; absent: to be removed
  std::map<std::string, std::set<std::string>, std::less<>> by_source;  // uris that were put with this source
  std::map<std::string, std::optional<SourceRecord>, std::less<>> sources;  // absent: to be removed
  std::uint64_t bytes = 0;

  void put(Document document) {
    drop(document.uri);
    by_uri[document.uri] = documents.size();
    by_source[document.source].insert(document.uri);
    bytes += memory_of(document);
    documents.emplace_back(std::move(document));
  }

  void remove(const std::string& uri) {
    drop(uri);
    by_uri[uri] = std::nullopt;
  }

  [[nodiscard]] bool empty() const { return by_uri.empty() && sources.empty(); }

 private:
  void drop(const std::string& uri) {
    const auto at = by_uri.find(uri);
    if (at == by_uri.end() || !at->second) return;
    std::optional<Document>& document = documents[*at->second];
    bytes -= memory_of(*document);
    by_source[document->source].erase(uri);
    document.reset();
  }
};

class IndexWriter final : public Writer {
 public:
  IndexWriter(Files& files, std::filesystem::path folder, const IndexSettings& settings,
              std::unique_ptr<FileLock> lock, Catalog catalog)
      : lock_(std::move(lock)),
        catalog_(std::move(catalog)),
        place_{.files = files, .folder = std::move(folder), .settings = settings, .catalog = catalog_} {}

  // Files of a crash belong to no committed state: a reader cannot know whether their writer still lives, the
  // next writer does.
  Status clear_up() {
    KINDLING_TRY_VOID(remove_leftovers(place_.files, place_.folder, catalog_));
    KINDLING_TRY(place_.kept, KeptFiles::read(place_.files, place_.folder, catalog_));
    return {};
  }

  [[nodiscard]] Result<std::optional<SourceRecord>> source(std::string_view uri) const override {
    const auto at = staged_.sources.find(uri);
    if (at != staged_.sources.end()) return at->second;
    return catalog_.source(uri);
  }

  [[nodiscard]] Result<std::vector<SourceRecord>> sources() const override {
    KINDLING_TRY(const auto committed, catalog_.sources());
    std::map<std::string, SourceRecord> all;
    for (const SourceRecord& source : committed) all[source.uri] = source;
    for (const auto& [uri, source] : staged_.sources) {
      if (source) {
        all[uri] = *source;
      } else {
        all.erase(uri);
      }
    }
    std::vector<SourceRecord> sources;
    for (auto& [uri, source] : all) sources.push_back(std::move(source));
    return sources;
  }

  [[nodiscard]] Result<std::vector<KnownDocument>> documents_of(std::string_view source_uri) const override {
    KINDLING_TRY(const auto committed, catalog_.documents_of(source_uri));
    std::map<std::string, KnownDocument> all;
    for (const KnownDocument& document : committed) {
      if (!staged_.by_uri.contains(document.uri)) all[document.uri] = document;
    }
    const auto staged = staged_.by_source.find(source_uri);
    if (staged != staged_.by_source.end()) {
      for (const std::string& uri : staged->second) {
        const Document& document = *staged_.documents[*staged_.by_uri.at(uri)];
        all[uri] = {document.uri, document.name, document.digest};
      }
    }
    std::vector<KnownDocument> documents;
    for (auto& [uri, document] : all) documents.push_back(std::move(document));
    return documents;
  }

  Status put(Document document) override {
    check_document(document);
    KINDLING_CHECK(document.metadata.is_object());
    staged_.put(std::move(document));
    return {};
  }

  Status put_source(const SourceRecord& source) override {
    staged_.sources[source.uri] = source;
    return {};
  }

  Status remove_document(std::string_view uri) override {
    staged_.remove(std::string(uri));
    return {};
  }

  Status remove_source(std::string_view uri) override {
    KINDLING_TRY(const auto documents, documents_of(uri));
    for (const KnownDocument& document : documents) staged_.remove(document.uri);
    staged_.sources[std::string(uri)] = std::nullopt;
    return {};
  }

  [[nodiscard]] std::uint64_t staged_bytes() const override { return staged_.bytes; }

  Status commit(const Cancellation& cancellation) override {
    Staged staged = std::exchange(staged_, {});
    if (staged.empty()) return {};
    Change change(place_);
    return change.run([&]() -> Status {
      for (const auto& [uri, document] : staged.by_uri) {
        if (!document) KINDLING_TRY_VOID(catalog_.remove_document(uri));
      }
      for (const auto& [uri, source] : staged.sources) {
        KINDLING_TRY_VOID(source ? catalog_.put_source(*source) : catalog_.remove_source(uri));
      }
      return commit_documents(std::move(staged.documents), change, cancellation);
    });
  }

  Status attach_vectors(std::uint64_t segment, std::uint32_t first_in_segment, std::uint32_t count,
                        std::span<const float> values) override {
    return attach_vectors_to_segment(place_, segment, first_in_segment, count, values);
  }

  Result<bool> merge(const Cancellation& cancellation) override {
    const std::uint64_t weight_max = std::max(merge_weight_free, merge_weight_per_added * added_);
    return merge_step(place_, weight_max, merged_bytes_max_, cancellation);
  }

  void limit_merges(std::uint64_t bytes) override { merged_bytes_max_ = bytes; }

  Status compact(const Cancellation& cancellation) override { return compact_index(place_, cancellation); }

  Status keep_snapshot(std::string_view name) override {
    KINDLING_TRY_VOID(check_snapshot_name(name));
    KINDLING_TRY(const auto kept, catalog_.snapshots());
    KINDLING_TRY_VOID(check_free(kept, name));
    KINDLING_TRY(const CatalogState state, catalog_.state());
    KINDLING_TRY(const std::string copy, catalog_.copy());
    const CatalogSnapshot snapshot{std::string(name), state.commits, now_ms(), copy.size(), crc32c(copy)};
    Change change(place_);
    const auto keep = [&]() -> Status {
      const std::string file = snapshot_file_name(snapshot.commits);
      change.adds(file);
      KINDLING_TRY(const auto written, place_.files.create(place_.folder / file));
      KINDLING_TRY_VOID(written->append(copy));
      KINDLING_TRY_VOID(written->sync());
      return catalog_.put_snapshot(snapshot);
    };
    KINDLING_TRY_VOID(change.run(keep));
    place_.kept.add(snapshot, state);
    return {};
  }

  Status drop_snapshot(std::string_view name) override {
    KINDLING_TRY(const auto kept, catalog_.snapshots());
    if (std::ranges::find(kept, name, &CatalogSnapshot::name) == kept.end()) {
      return Error{ErrorCode::not_found, place_.folder.string(),
                   "has no snapshot named " + std::string(name.substr(0, snapshot_name_bytes_max)),
                   "kindling snapshot list shows those there are"};
    }
    Change change(place_);
    KINDLING_TRY_VOID(change.run([&] { return catalog_.remove_snapshot(name); }));
    return clear_up();
  }

 private:
  [[nodiscard]] Status check_free(const std::vector<CatalogSnapshot>& kept, std::string_view name) const {
    const std::string where = "snapshot " + std::string(name);
    if (std::ranges::find(kept, name, &CatalogSnapshot::name) != kept.end()) {
      return Error{ErrorCode::usage, where, "there is one of this name already",
                   "give another name, or drop it first: kindling snapshot drop " + std::string(name)};
    }
    if (kept.size() >= named_snapshots_max) {
      return Error{ErrorCode::usage, where,
                   "an index keeps at most " + std::to_string(named_snapshots_max) + " snapshots",
                   "drop one first: kindling snapshot list shows them"};
    }
    return {};
  }

  Status commit_documents(std::vector<std::optional<Document>> staged, Change& change,
                          const Cancellation& cancellation) {
    std::erase_if(staged, [](const auto& document) { return !document; });
    if (staged.empty()) return {};
    KINDLING_TRY(const std::uint64_t number, catalog_.take_segment_number());
    SegmentWriter writer;
    std::vector<Document> documents;
    for (std::size_t i = 0; i < staged.size(); ++i) {
      KINDLING_TRY_VOID(catalog_.put_document({number, static_cast<std::uint32_t>(i)}, *staged[i]));
      documents.push_back(std::move(*staged[i]));
      staged[i].reset();
      if (documents.size() < documents_at_once && i + 1 < staged.size()) continue;
      KINDLING_TRY_VOID(writer.add(documents, cancellation));
      documents.clear();
    }
    KINDLING_TRY_VOID(cancellation.check());
    const std::string name = segment_file_name(number);
    change.adds(name);
    KINDLING_TRY(const WrittenFile written, writer.write(place_.files, place_.folder / name, number));
    added_ += std::uint64_t{writer.chunk_count()} + writer.document_count();
    return catalog_.put_segment(
        {number, written.bytes, written.check, writer.document_count(), writer.chunk_count()});
  }

  std::unique_ptr<FileLock> lock_;
  Catalog catalog_;
  Workplace place_;
  Staged staged_;
  std::uint64_t added_ = 0;  // chunks and documents that this writer committed
  std::uint64_t merged_bytes_max_ = UINT64_MAX;
};

}  // namespace

Result<std::unique_ptr<Writer>> Writer::open(Files& files, const std::filesystem::path& folder,
                                             const IndexSettings& settings) {
  KINDLING_CHECK(settings.encoder.empty() == (settings.dimensions == 0));
  KINDLING_TRY_VOID(files.make_directories(folder));
  KINDLING_TRY(auto lock, lock_index(files, folder));
  KINDLING_TRY(auto catalog, Catalog::open_to_write(files, folder, settings));
  auto writer = std::make_unique<IndexWriter>(files, folder, settings, std::move(lock), std::move(catalog));
  KINDLING_TRY_VOID(writer->clear_up());
  return std::unique_ptr<Writer>(std::move(writer));
}

}  // namespace kindling
