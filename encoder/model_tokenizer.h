// How a model's texts become ids: its tokenizer, and the tokens that stand around each text.
//
// From vocab.txt with tokenizer_config.json (WordPiece), or tokenizer.json (WordPiece, Unigram, BPE).
// Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "encoder/model_files.h"
#include "encoder/network_shape.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/wordpiece.h"

namespace kindling {

class ModelTokenizer {
 public:
  // `folder`: of the transformer, within the model's. Errors: `not_found`, `malformed`, `unsupported`,
  // `configuration` (more tokens than the network has words), naming file and part.
  [[nodiscard]] static Result<ModelTokenizer> read(ModelFiles& files, const std::string& folder,
                                                   const NetworkShape& shape);

  // At most `tokens_max` ids, those around the text included; the text is cut. Requires: tokens_max > around().
  [[nodiscard]] std::vector<TokenId> ids_of(std::string_view text, std::size_t tokens_max) const;

  // Tokens that every text gets.
  [[nodiscard]] std::size_t around() const { return begin_.size() + end_.size(); }
  // The longest text that the tokenizer's configuration names; 0: it names none.
  [[nodiscard]] std::size_t length_max() const { return length_max_; }
  [[nodiscard]] bool lower_cases() const { return lower_cases_; }
  [[nodiscard]] const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  ModelTokenizer() = default;
  [[nodiscard]] Status read_vocabulary(std::string_view vocabulary, WordPieceOptions options,
                                       const std::string& file, const Json& settings,
                                       const NetworkShape& shape);
  [[nodiscard]] Status read_json(const std::string& bytes, const Json& tokenizer, const Json& settings,
                                 const NetworkShape& shape);

  std::unique_ptr<Tokenizer> tokenizer_;
  const WordPiece* wordpiece_ = nullptr;  // the same, where it is one: it can stop when a text is full
  std::vector<TokenId> begin_, end_;
  std::size_t length_max_ = 0;
  bool lower_cases_ = false;
};

}  // namespace kindling
