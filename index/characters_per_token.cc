#include "index/characters_per_token.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace kindling {
namespace {

constexpr std::size_t sample = 300;
constexpr std::size_t sample_min = 30;
constexpr std::size_t looked_at = 4 * sample;
// Neighbours are looked at together: each place of a large index is pages that nothing else has touched.
constexpr std::uint32_t neighbours = 8;

// The chunks to look at, of `slots`: all of a small collection, else groups in places drawn by chance. At equal
// steps a collection whose languages take turns would show some of them alone.
std::vector<std::uint32_t> chunks_to_look_at(std::uint32_t slots) {
  std::vector<std::uint32_t> chunks;
  if (slots <= looked_at) {
    chunks.resize(slots);
    std::iota(chunks.begin(), chunks.end(), 0U);
    return chunks;
  }
  std::mt19937 random(slots);
  while (chunks.size() < looked_at) {
    const auto first = static_cast<std::uint32_t>(random() % (slots - neighbours));
    for (std::uint32_t i = 0; i < neighbours; ++i) chunks.push_back(first + i);
  }
  return chunks;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

float sampled_characters_per_token(const Snapshot& snapshot, Language language) {
  std::vector<float> same, any;
  for (const std::uint32_t i : chunks_to_look_at(snapshot.chunk_slots())) {
    if (same.size() == sample) break;
    const ChunkView chunk = snapshot.chunk(ChunkIndex{i});
    if (chunk.tokens == 0 || !snapshot.live(chunk.document)) continue;
    const float rate = static_cast<float>(count_code_points(chunk.text)) / static_cast<float>(chunk.tokens);
    any.push_back(rate);
    if (snapshot.document(chunk.document).language == language) same.push_back(rate);
  }
  std::vector<float>& rates = same.size() >= sample_min ? same : any;
  if (rates.empty()) return 0;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return *middle;
}

}  // namespace kindling
