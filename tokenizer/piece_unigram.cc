#include "tokenizer/piece_unigram.h"

#include <algorithm>
#include <memory>

#include "tokenizer/normal_cluster.h"
#include "tokenizer/spelling_index.h"

namespace kindling {
namespace {

constexpr double unknown_penalty = 10;

ByteTrie trie_of(const UnigramVocabulary& vocabulary) {
  std::vector<ByteTrie::Entry> entries;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    if (!vocabulary.tokens[id].text.empty())
      entries.push_back({vocabulary.tokens[id].text, static_cast<std::uint32_t>(id)});
  return ByteTrie(std::move(entries));
}

}  // namespace

Result<std::unique_ptr<PieceModel>> UnigramModel::from(UnigramVocabulary vocabulary) {
  if (vocabulary.tokens.size() > vocabulary_entries_max)
    return Error{ErrorCode::too_large, std::to_string(vocabulary.tokens.size()) + " entries",
                 "more than two million", "use a tokenizer of a language model"};
  SpellingIndex known(vocabulary.tokens.size());
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& text = vocabulary.tokens[id].text;
    if (!text.empty() && !known.add(text, 0))
      return Error{ErrorCode::malformed, "token " + std::to_string(id), "stands twice",
                   "get the tokenizer's file again"};
  }
  return std::unique_ptr<PieceModel>(new UnigramModel(std::move(vocabulary)));
}

UnigramModel::UnigramModel(UnigramVocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)), trie_(trie_of(vocabulary_)) {
  const bool single = vocabulary_.single_precision;
  for (const auto& token : vocabulary_.tokens) {
    const auto bytes = static_cast<float>(token.text.size());
    const double bonus = bytes * static_cast<float>(vocabulary_.score_max) - 0.1;
    scores_.push_back(token.always ? bonus : single ? static_cast<float>(token.score) : token.score);
  }
}

template <typename Real>
void UnigramModel::search(std::string_view piece, std::vector<Place>& places) const {
  places.assign(piece.size() + 1, {});
  const Real unknown_score = static_cast<Real>(vocabulary_.score_min) - static_cast<Real>(unknown_penalty);
  const char* end = piece.data() + piece.size();
  const auto offer = [&](std::size_t at, std::size_t size, TokenId id, double sum) {
    Place& place = places[at + size];
    if (place.size == 0 || sum > place.score)
      place = {static_cast<Real>(sum), static_cast<std::uint32_t>(size), id};
  };
  for (std::size_t at = 0; at < piece.size();) {
    const double here = places[at].score;
    const std::size_t one = character_bytes(piece[at]);
    bool has_single = false;
    trie_.each_prefix(piece.data() + at, end, [&](std::uint32_t token, std::size_t size) {
      offer(at, size, static_cast<TokenId>(token), scores_[token] + here);
      has_single |= size == one;
    });
    if (!has_single) offer(at, one, -1, static_cast<Real>(unknown_score + static_cast<Real>(here)));
    at += one;
  }
}

// From the last token to the first; neighbours that are unknown come as one where they are fused.
template <typename Use>
void UnigramModel::each_token_backwards(std::string_view piece, Scratch& scratch, Use use) const {
  if (vocabulary_.single_precision) {
    search<float>(piece, scratch.places);
  } else {
    search<double>(piece, scratch.places);
  }
  const auto is_unknown = [&](TokenId id) { return id < 0 || id == vocabulary_.unknown.unknown; };
  for (std::size_t end = piece.size(); end > 0;) {
    std::size_t begin = end - scratch.places[end].size;
    const TokenId id = scratch.places[end].id;
    while (is_unknown(id) && vocabulary_.unknown.fuse && begin > 0 && is_unknown(scratch.places[begin].id))
      begin -= scratch.places[begin].size;
    use(is_unknown(id) ? -1 : id, piece.substr(begin, end - begin));
    end = begin;
  }
}

// In reverse. The unknown token's own spelling stays that token.
void UnigramModel::put_unknown(std::string_view text, std::vector<TokenId>& out) const {
  const TokenId literal = vocabulary_.unknown.unknown;
  if (literal >= 0 && vocabulary_.tokens[static_cast<std::size_t>(literal)].text == text) {
    out.push_back(literal);
    return;
  }
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  append_unknown(text, vocabulary_.unknown, out);
  std::reverse(out.begin() + begin, out.end());
}

std::size_t UnigramModel::count(std::string_view piece, Scratch& scratch) const {
  std::size_t tokens = 0;
  each_token_backwards(piece, scratch, [&](TokenId id, std::string_view text) {
    if (id >= 0) {
      ++tokens;
      return;
    }
    scratch.ids.clear();
    put_unknown(text, scratch.ids);
    tokens += scratch.ids.size();
  });
  return tokens;
}

void UnigramModel::encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& out) const {
  const std::size_t begin = out.size();
  each_token_backwards(piece, scratch, [&](TokenId id, std::string_view text) {
    if (id >= 0) {
      out.push_back(id);
    } else {
      put_unknown(text, out);
    }
  });
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
}

}  // namespace kindling
