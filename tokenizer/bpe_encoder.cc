#include "tokenizer/bpe_encoder.h"

#include <array>

namespace kindling {
namespace {

constexpr std::size_t short_bytes_max = 64;

ByteTrie trie_of(const std::vector<std::string_view>& spellings) {
  std::vector<ByteTrie::Entry> entries;
  entries.reserve(spellings.size());
  for (std::size_t token = 0; token < spellings.size(); ++token)
    entries.push_back({spellings[token], static_cast<std::uint32_t>(token)});
  return ByteTrie(std::move(entries));
}

}  // namespace

// Tokens chosen so far and positions given up, for a text of up to 64 bytes.
class BpeEncoder::ShortRow {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Token back() const { return tokens_[size_ - 1]; }
  void push(Token token) { tokens_[size_++] = token; }
  void pop() { --size_; }
  // The end of the text (position 64 at most) is never dead, so that its bit may be that of position 0.
  [[nodiscard]] bool dead(std::size_t at) const { return (dead_ >> (at & 63) & 1) != 0; }
  void bury(std::size_t at) { dead_ |= std::uint64_t{1} << at; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Token* begin() const { return tokens_.data(); }
  [[nodiscard]] const Token* end() const { return tokens_.data() + size_; }

 private:
  std::array<Token, short_bytes_max> tokens_;
  std::size_t size_ = 0;
  std::uint64_t dead_ = 0;
};

class BpeEncoder::LongRow {
 public:
  LongRow(std::size_t bytes, Scratch& scratch) : tokens_(scratch.row_), dead_(scratch.dead_) {
    tokens_.clear();
    dead_.assign(bytes / 64 + 1, 0);
  }
  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  [[nodiscard]] Token back() const { return tokens_.back(); }
  void push(Token token) { tokens_.push_back(token); }
  void pop() { tokens_.pop_back(); }
  [[nodiscard]] bool dead(std::size_t at) const { return (dead_[at >> 6] >> (at & 63) & 1) != 0; }
  void bury(std::size_t at) { dead_[at >> 6] |= std::uint64_t{1} << (at & 63); }
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  [[nodiscard]] const Token* begin() const { return tokens_.data(); }
  [[nodiscard]] const Token* end() const { return tokens_.data() + tokens_.size(); }

 private:
  std::vector<Token>& tokens_;
  std::vector<std::uint64_t>& dead_;
};

BpeEncoder::BpeEncoder(BpeMerges merges) : merges_(std::move(merges)), trie_(trie_of(merges_.spellings())) {
  pieces_.reserve(merges_.size());
  for (const std::string_view spelling : merges_.spellings()) {
    const Token shorter = trie_.longest(spelling.data(), spelling.data() + spelling.size() - 1);
    pieces_.push_back({shorter, static_cast<std::uint32_t>(spelling.size())});
  }
  merges_.drop_spellings();
}

template <typename Row>
void BpeEncoder::fill(Row& row, std::string_view bytes) const {
  const char* text = bytes.data();
  const char* end = text + bytes.size();
  std::size_t at = 0;
  Token token = trie_.longest(text, end);
  for (;;) {
    const Piece piece = pieces_[token];
    const std::size_t next = at + piece.bytes;
    if (!row.dead(next) && (row.empty() || merges_.stay_apart(row.back(), token))) {
      row.push(token);
      if (next == bytes.size()) return;
      at = next;
      token = trie_.longest(text + at, end);
    } else if (piece.shorter != BpeMerges::none) {
      token = piece.shorter;
    } else {
      KINDLING_CHECK(!row.empty());  // every text has an encoding
      row.bury(at);
      token = row.back();
      row.pop();
      at -= pieces_[token].bytes;
    }
  }
}

std::size_t BpeEncoder::count(std::string_view bytes, Scratch& scratch) const {
  if (bytes.empty()) return 0;
  if (bytes.size() <= short_bytes_max) {
    ShortRow row;
    fill(row, bytes);
    return row.size();
  }
  LongRow row(bytes.size(), scratch);
  fill(row, bytes);
  return row.size();
}

void BpeEncoder::encode(std::string_view bytes, Scratch& scratch, std::vector<TokenId>& out) const {
  if (bytes.empty()) return;
  const auto put = [&](const auto& row) {
    for (const Token token : row) out.push_back(merges_.outer(token));
  };
  if (bytes.size() <= short_bytes_max) {
    ShortRow row;
    fill(row, bytes);
    put(row);
    return;
  }
  LongRow row(bytes.size(), scratch);
  fill(row, bytes);
  put(row);
}

}  // namespace kindling
