// A change of an index on disk: new files first, then one transaction of the catalog, then the old files go.
//
// What fails before the transaction's last step leaves the index as it was, and the new files are removed.
// Deleting is a courtesy: what cannot be deleted now, or is left by a crash, is removed by the next
// Writer::open.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "index/snapshot.h"
#include "index/store/catalog.h"
#include "index/store/kept_files.h"

namespace kindling {

// Where a writer works. The catalog is open for writing.
struct Workplace {
  Files& files;
  std::filesystem::path folder;
  IndexSettings settings;
  Catalog& catalog;
  KeptFiles kept = {};  // what no change may delete
};

class Change {
 public:
  explicit Change(Workplace& place) : place_(place) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

  // Runs `body` inside a transaction and commits it.
  Status run(const std::function<Status()>& body);

  // For the body: names of files that it is about to write, and of files that nothing needs after the commit
  // (those that a named snapshot keeps stay).
  void adds(const std::string& file) { added_.push_back(file); }
  void drops(const std::string& file) { dropped_.push_back(file); }

 private:
  void remove(const std::vector<std::string>& names);

  Workplace& place_;
  std::vector<std::string> added_;
  std::vector<std::string> dropped_;
};

}  // namespace kindling
