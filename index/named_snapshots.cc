#include "index/named_snapshots.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "index/snapshot.h"
#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/load_snapshot.h"

namespace kindling {
namespace {

bool is_plain(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The files of a state with their sizes.
std::map<std::string, std::uint64_t> sizes_of(const CatalogState& state) {
  std::map<std::string, std::uint64_t> sizes;
  for (const CatalogSegment& segment : state.segments) sizes[segment_file_name(segment.number)] = segment.bytes;
  for (const CatalogVectors& part : state.vectors) {
    sizes[vector_file_name(part.segment, part.part)] = part.bytes;
  }
  return sizes;
}

NamedSnapshot description_of(const CatalogSnapshot& row, const CatalogState& state) {
  NamedSnapshot named{row.name, row.commits, row.created_ms, 0, row.bytes, row.bytes};
  for (const CatalogSegment& segment : state.segments) named.documents += segment.documents;
  named.documents -= state.removed.size();
  return named;
}

Error no_such_snapshot(const std::filesystem::path& folder, std::string_view name) {
  return {ErrorCode::not_found, folder.string(), "has no snapshot named " + std::string(name.substr(0, 100)),
          "kindling snapshot list shows those there are"};
}

}  // namespace

Status check_snapshot_name(std::string_view name) {
  const bool sound =
      !name.empty() && name.size() <= snapshot_name_bytes_max && is_plain(name.front()) &&
      std::ranges::all_of(name, [](char c) { return is_plain(c) || c == '.' || c == '-' || c == '_'; });
  if (sound) return {};
  return Error{ErrorCode::usage, "snapshot " + std::string(name.substr(0, 100)), "is no name for a snapshot",
               "use at most 64 letters, digits, '.', '-' and '_', a letter or digit first"};
}

Result<std::vector<NamedSnapshot>> named_snapshots(Files& files, const std::filesystem::path& folder) {
  KINDLING_TRY(const auto catalog, Catalog::open_to_read(files, folder));
  KINDLING_TRY(const auto rows, catalog.snapshots());
  KINDLING_TRY(const CatalogState current, catalog.state());
  std::vector<NamedSnapshot> all;
  std::vector<std::map<std::string, std::uint64_t>> sizes;
  std::map<std::string, int> users;
  for (const auto& [file, bytes] : sizes_of(current)) ++users[file];
  for (const CatalogSnapshot& row : rows) {
    KINDLING_TRY(const auto copy, Catalog::open_snapshot(files, folder, row));
    KINDLING_TRY(const CatalogState state, copy.state());
    all.push_back(description_of(row, state));
    sizes.push_back(sizes_of(state));
    for (const auto& [file, bytes] : sizes.back()) ++users[file];
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto& [file, bytes] : sizes[i]) {
      all[i].bytes += bytes;
      if (users[file] == 1) all[i].bytes_held += bytes;
    }
  }
  return all;
}

Result<std::shared_ptr<const Snapshot>> Snapshot::open(Files& files, const std::filesystem::path& folder,
                                                       std::string_view name) {
  // The snapshot may be dropped between reading the catalog and mapping its files: then it is looked for again.
  std::optional<std::uint64_t> last_commits;
  for (;;) {
    KINDLING_TRY(const auto catalog, Catalog::open_to_read(files, folder));
    KINDLING_TRY(const auto rows, catalog.snapshots());
    const auto row = std::ranges::find(rows, name, &CatalogSnapshot::name);
    if (row == rows.end()) return no_such_snapshot(folder, name);
    const auto load = [&]() -> Result<std::shared_ptr<const Snapshot>> {
      KINDLING_TRY(auto copy, Catalog::open_snapshot(files, folder, *row));
      KINDLING_TRY(const CatalogState state, copy.state());
      return load_snapshot(files, folder, std::move(copy), state);
    };
    auto snapshot = load();
    if (snapshot.ok() || snapshot.error().code != ErrorCode::not_found) return snapshot;
    KINDLING_TRY(const std::uint64_t commits, catalog.commits());
    if (last_commits == commits) {
      return corrupt_index(snapshot.error().where, "", "the snapshot needs this file, but it is not there");
    }
    last_commits = commits;
  }
}

}  // namespace kindling
