// Distinct names for positions in a snapshot, so that a chunk is never taken for a section.
//
// Dense from zero within one snapshot, tombstones included; meaningless in another snapshot. What lasts is a
// document's uri and name.
#pragma once

#include <cstdint>

namespace kindling {

enum class DocumentIndex : std::uint32_t {};
enum class SectionIndex : std::uint32_t {};
enum class ChunkIndex : std::uint32_t {};

[[nodiscard]] constexpr std::uint32_t position(DocumentIndex i) { return static_cast<std::uint32_t>(i); }
[[nodiscard]] constexpr std::uint32_t position(SectionIndex i) { return static_cast<std::uint32_t>(i); }
[[nodiscard]] constexpr std::uint32_t position(ChunkIndex i) { return static_cast<std::uint32_t>(i); }

}  // namespace kindling
