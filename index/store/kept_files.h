// Which files of an index must stay although its catalog no longer names them: those of named snapshots, and
// the vectors of a shadow.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "index/store/catalog.h"

namespace kindling {

using FileNames = std::set<std::string, std::less<>>;

// Segments and vectors that a state names.
[[nodiscard]] FileNames files_of(const CatalogState& state);

class KeptFiles {
 public:
  // Reads every named snapshot and the shadow, if there is one. When one of them cannot be read, every file is
  // kept until it is dropped: nobody knows what it needs. Errors: those of the catalog itself.
  [[nodiscard]] static Result<KeptFiles> read(Files& files, const std::filesystem::path& folder,
                                              const Catalog& catalog);

  // Keeps what a new named snapshot of `state` needs.
  void add(const CatalogSnapshot& snapshot, const CatalogState& state);

  [[nodiscard]] bool holds(std::string_view file) const { return all_ || names_.contains(file); }

 private:
  FileNames names_;
  bool all_ = false;
};

}  // namespace kindling
