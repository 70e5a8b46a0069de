// A SentencePiece model's own bytes (sentencepiece_model.proto), as far as counting and safety need them.
//
// Private to tokenizer/. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

// The model with user-defined pieces that speak to a model ("<|end|>", "<start_of_turn>", "[INST]") made
// unused, so that such a string inside a text is read as text. Other user-defined pieces (runs of blanks, HTML
// tags) stay. Ids do not change. Errors: `malformed`, naming the byte.
[[nodiscard]] Result<std::string> without_control_pieces(std::string_view model);

struct SentencePieceFile {
  enum class Kind : std::uint8_t {
    normal = 1,
    unknown = 2,
    control = 3,
    user_defined = 4,
    unused = 5,
    byte = 6
  };
  struct Piece {
    std::string_view text;
    float score = 0;
    Kind kind = Kind::normal;
  };
  enum class Model : std::uint8_t { unigram = 1, bpe = 2, word = 3, character = 4 };

  std::vector<Piece> pieces;  // by id
  Model model = Model::unigram;
  bool byte_fallback = false;
  bool blank_as_suffix = false;
  std::string_view charsmap;
  bool dummy_prefix = true;
  bool remove_extra_blanks = true;
  bool escape_blanks = true;
};

// The parts of `model`, from which the texts are borrowed. Errors: `malformed`, naming the byte.
[[nodiscard]] Result<SentencePieceFile> read_sentencepiece_file(std::string_view model);

}  // namespace kindling
