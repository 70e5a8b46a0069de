#include "index/characters_per_token.h"

#include <algorithm>
#include <vector>

namespace kindling {
namespace {

constexpr std::size_t sample = 300;
constexpr std::size_t sample_min = 30;
// Neighbours are looked at together: each place of a large index is pages that nothing else has touched.
constexpr std::uint32_t neighbours = 8;

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

float sampled_characters_per_token(const Snapshot& snapshot, Language language) {
  std::vector<float> same, any;
  const std::uint32_t slots = snapshot.chunk_slots();
  const std::uint32_t step = std::max<std::uint32_t>(1, slots / (4 * sample));
  for (std::uint32_t looked = 0; same.size() < sample; ++looked) {
    const std::uint32_t i = looked / neighbours * neighbours * step + looked % neighbours;
    if (i >= slots) break;
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
