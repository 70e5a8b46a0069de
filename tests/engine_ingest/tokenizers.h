// Tokenizers small enough to see through, each odd in its own way.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "engine/ingest/chunk_space.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/wordpiece.h"

namespace kindling {

class TestTokenizer : public Tokenizer {
 public:
  std::string_view fingerprint() const override { return name(); }
  TokenBound bound() const override { return TokenBound::exact; }
  Result<std::vector<TokenId>> encode(std::string_view text) const override {
    return std::vector<TokenId>(count(text).tokens, 0);
  }
};

// A token a word, split at white space.
class WordTokenizer final : public TestTokenizer {
 public:
  std::string_view name() const override { return "words"; }
  TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
      const bool white = is_blank(next_code_point(text, at));
      tokens += !white && !inside;
      inside = !white;
    }
    return {tokens, tokens};
  }
};

// A token a byte: the worst case, white space included.
class ByteTokenizer final : public TestTokenizer {
 public:
  std::string_view name() const override { return "bytes"; }
  TokenCount count(std::string_view text) const override { return {text.size(), text.size()}; }
};

// Counts more for a whole than for its parts: one more for every line end inside.
class JoiningTokenizer final : public TestTokenizer {
 public:
  std::string_view name() const override { return "joining"; }
  TokenCount count(std::string_view text) const override {
    TokenCount tokens = WordTokenizer().count(text);
    for (const char c : text) {
      if (c == '\n') tokens += {1, 1};
    }
    return tokens;
  }
};

// The real WordPiece over a vocabulary of letters and a few words.
inline std::unique_ptr<WordPiece> small_word_piece() {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nword\nindex\nend\nsnake\n##ase\n。\n，\n漢\n字\n";
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789.,;:!?()-_/")) {
    vocabulary += std::string(1, c) + "\n##" + c + "\n";
  }
  return WordPiece::from_vocabulary(vocabulary).value();
}

}  // namespace kindling
