#include "index/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/store/verify_segment.h"
#include "index/vectors/vector_attachment.h"
#include "index/vectors/vector_file.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

class Verification {
 public:
  Verification(Files& files, const std::filesystem::path& folder, const Cancellation& cancellation,
               std::size_t problems_max)
      : files_(files), folder_(folder), cancellation_(cancellation), problems_max_(problems_max) {}

  // False when a file of the state is not there: then the state may be an old one.
  Result<bool> run(const Catalog& catalog, const CatalogState& state) {
    KINDLING_TRY_VOID(verify_state(catalog, state));
    const auto snapshots = catalog.snapshots();
    if (!snapshots.ok()) {
      add(catalog_name(), snapshots.error());
      return !file_missing_;
    }
    for (const CatalogSnapshot& snapshot : *snapshots) KINDLING_TRY_VOID(verify_snapshot(snapshot));
    return !file_missing_;
  }

  [[nodiscard]] std::vector<Problem> take_problems() { return std::move(problems_); }

  void add(std::string file, std::string place, std::string message) {
    if (problems_.size() < problems_max_)
      problems_.push_back({std::move(file), std::move(place), std::move(message)});
  }

 private:
  Status verify_state(const Catalog& catalog, const CatalogState& state) {
    removed_ = {state.removed.begin(), state.removed.end()};
    KINDLING_TRY_VOID(verify_catalog(catalog));
    for (const CatalogSegment& row : state.segments) {
      KINDLING_TRY_VOID(cancellation_.check());
      KINDLING_TRY_VOID(verify_one(row, state));
    }
    for (const auto& [slot, document] : documents_) {
      add(catalog_name(), "table documents row " + document.uri, "names a document that no segment holds");
    }
    documents_.clear();
    return {};
  }

  // What a named snapshot shares with the current state is read again with its rows.
  Status verify_snapshot(const CatalogSnapshot& snapshot) {
    catalog_name_ = snapshot_file_name(snapshot.commits);
    const auto copy = Catalog::open_snapshot(files_, folder_, snapshot, true);
    const auto state = copy.ok() ? copy->state() : Result<CatalogState>(copy.error());
    if (!state.ok()) {
      add(catalog_name_, state.error());
      return {};
    }
    return verify_state(*copy, *state);
  }

  [[nodiscard]] const std::string& catalog_name() const { return catalog_name_; }

  // An error of opening or reading `file` as a problem; the place is what its `where` says beyond the path.
  void add(const std::string& file, const Error& error) {
    if (error.code == ErrorCode::not_found) file_missing_ = true;
    const std::string path = (folder_ / file).string();
    std::string place = error.where;
    if (place.starts_with(path)) place.erase(0, path.size());
    if (place.starts_with(": ")) place.erase(0, 2);
    add(file, place, error.why);
  }

  Status verify_catalog(const Catalog& catalog) {
    auto rows = catalog.check_rows();
    if (!rows.ok()) {
      add(catalog_name(), rows.error());
      return {};
    }
    for (auto& [place, message] : *rows) add(catalog_name(), std::move(place), std::move(message));
    auto documents = catalog.documents();
    if (!documents.ok()) {
      add(catalog_name(), documents.error());
      return {};
    }
    for (CatalogDocument& document : *documents) {
      const Slot slot = document.slot;
      documents_.emplace(slot, std::move(document));
    }
    return {};
  }

  Status verify_one(const CatalogSegment& row, const CatalogState& state) {
    const std::string name = segment_file_name(row.number);
    auto opened = Segment::open(files_, folder_, row.number, row.check, Segment::check_whatever_the_size);
    if (!opened.ok()) {
      add(name, opened.error());
      std::erase_if(documents_, [&](const auto& entry) { return entry.first.segment == row.number; });
      return {};
    }
    const Segment& segment = *opened;
    if (segment.bytes() != row.bytes || segment.summary().documents != row.documents ||
        segment.summary().chunks != row.chunks) {
      add(catalog_name(), "table segments row " + std::to_string(row.number), "differs from " + name);
    }
    if (const auto padding = segment.file().verify_padding(); !padding.ok()) add(name, padding.error());
    const auto on_problem = [&](std::string place, std::string message) {
      add(name, std::move(place), std::move(message));
    };
    KINDLING_TRY_VOID(verify_segment(segment, cancellation_, on_problem));
    for (std::uint32_t slot = 0; slot < segment.documents().size(); ++slot)
      verify_row({row.number, slot}, segment);
    for (const CatalogVectors& part : state.vectors) {
      if (part.segment == row.number)
        KINDLING_TRY_VOID(verify_vectors(part, segment, state.settings.dimensions));
    }
    return {};
  }

  // Each document is removed or has a row that says the same as the segment.
  void verify_row(Slot slot, const Segment& segment) {
    const std::string place =
        "segment " + std::to_string(slot.segment) + " document " + std::to_string(slot.slot);
    const auto at = documents_.find(slot);
    if (at == documents_.end()) {
      if (!removed_.contains(slot)) add(catalog_name(), place, "neither listed nor removed");
      return;
    }
    const CatalogDocument row = std::move(at->second);
    documents_.erase(at);
    if (removed_.contains(slot)) add(catalog_name(), place, "both listed and removed");
    std::string metadata;
    if (const auto json = segment.read_metadata(slot.slot); json.ok()) metadata = to_string(*json);
    const bool same = row.uri == segment.uri(slot.slot) && row.name == segment.name(slot.slot) &&
                      row.source == segment.source(slot.slot) && row.digest == segment.digest(slot.slot) &&
                      row.title == segment.title(slot.slot) && row.format == segment.format(slot.slot) &&
                      row.modified_ms == segment.documents()[slot.slot].modified_ms &&
                      row.metadata == metadata && row.pages == pages_of(segment, slot.slot);
    if (!same) add(catalog_name(), place, "listed otherwise than the segment has it");
  }

  static std::string pages_of(const Segment& segment, std::uint32_t slot) {
    const DocumentRecord& record = segment.documents()[slot];
    std::vector<std::uint32_t> pages;
    for (const ChunkRecord& chunk : segment.chunks().subspan(record.first_chunk, record.chunk_count)) {
      pages.push_back(chunk.page);
    }
    return page_list(pages);
  }

  Status verify_vectors(const CatalogVectors& row, const Segment& segment, std::uint32_t dimensions) {
    const std::string name = vector_file_name(row.segment, row.part);
    if (dimensions == 0) {
      add(catalog_name(), "table vectors", "vectors without an encoder");
      return {};
    }
    const VectorShape shape{row.segment, row.first, row.count, dimensions, 0};
    auto opened = VectorFile::open(files_, folder_, row.part, shape, row.check);
    if (!opened.ok()) {
      add(name, opened.error());
      return {};
    }
    if (opened->file().bytes() != row.bytes) {
      add(catalog_name(), "table vectors part " + std::to_string(row.part), "differs from " + name);
    }
    if (const auto rows = opened->verify_rows(); !rows.ok()) add(name, rows.error());
    if (const auto padding = opened->file().verify_padding(); !padding.ok()) add(name, padding.error());
    const std::uint32_t stride = row_stride(dimensions);
    for (std::uint32_t i = 0; i < row.count; ++i) {
      if (i % 4096 == 0) KINDLING_TRY_VOID(cancellation_.check());
      const auto values = opened->rows().subspan(std::size_t{i} * stride, stride);
      if (is_unit_vector(values)) continue;
      const std::uint32_t document = segment.chunks()[row.first + i].document;
      const bool gap = std::all_of(values.begin(), values.end(), [](float value) { return value != value; });
      if (!gap || !removed_.contains({row.segment, document})) {
        add(name, "row " + std::to_string(i), "not a vector of unit length");
      }
    }
    return {};
  }

  Files& files_;
  const std::filesystem::path& folder_;
  const Cancellation& cancellation_;
  std::size_t problems_max_;
  std::string catalog_name_{catalog_file_name};  // of the state that is being verified
  std::vector<Problem> problems_;
  std::map<Slot, CatalogDocument> documents_;  // rows not yet found in a segment
  std::set<Slot> removed_;
  bool file_missing_ = false;
};

std::vector<Problem> catalog_problem(const Error& error) {
  return {{std::string(catalog_file_name), error.where, error.why}};
}

}  // namespace

Result<std::vector<Problem>> verify_index(Files& files, const std::filesystem::path& folder,
                                          const Cancellation& cancellation, std::size_t problems_max) {
  // A writer may merge files away while they are verified; then the catalog has moved on, and its next state is
  // verified.
  std::optional<std::uint64_t> last_commits;
  for (;;) {
    const auto catalog = Catalog::open_to_read(files, folder);
    if (!catalog.ok()) {
      if (catalog.error().code == ErrorCode::index_corrupt) return catalog_problem(catalog.error());
      return catalog.error();
    }
    const auto state = catalog->state();
    if (!state.ok()) {
      if (state.error().code == ErrorCode::index_corrupt) return catalog_problem(state.error());
      return state.error();
    }
    Verification verification(files, folder, cancellation, problems_max);
    KINDLING_TRY(const bool whole, verification.run(*catalog, *state));
    if (whole || last_commits == state->commits) return verification.take_problems();
    last_commits = state->commits;
  }
}

}  // namespace kindling
