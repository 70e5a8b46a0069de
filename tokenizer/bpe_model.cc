#include "tokenizer/bpe_model.h"

namespace kindling {

BpeModel::BpeModel(const BpeVocabulary& vocabulary, BpeMerges merges) {
  const bool ranks_of_bytes = !vocabulary.merges && !vocabulary.of_characters;
  if (ranks_of_bytes || vocabulary.whole_first) keep_whole(vocabulary, merges);
  if (!merges.late().empty()) {
    greedy_.emplace(vocabulary);
    late_spellings_ = merges.late();
    std::vector<ByteTrie::Entry> entries;
    for (const std::string& spelling : late_spellings_) entries.push_back({spelling, 0});
    late_.emplace(std::move(entries));
  }
  encoder_.emplace(std::move(merges));
}

// Tokens that no merges make, but that a piece may be as a whole.
void BpeModel::keep_whole(const BpeVocabulary& vocabulary, const BpeMerges& merges) {
  std::vector<bool> made(vocabulary.tokens.size());
  for (std::size_t token = 0; token < merges.size(); ++token) {
    const TokenId id = merges.outer(static_cast<BpeMerges::Token>(token));
    if (id >= 0) made[static_cast<std::size_t>(id)] = true;
  }
  std::size_t kept = 0;
  for (std::size_t id = 0; id < made.size(); ++id) kept += made[id] || vocabulary.tokens[id].empty() ? 0 : 1;
  if (kept == 0) return;
  whole_spellings_.reserve(kept);
  whole_.emplace(kept);
  for (std::size_t id = 0; id < made.size(); ++id) {
    if (made[id] || vocabulary.tokens[id].empty()) continue;
    whole_spellings_.push_back(vocabulary.tokens[id]);
    whole_->add(whole_spellings_.back(), static_cast<std::uint32_t>(id));
  }
}

std::optional<TokenId> BpeModel::whole(std::string_view piece) const {
  if (!whole_) return std::nullopt;
  const std::uint32_t found = whole_->find(piece);
  return found == SpellingIndex::none ? std::nullopt : std::optional(static_cast<TokenId>(found));
}

// Whether a token stands in the piece whose merge is out of order.
bool BpeModel::has_late(std::string_view piece) const {
  const char* end = piece.data() + piece.size();
  for (const char* p = piece.data(); p < end; ++p)
    if (late_->longest(p, end) != ByteTrie::none) return true;
  return false;
}

std::size_t BpeModel::count(std::string_view piece, Scratch& scratch) const {
  if (whole(piece)) return 1;
  if (!greedy_ || !has_late(piece)) return encoder_->count(piece, scratch.encoder);
  scratch.ids.clear();
  greedy_->encode(piece, scratch.ids);
  return scratch.ids.size();
}

void BpeModel::encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const {
  if (const auto id = whole(piece)) {
    ids.push_back(*id);
  } else if (!greedy_ || !has_late(piece)) {
    encoder_->encode(piece, scratch.encoder, ids);
  } else {
    greedy_->encode(piece, ids);
  }
}

}  // namespace kindling
