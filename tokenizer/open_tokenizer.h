// The one door to tokenizers with a public vocabulary: says what a file is and opens it.
//
// Known: SentencePiece models (`tokenizer.model`); `tokenizer.json` of Hugging Face with BPE (of bytes
// or characters), Unigram or BERT's WordPiece; tiktoken's rank files (`.tiktoken`, and the `tokenizer.model` of
// Llama 3 and 4); Mistral's `tekken.json`; `vocab.txt` of BERT. What is meant but not known is an error that
// names it.
//
// A rank file does not say how text is cut into words: that is known for the published ones by their number of
// tokens, and can be said behind the path, as in "ranks.tiktoken#o200k" (gpt2, cl100k, llama3, qwen2, qwen35,
// o200k, tekken, deepseek).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

inline constexpr std::uint64_t tokenizer_file_bytes_max = 128u << 20;

struct TokenizerFile {
  std::filesystem::path path;
  std::string pattern;  // said behind the path; empty: none
};

// The file that `name` means: a file, a folder that holds one, or the NAME of a vocabulary that
// scripts/get-tokenizer fetched; files come first. Errors: `not_found`.
[[nodiscard]] Result<TokenizerFile> find_tokenizer_file(Files& files, const std::string& name);

// Errors: those of the functions above and below.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> open_tokenizer(Files& files, const std::string& name);

// The same of a file's bytes. `name` is what the tokenizer will be called; `pattern` as above. Errors:
// `malformed` (cut, not JSON, contradicting merges), `unsupported` (of a kind not known), `too_large`; with the
// place in the file.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> open_tokenizer_bytes(std::string name, std::string_view bytes,
                                                                      std::string_view pattern = {});

// The same of a tokenizer.json that has been read already: `bytes` are the file's, for the fingerprint.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> open_tokenizer_json(std::string name, std::string_view bytes,
                                                                     const Json& file);

// Where scripts/get-tokenizer puts vocabularies: `tokenizers` in $KINDLING_MODELS, else in
// $XDG_DATA_HOME/kindling/models, else in ~/.local/share/kindling/models.
[[nodiscard]] Result<std::filesystem::path> tokenizers_folder();

// The names of those that are there, sorted.
[[nodiscard]] std::vector<std::string> installed_tokenizers(Files& files);

}  // namespace kindling
