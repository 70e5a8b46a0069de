// A temporary folder in memory where the machine has one: for tests of many commits, which would wait for the
// disk's syncs.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/check.h"

namespace kindling {

class MemoryFolder {
 public:
  MemoryFolder() {
    std::string name = "/dev/shm/kindling-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      name = (std::filesystem::temp_directory_path() / "kindling-test-XXXXXX").string();
      KINDLING_CHECK(::mkdtemp(name.data()) != nullptr);
    }
    path_ = name;
  }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  ~MemoryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kindling
