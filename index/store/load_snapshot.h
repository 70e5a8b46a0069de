// The door by which the rooms of the index open a state that is not the current one: a named snapshot, or a
// shadow.
#pragma once

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/result.h"
#include "index/snapshot.h"
#include "index/store/catalog.h"

namespace kindling {

// Maps and checks the files that `state` names; `catalog` must be reading that state, and answers filters and
// names as long as the snapshot lives. Errors: those of Snapshot::open, and `not_found` when a file is not
// there.
[[nodiscard]] Result<std::shared_ptr<const Snapshot>> load_snapshot(Files& files,
                                                                    const std::filesystem::path& folder,
                                                                    Catalog catalog, const CatalogState& state);

}  // namespace kindling
