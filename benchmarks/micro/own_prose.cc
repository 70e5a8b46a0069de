#include "benchmarks/micro/own_prose.h"

#include <filesystem>

#include "base/check.h"
#include "base/files.h"

namespace kindling {
namespace {

std::string read_prose() {
  constexpr std::size_t size = 256 << 10;
  const std::filesystem::path root = KINDLING_SOURCE_DIR;
  std::string once;
  for (const char* name : {"README.md", "ARCHITECTURE.md"}) {
    const Result<std::string> text = system_files().read(root / name, size);
    KINDLING_CHECK(text.ok());
    once += *text;
  }
  std::string prose;
  while (prose.size() < size) prose += once;
  return prose;
}

}  // namespace

const std::string& own_prose() {
  static const std::string prose = read_prose();
  return prose;
}

}  // namespace kindling
