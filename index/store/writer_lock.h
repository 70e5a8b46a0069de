// What every writer of an index does first: it takes the lock, opens the catalog, and clears away what a crash
// left.
#pragma once

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/result.h"
#include "index/store/catalog.h"

namespace kindling {

struct LockedCatalog {
  std::unique_ptr<FileLock> lock;
  Catalog catalog;  // open to write
};

// Errors: `index_locked` naming the holder.
[[nodiscard]] Result<std::unique_ptr<FileLock>> lock_index(Files& files, const std::filesystem::path& folder);

// An index that must be there, with whatever settings it was built. Errors: also `index_missing`.
[[nodiscard]] Result<LockedCatalog> open_existing_index(Files& files, const std::filesystem::path& folder);

// Deletes data files that neither the catalog names nor a named snapshot or a shadow needs. Requires: the lock.
[[nodiscard]] Status remove_leftovers(Files& files, const std::filesystem::path& folder,
                                      const Catalog& catalog);

}  // namespace kindling
