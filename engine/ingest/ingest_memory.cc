#include "engine/ingest/ingest_memory.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "base/check.h"
#include "engine/ingest/ingest_embed.h"

namespace kindling {
namespace {

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;

// A part's vectors are there once as they are made, once padded when they are attached, and in the queue.
constexpr std::uint64_t part_share = 64;
// Documents that are staged take about five times as much while their segment is built.
constexpr std::uint64_t staged_share = 16;
// Merging takes about five times the bytes of the segments.
constexpr std::uint64_t merged_share = 12;

int power_of(char unit) {
  switch (unit) {
    case 'k':
    case 'K':
      return 1;
    case 'm':
    case 'M':
      return 2;
    case 'g':
    case 'G':
      return 3;
    case 't':
    case 'T':
      return 4;
    default:
      return 0;
  }
}

}  // namespace

IngestBounds ingest_bounds(std::uint64_t memory, std::size_t dimensions) {
  KINDLING_CHECK(memory >= ingest_memory_min);
  const std::uint64_t row_bytes = std::max<std::uint64_t>(1, dimensions) * sizeof(float);
  IngestBounds bounds;
  bounds.read_ahead_bytes = std::min(64 * mebi, memory / 16);
  bounds.reading_bytes = memory / 4;
  bounds.source_bytes_max = memory / 2;
  bounds.text_bytes_max = memory / 16;
  bounds.staged_bytes = std::min(32 * mebi, memory / staged_share);
  bounds.part_chunks = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(memory / part_share / row_bytes, 64, part_chunks_default));
  bounds.parts_waiting = 2;
  bounds.merged_bytes = memory / merged_share;
  return bounds;
}

Result<std::uint64_t> parse_ingest_memory(std::string_view text, std::string_view where) {
  const auto refuse = [&](std::string why) {
    return Error{
        ErrorCode::usage, std::string(where), std::move(why),
        "write for example 512M or 1G; the least is " + std::to_string(ingest_memory_min / mebi) + "M"};
  };
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const int power = unit.empty() ? 0 : power_of(unit.front());
  if (power > 0) unit.remove_prefix(1);
  if (power > 0 && unit.starts_with('i')) unit.remove_prefix(1);
  if (!unit.empty() && (unit == "B" || unit == "b")) unit.remove_prefix(1);
  const bool is_size =
      problem == std::errc() && unit.empty() && std::isfinite(number) && number >= 0 && !text.starts_with('-');
  if (!is_size) return refuse("'" + std::string(text) + "' is not a size");
  for (int i = 0; i < power; ++i) number *= 1024;
  constexpr double most = 1e15;
  const auto bytes = static_cast<std::uint64_t>(std::min(number, most));
  if (bytes < ingest_memory_min) return refuse("'" + std::string(text) + "' is too little");
  return bytes;
}

}  // namespace kindling
