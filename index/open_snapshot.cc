#include <optional>

#include "index/snapshot.h"
#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/load_snapshot.h"

namespace kindling {

Result<std::shared_ptr<const Snapshot>> Snapshot::open(Files& files, const std::filesystem::path& folder) {
  // Between reading the catalog and mapping the files it names, a writer may have merged them away: then the
  // catalog has moved on, and its next state is read. The same state twice with a file missing is damage.
  std::optional<std::uint64_t> last_commits;
  for (;;) {
    KINDLING_TRY(auto catalog, Catalog::open_to_read(files, folder));
    KINDLING_TRY(const CatalogState state, catalog.state());
    auto snapshot = load_snapshot(files, folder, std::move(catalog), state);
    if (snapshot.ok() || snapshot.error().code != ErrorCode::not_found) return snapshot;
    if (last_commits == state.commits) {
      return corrupt_index(snapshot.error().where, "", "the catalog names this file, but it is not there");
    }
    last_commits = state.commits;
  }
}

}  // namespace kindling
