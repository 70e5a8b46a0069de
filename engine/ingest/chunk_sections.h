// Which units stand under which heading: the sections of a text, small neighbours merged.
//
// Pure; safe from any thread; linear in the units.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/ingest/chunk_units.h"
#include "index/document.h"

namespace kindling {

struct SectionRun {
  std::uint32_t first_unit = 0;
  std::uint32_t after_unit = 0;
  std::uint32_t heading_path = 0;  // index into SectionRuns::heading_paths
};

struct SectionRuns {
  std::vector<SectionRun> runs;            // in text order, together all units
  std::vector<HeadingPath> heading_paths;  // each once
};

// The longest heading in a path, in bytes; a longer one is cut between words. (Its whole text stands in the
// section.)
inline constexpr std::size_t heading_bytes_max = 200;

// `weights`: of the units, in tokens; `chunk_weight_max`: of a chunk. A heading alone joins what stands below
// it. Neighbours under a third of a chunk are merged while they fit into one and have a parent heading in
// common; its path is then theirs. A heading equal to the title is left out of the paths.
[[nodiscard]] SectionRuns section_runs(const Text& text, const std::vector<ChunkBlock>& blocks,
                                       const std::vector<ChunkUnit>& units,
                                       const std::vector<std::uint32_t>& weights,
                                       std::uint32_t chunk_weight_max);

}  // namespace kindling
