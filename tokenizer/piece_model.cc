#include "tokenizer/piece_model.h"

#include "tokenizer/normal_cluster.h"

namespace kindling {

void append_unknown(std::string_view characters, const UnknownCharacters& unknown, std::vector<TokenId>& out) {
  if (!unknown.byte_tokens.empty()) {
    for (const char c : characters) out.push_back(unknown.byte_tokens[static_cast<unsigned char>(c)]);
    return;
  }
  if (unknown.unknown < 0) return;
  for (std::size_t at = 0; at < characters.size(); at += character_bytes(characters[at])) {
    out.push_back(unknown.unknown);
    if (unknown.fuse) return;
  }
}

}  // namespace kindling
