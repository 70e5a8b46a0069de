// Small vocabularies for tests, trained on the spot.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

inline std::vector<std::string> every_byte() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  return tokens;
}

// The bytes, then up to `merges` merges of the most frequent neighbours (Sennrich et al., 1508.07909).
inline std::vector<std::string> trained_ranks(std::string_view text, int merges) {
  std::vector<std::string> tokens = every_byte();
  std::vector<std::string> parts;
  for (const char c : text) parts.emplace_back(1, c);
  for (int merge = 0; merge < merges; ++merge) {
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) ++pairs[{parts[i], parts[i + 1]}];
    const std::pair<const std::pair<std::string, std::string>, int>* best = nullptr;
    for (const auto& pair : pairs)
      if (best == nullptr || pair.second > best->second) best = &pair;
    if (best == nullptr || best->second < 2) break;
    const auto [left, right] = best->first;
    bool known = false;
    for (const std::string& token : tokens) known |= token == left + right;
    if (!known) tokens.push_back(left + right);
    std::vector<std::string> merged;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool here = i + 1 < parts.size() && parts[i] == left && parts[i + 1] == right;
      merged.push_back(here ? left + right : parts[i]);
      if (here) ++i;
    }
    parts = std::move(merged);
  }
  return tokens;
}

inline std::string base64_of(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (unsigned i = 0; i < 4; ++i)
      text.push_back(at + i > bytes.size() ? '=' : digits[bits >> (18 - 6 * i) & 63]);
  }
  return text;
}

inline std::string rank_file_of(const std::vector<std::string>& tokens) {
  std::string file;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    file += base64_of(tokens[id]) + " " + std::to_string(id) + "\n";
  return file;
}

}  // namespace kindling
