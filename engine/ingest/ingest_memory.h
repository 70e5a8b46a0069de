// How much memory a run may take, and what each of its parts gets of it.
//
// What is bounded: everything that grows with the collection or its files. Beside it stand what the encoder
// takes (weights and scratch of each thread), the page cache (indexes and weights are mapped), the decoder
// processes (DecodeLimits::memory_bytes_max each), and what is remembered of every file while a run lasts.
// The shares are measured (docs/ingest.md).
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace kindling {

inline constexpr std::uint64_t ingest_memory_default = std::uint64_t{1} << 30;
inline constexpr std::uint64_t ingest_memory_min = std::uint64_t{256} << 20;

struct IngestBounds {
  std::uint64_t read_ahead_bytes = 0;  // documents that were read and wait to be staged
  std::uint64_t reading_bytes = 0;     // files that are being read at once; one alone may be larger
  std::uint64_t source_bytes_max = 0;  // a file
  std::uint64_t text_bytes_max = 0;    // a document
  std::uint64_t staged_bytes = 0;      // a commit
  std::uint32_t part_chunks = 0;       // vectors attached at once
  std::size_t parts_waiting = 0;
  std::uint64_t merged_bytes = 0;  // segment files that become one
};

// Requires: memory >= ingest_memory_min.
[[nodiscard]] IngestBounds ingest_bounds(std::uint64_t memory, std::size_t dimensions);

// "512M", "1G", "1.5g", "1073741824": bytes, of 1,024 each K, M, G, T. Errors: `usage`, naming `where`, also
// below ingest_memory_min.
[[nodiscard]] Result<std::uint64_t> parse_ingest_memory(std::string_view text, std::string_view where);

}  // namespace kindling
