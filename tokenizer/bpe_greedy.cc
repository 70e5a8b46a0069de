#include "tokenizer/bpe_greedy.h"

#include <queue>

#include "base/utf8.h"
#include "tokenizer/spelling_index.h"

namespace kindling {
namespace {

constexpr std::uint32_t nowhere = ~std::uint32_t{0};

std::uint64_t key_of(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

struct Part {
  TokenId id;
  std::uint32_t before, behind;  // neighbours
};

struct Candidate {
  std::uint32_t rank, left, right;
  TokenId left_id, right_id, result;  // as they were when this was noted: else it no longer holds

  friend bool operator<(const Candidate& a, const Candidate& b) {  // the heap's top is the largest
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
  }
};

}  // namespace

BpeGreedy::BpeGreedy(const BpeVocabulary& vocabulary) : of_characters_(vocabulary.of_characters) {
  SpellingIndex ids(vocabulary.tokens.size());
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& token = vocabulary.tokens[id];
    if (token.empty()) continue;
    if (vocabulary.is_symbol(token)) symbols_.emplace(token, static_cast<TokenId>(id));
    ids.add(token, static_cast<std::uint32_t>(id));
  }
  if (vocabulary.merges) {
    std::uint32_t rank = 0;
    for (const auto& merge : *vocabulary.merges) add(merge.left, merge.right, {rank++, merge.result});
    return;
  }
  std::uint32_t rank = 0;
  const float* last = nullptr;
  for (const TokenId id : vocabulary.in_order()) {
    const auto index = static_cast<std::size_t>(id);
    const float* score = vocabulary.scores.empty() ? nullptr : &vocabulary.scores[index];
    if (score == nullptr || last == nullptr || *score != *last) ++rank;
    last = score;
    const std::string_view token = vocabulary.tokens[index];
    for (std::size_t cut = 1; cut < token.size(); ++cut) {
      const std::uint32_t left = ids.find(token.substr(0, cut)), right = ids.find(token.substr(cut));
      if (left == SpellingIndex::none || right == SpellingIndex::none) continue;
      add(static_cast<TokenId>(left), static_cast<TokenId>(right), {rank, id});
    }
  }
}

void BpeGreedy::add(TokenId left, TokenId right, Merge merge) { merges_[key_of(left, right)] = merge; }

void BpeGreedy::encode(std::string_view bytes, std::vector<TokenId>& out) const {
  std::vector<Part> parts;
  parts.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = at++;
    if (of_characters_) (void)next_code_point(bytes, at = begin);
    const auto i = static_cast<std::uint32_t>(parts.size());
    parts.push_back({symbols_.at(std::string(bytes.substr(begin, at - begin))), i == 0 ? nowhere : i - 1,
                     at == bytes.size() ? nowhere : i + 1});
  }
  std::priority_queue<Candidate> candidates;
  const auto note = [&](std::uint32_t left) {
    if (left == nowhere || parts[left].behind == nowhere) return;
    const std::uint32_t right = parts[left].behind;
    const auto found = merges_.find(key_of(parts[left].id, parts[right].id));
    if (found == merges_.end()) return;
    candidates.push({found->second.rank, left, right, parts[left].id, parts[right].id, found->second.result});
  };
  for (std::uint32_t i = 0; i < parts.size(); ++i) note(i);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Part& left = parts[best.left];
    if (left.behind != best.right || left.id != best.left_id || parts[best.right].id != best.right_id) continue;
    left.id = best.result;
    left.behind = parts[best.right].behind;
    parts[best.right].id = -1;
    if (left.behind != nowhere) parts[left.behind].before = best.left;
    note(left.before);
    note(best.left);
  }
  for (std::uint32_t i = 0; i < parts.size(); i = parts[i].behind) {
    out.push_back(parts[i].id);
    if (parts[i].behind == nowhere) break;
  }
}

}  // namespace kindling
