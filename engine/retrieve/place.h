// From spans of a document's text back to its source: bytes, page, headings.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/result.h"
#include "engine/retrieve/search.h"
#include "formats/text.h"
#include "index/snapshot.h"

namespace kindling {

// Reads each document's map once. Not thread-safe; borrows the snapshot.
class Places {
 public:
  explicit Places(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // Errors: `index_corrupt`.
  [[nodiscard]] Result<Place> at(SectionIndex section, ByteSpan text_span);

 private:
  const Snapshot& snapshot_;
  std::unordered_map<std::uint32_t, Text> structures_;
};

}  // namespace kindling
