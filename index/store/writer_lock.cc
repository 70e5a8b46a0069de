#include "index/store/writer_lock.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "base/env.h"
#include "index/store/index_files.h"
#include "index/store/kept_files.h"
#include "index/timestamps.h"

namespace kindling {

Result<std::unique_ptr<FileLock>> lock_index(Files& files, const std::filesystem::path& folder) {
  const std::string holder = "kindling process " + std::to_string(::getpid()) + " since " + to_minute(now_ms());
  return files.lock(folder / lock_file_name, holder);
}

Result<LockedCatalog> open_existing_index(Files& files, const std::filesystem::path& folder) {
  const auto settings_now = [&]() -> Result<IndexSettings> {
    KINDLING_TRY(const auto reader, Catalog::open_to_read(files, folder));
    KINDLING_TRY(const CatalogState state, reader.state());
    return state.settings;
  };
  KINDLING_TRY(const IndexSettings expected,
               settings_now());  // before the lock's file is made where no index is
  KINDLING_TRY(auto lock, lock_index(files, folder));
  KINDLING_TRY(const IndexSettings settings, settings_now());
  KINDLING_TRY(auto catalog, Catalog::open_to_write(files, folder, settings));
  return LockedCatalog{std::move(lock), std::move(catalog)};
}

Status remove_leftovers(Files& files, const std::filesystem::path& folder, const Catalog& catalog) {
  KINDLING_TRY(const CatalogState state, catalog.state());
  const FileNames known = files_of(state);
  KINDLING_TRY(const KeptFiles kept, KeptFiles::read(files, folder, catalog));
  KINDLING_TRY(const auto names, files.list(folder));
  for (const std::string& name : names) {
    if (is_data_file_name(name) && !known.contains(name) && !kept.holds(name)) {
      KINDLING_TRY_VOID(files.remove(folder / name));
    }
  }
  return {};
}

}  // namespace kindling
