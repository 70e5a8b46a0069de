#include "index/store/kept_files.h"

#include "index/store/index_files.h"

namespace kindling {

namespace {

// A shadow with the encoder that the index has was left behind when it took its place.
bool has_taken_place(const Result<Catalog>& shadow, const CatalogState& living) {
  if (!shadow.ok()) return false;
  const auto own = shadow->state();
  return own.ok() && own->settings.encoder_fingerprint == living.settings.encoder_fingerprint;
}

}  // namespace

FileNames files_of(const CatalogState& state) {
  FileNames names;
  for (const CatalogSegment& segment : state.segments) names.insert(segment_file_name(segment.number));
  for (const CatalogVectors& part : state.vectors) names.insert(vector_file_name(part.segment, part.part));
  return names;
}

void KeptFiles::add(const CatalogSnapshot& snapshot, const CatalogState& state) {
  names_.insert(snapshot_file_name(snapshot.commits));
  names_.merge(files_of(state));
}

Result<KeptFiles> KeptFiles::read(Files& files, const std::filesystem::path& folder, const Catalog& catalog) {
  KeptFiles kept;
  const auto keep = [&](const Result<Catalog>& opened) {
    const auto state = opened.ok() ? opened->state() : Result<CatalogState>(opened.error());
    if (!state.ok()) {
      kept.all_ = true;
      return;
    }
    kept.names_.merge(files_of(*state));
  };
  KINDLING_TRY(const auto snapshots, catalog.snapshots());
  for (const CatalogSnapshot& snapshot : snapshots) {
    kept.names_.insert(snapshot_file_name(snapshot.commits));
    keep(Catalog::open_snapshot(files, folder, snapshot));
  }
  const auto shadow = files.info(folder / shadow_file_name);
  if (shadow.ok()) {
    const auto opened = Catalog::open_to_read(files, folder, shadow_file_name);
    const bool begun = opened.ok() || opened.error().code != ErrorCode::index_missing;
    KINDLING_TRY(const CatalogState living, catalog.state());
    if (begun && !has_taken_place(opened, living)) keep(opened);
  } else if (shadow.error().code != ErrorCode::not_found) {
    return shadow.error();
  }
  return kept;
}

}  // namespace kindling
