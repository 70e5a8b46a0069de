#include "base/cache_folder.h"

#include "base/env.h"

namespace kindling {

std::filesystem::path cache_folder(std::string_view part) {
  if (const auto cache = environment("XDG_CACHE_HOME"); cache && cache->starts_with('/'))
    return std::filesystem::path(*cache) / "kindling" / part;
  if (const auto home = environment("HOME")) return std::filesystem::path(*home) / ".cache" / "kindling" / part;
  return {};
}

}  // namespace kindling
