#include "tokenizer/added_text.h"

#include <map>

namespace kindling {

AddedTexts::AddedTexts(const std::vector<Text>& texts) {
  std::map<std::string_view, TokenId> ids;
  for (const Text& text : texts) ids.try_emplace(text.text, text.id);
  std::vector<ByteTrie::Entry> entries;
  for (const auto& [text, id] : ids) {
    entries.push_back({text, static_cast<std::uint32_t>(ids_.size())});
    begins_[static_cast<unsigned char>(text[0])] = true;
    ids_.push_back(id);
    sizes_.push_back(text.size());
  }
  if (!ids_.empty()) trie_ = std::make_shared<const ByteTrie>(std::move(entries));
}

}  // namespace kindling
