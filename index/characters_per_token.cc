#include "index/characters_per_token.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "tokenizer/code_likeness.h"

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

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

float characters_per_token_of_words(std::string_view text, std::size_t tokens) {
  std::size_t characters = 0, words = 0, marks = 0;
  char before = ' ';
  for (const char c : text) {
    if (is_of_word(c)) {
      words += !is_of_word(before);
      characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    } else if (!is_space(c)) {
      ++marks;
    }
    before = c;
  }
  return static_cast<float>(characters + words) /
         static_cast<float>(std::max(tokens > marks ? tokens - marks : 0, words));
}

// A chunk that is as much code as prose, or more.
constexpr float code = .5f;

}  // namespace

float sampled_characters_per_token(const Snapshot& snapshot, Language language) {
  std::vector<float> same, any;
  for (const std::uint32_t i : chunks_to_look_at(snapshot.chunk_slots())) {
    if (same.size() == sample) break;
    const ChunkView chunk = snapshot.chunk(ChunkIndex{i});
    if (chunk.tokens == 0 || !snapshot.live(chunk.document)) continue;
    const bool is_code = code_likeness(chunk.text) >= code;
    const float rate =
        is_code ? characters_per_token_of_words(chunk.text, chunk.tokens)
                : static_cast<float>(count_code_points(chunk.text)) / static_cast<float>(chunk.tokens);
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
