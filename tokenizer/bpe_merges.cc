#include "tokenizer/bpe_merges.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/utf8.h"
#include "tokenizer/spelling_index.h"

namespace kindling {
namespace {

Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why), "get the tokenizer's file again"};
}

// Bytes that occur in no UTF-8 need no token.
bool occurs_in_text(unsigned byte) { return byte != 0xc0 && byte != 0xc1 && byte < 0xf5; }

bool is_one_character(std::string_view text) {
  std::size_t at = 0;
  return !text.empty() && ((void)next_code_point(text, at), at == text.size());
}

}  // namespace

bool BpeVocabulary::is_symbol(std::string_view token) const {
  return token.size() <= 1 || (of_characters && is_one_character(token));
}

std::vector<TokenId> BpeVocabulary::in_order() const {
  std::vector<TokenId> order;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (!is_symbol(tokens[id])) order.push_back(static_cast<TokenId>(id));
  if (!scores.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](TokenId a, TokenId b) {
      return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
  }
  return order;
}

BpeMerges::BpeMerges(std::size_t tokens) {
  const std::size_t slots = std::bit_ceil(tokens * 2 + 64);
  const std::size_t filter_bits = slots * 8;
  slots_.assign(slots, empty);
  filter_.assign(filter_bits / 64, 0);
  slot_shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
  filter_shift_ = 64 - static_cast<unsigned>(std::countr_zero(filter_bits));
  parts_.reserve(tokens + 256);
  outer_.reserve(tokens + 256);
  spellings_.reserve(tokens + 256);
}

BpeMerges::Token BpeMerges::add(Token left, Token right, std::string_view bytes, TokenId outer) {
  const auto token = static_cast<Token>(parts_.size());
  parts_.push_back({left, right});
  outer_.push_back(outer);
  spellings_.push_back(bytes);
  if (left == none) return token;  // a byte
  const std::uint64_t mixed = mix(key_of(left, right));
  const auto bit = mixed >> filter_shift_;
  filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  std::size_t slot = mixed >> slot_shift_;
  while (slots_[slot] != empty) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = key_of(left, right) << 21 | token;
  return token;
}

// Numbers the tokens that encoding can give, one after the other.
class BpeMerges::Builder {
 public:
  Builder(const BpeVocabulary& vocabulary, BpeMerges& merges)
      : vocabulary_(vocabulary), merges_(merges), made_(vocabulary.tokens.size() + 256) {}

  Status check_spellings() const {
    SpellingIndex known(vocabulary_.tokens.size());
    for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
      const std::string& token = vocabulary_.tokens[id];
      if (!token.empty() && !known.add(token, 0))
        return malformed("token " + std::to_string(id), "stands twice");
    }
    return {};
  }

  Status add_bytes() {
    std::array<TokenId, 256> ids;
    ids.fill(-1);
    for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
      const std::string& token = vocabulary_.tokens[id];
      if (token.size() != 1) continue;
      ids[static_cast<unsigned char>(token[0])] = static_cast<TokenId>(id);
    }
    static constexpr auto every_byte = [] {
      std::array<char, 256> bytes{};
      for (unsigned i = 0; i < 256; ++i) bytes[i] = static_cast<char>(i);
      return bytes;
    }();
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (ids[byte] < 0 && occurs_in_text(byte))
        return malformed("byte " + std::to_string(byte), "the vocabulary has no token for it");
      const std::string_view spelling(&every_byte[byte], 1);
      made_.add(spelling, merges_.add(none, none, spelling, ids[byte]));
    }
    return {};
  }

  void add_characters() {
    for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
      const std::string& spelling = vocabulary_.tokens[id];
      if (is_one_character(spelling))
        made_.add(spelling, merges_.add(none, none, spelling, static_cast<TokenId>(id)));
    }
    merges_.symbols_ = static_cast<Token>(merges_.size());
  }

  void add_merge(const BpeVocabulary::Merge& merge) {
    const std::string& result = token(merge.result);
    const std::uint32_t left = made_.find(token(merge.left)), right = made_.find(token(merge.right));
    if (left == SpellingIndex::none || right == SpellingIndex::none) {
      early_.push_back(merge);
    } else if (made_.find(result) == SpellingIndex::none && merges_.stay_apart(left, right)) {
      made_.add(result, merges_.add(left, right, result, merge.result));
    }
  }

  void add_by_rank(TokenId id) {
    const std::string_view bytes = token(id);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const std::uint32_t left = made_.find(bytes.substr(0, cut));
      if (left == SpellingIndex::none) continue;
      const std::uint32_t right = made_.find(bytes.substr(cut));
      if (right == SpellingIndex::none || !merges_.stay_apart(left, right)) continue;
      made_.add(bytes, merges_.add(left, right, bytes, id));
      return;
    }
    never_.push_back(id);
  }

  // Which of equals is made first depends on the text.
  void set_aside_equals(const std::vector<TokenId>& order) {
    const auto score = [&](std::size_t i) { return vocabulary_.scores[static_cast<std::size_t>(order[i])]; };
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool equal =
          (i > 0 && score(i - 1) == score(i)) || (i + 1 < order.size() && score(i + 1) == score(i));
      if (equal) equals_.push_back(token(order[i]));
    }
  }

  // Those of the merges set aside that would happen after all, later than their place.
  [[nodiscard]] std::vector<std::string> late() const {
    std::vector<std::string> found = equals_;
    for (const auto& merge : early_)
      if (would_merge(token(merge.left), token(merge.right))) found.push_back(token(merge.result));
    for (const TokenId id : never_) {
      const std::string_view bytes = token(id);
      bool merges = false;
      for (std::size_t cut = 1; cut < bytes.size() && !merges; ++cut)
        merges = would_merge(bytes.substr(0, cut), bytes.substr(cut));
      if (merges) found.emplace_back(bytes);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  [[nodiscard]] const std::string& token(TokenId id) const {
    return vocabulary_.tokens[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] bool would_merge(std::string_view left, std::string_view right) const {
    const std::uint32_t a = made_.find(left), b = made_.find(right);
    return a != SpellingIndex::none && b != SpellingIndex::none && merges_.stay_apart(a, b);
  }

  const BpeVocabulary& vocabulary_;
  BpeMerges& merges_;
  SpellingIndex made_;
  std::vector<BpeVocabulary::Merge> early_;  // before their parts are made
  std::vector<TokenId> never_;
  std::vector<std::string> equals_;
};

Result<BpeMerges> BpeMerges::from(const BpeVocabulary& vocabulary) {
  const std::size_t most = vocabulary.merges ? vocabulary.merges->size() : 0;
  if (vocabulary.tokens.size() > vocabulary_entries_max || most > 4 * vocabulary_entries_max) {
    return Error{ErrorCode::too_large, std::to_string(std::max(vocabulary.tokens.size(), most)) + " entries",
                 "more than two million", "use a tokenizer of a language model"};
  }
  BpeMerges merges(vocabulary.tokens.size());
  Builder builder(vocabulary, merges);
  KINDLING_TRY_VOID(builder.check_spellings());
  if (vocabulary.of_characters) {
    builder.add_characters();
  } else {
    KINDLING_TRY_VOID(builder.add_bytes());
  }
  if (vocabulary.merges) {
    for (const auto& merge : *vocabulary.merges) builder.add_merge(merge);
  } else {
    const std::vector<TokenId> order = vocabulary.in_order();
    for (const TokenId id : order) builder.add_by_rank(id);
    if (!vocabulary.scores.empty()) builder.set_aside_equals(order);
  }
  merges.late_ = builder.late();
  return merges;
}

}  // namespace kindling
