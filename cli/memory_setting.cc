#include "cli/memory_setting.h"

#include <algorithm>

#include "base/check.h"
#include "engine/ingest/ingest_memory.h"

namespace kindling {

Result<std::uint64_t> session_memory(const Session& session) {
  const auto& all = session.settings.all();
  const auto found = std::ranges::find(all, "memory", &Setting::name);
  KINDLING_CHECK(found != all.end() && found->value);
  return parse_ingest_memory(*found->value, found->source);
}

}  // namespace kindling
