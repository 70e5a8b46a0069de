// What a sentence-transformers folder says about its model, besides the weights: the network's shape, pooling,
// prompts and how texts are cut into tokens.
//
// Read once when opening an encoder. A part that Kindling does not know is an error naming file and part: a
// model that is almost understood gives vectors that are almost right, which nobody notices.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "tokenizer/wordpiece.h"

namespace kindling {

// Devlin et al., 1810.04805.
struct BertShape {
  std::size_t vocabulary = 0;
  std::size_t positions = 0;
  std::size_t types = 0;
  std::size_t layers = 0;
  std::size_t hidden = 0;
  std::size_t heads = 0;  // divides hidden
  std::size_t inner = 0;  // of the feed-forward layer
  float epsilon = 0;      // of the layer normalisations
};

// How the vectors of a text's tokens become one.
enum class Pooling { mean, first };

struct ModelFolder {
  std::string name;  // of the folder
  BertShape shape;
  Pooling pooling = Pooling::mean;
  std::size_t tokens_max = 0;  // special tokens included; <= shape.positions
  WordPieceOptions wordpiece;
  std::string vocabulary;    // vocab.txt, or the same made of tokenizer.json
  std::string query_prompt;  // put in front of each text of that side; mostly empty
  std::string passage_prompt;
  std::string described;  // all bytes that were read, for the fingerprint
};

// Errors: `not_found`, `malformed`, `unsupported`, `configuration`, naming the file and the part.
[[nodiscard]] Result<ModelFolder> read_model_folder(Files& files, const std::filesystem::path& folder);

}  // namespace kindling
