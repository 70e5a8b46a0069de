#include "engine/retrieve/bare_words.h"

namespace kindling {

std::string bare_words(std::string_view text) {
  std::string bare;
  bare.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) bare.push_back(c);
    if (c >= 'A' && c <= 'Z') bare.push_back(static_cast<char>(c - 'A' + 'a'));
  }
  return bare;
}

}  // namespace kindling
