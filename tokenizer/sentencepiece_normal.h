// SentencePiece's normaliser: its compiled rules, the longest first, then what it does with blanks.
// User-defined symbols are left as they are.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "tokenizer/added_text.h"
#include "tokenizer/normal_charsmap.h"
#include "tokenizer/normal_text.h"
#include "tokenizer/sentencepiece_model.h"

namespace kindling {

class SentencePieceNormal final : public TextNormalizer {
 public:
  // Of `file`, nothing is borrowed. Errors: `malformed`.
  [[nodiscard]] static Result<std::unique_ptr<TextNormalizer>> from(const SentencePieceFile& file);

  [[nodiscard]] std::string apply(std::string text) const override;

 private:
  SentencePieceNormal() = default;
  struct Part {
    std::string_view replacement;
    std::size_t size;  // bytes of the text that it stands for
  };
  [[nodiscard]] Part part_at(std::string_view text) const;

  bool dummy_prefix_ = true, remove_extra_blanks_ = true;
  std::string_view blank_;
  std::optional<Charsmap> charsmap_;
  std::optional<ByteTrie> symbols_;
  std::array<bool, 256> plain_{};  // bytes with which neither a rule nor a symbol begins
};

}  // namespace kindling
