// Writes the golden indexes and their reports into a folder: golden-indexes FOLDER. For a new format version
// only; what was committed for an old one is not written again.
#include <cstdio>
#include <string>

#include "tests/index/collection.h"
#include "tests/index/golden.h"

int main(int count, char** words) {
  using namespace kindling;
  if (count != 2) return 2;
  const std::filesystem::path folder = words[1];
  for (const GoldenIndex& golden : golden_indexes()) {
    const std::filesystem::path index = folder / golden.name;
    std::filesystem::remove_all(index);
    const Status written = golden.write(index);
    if (!written.ok()) {
      std::fputs((written.error().sentence() + "\n").c_str(), stderr);
      return 1;
    }
    const std::string report = golden_report(*open_snapshot(index));
    if (!write_atomically(system_files(), folder / (std::string(golden.name) + ".txt"), report).ok()) return 1;
    for (const char* name : {"lock", "catalog.sqlite-shm", "catalog.sqlite-wal"})
      std::filesystem::remove(index / name);
  }
  return 0;
}
