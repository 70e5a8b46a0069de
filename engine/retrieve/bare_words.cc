#include "engine/retrieve/bare_words.h"

namespace kindling {
namespace {

// '\0' for what is left out.
char bare_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return '\0';
}

}  // namespace

std::string bare_words(std::string_view text) {
  std::string bare;
  bare.reserve(text.size());
  for (const char c : text) {
    if (const char kept = bare_character(c); kept != '\0') bare.push_back(kept);
  }
  return bare;
}

bool are_bare_words(std::string_view text, std::string_view bare) {
  std::size_t at = 0;
  for (const char c : text) {
    const char kept = bare_character(c);
    if (kept == '\0') continue;
    if (at == bare.size() || bare[at] != kept) return false;
    ++at;
  }
  return at == bare.size();
}

}  // namespace kindling
