// What a sentence-transformers folder says about its model, besides the weights: the network's shape, pooling
// and what comes behind it, prompts and how texts are cut into tokens.
//
// Read once when opening an encoder. A part that Kindling does not know is an error naming file and part: a
// model that is almost understood gives vectors that are almost right, which nobody notices.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "encoder/model_tokenizer.h"
#include "encoder/network_shape.h"
#include "encoder/sentence_head.h"

namespace kindling {

struct ModelFolder {
  std::string name;         // of the folder
  std::string transformer;  // the folder of the network's files within it; mostly empty
  NetworkShape shape;
  Pooling pooling;
  std::vector<DenseShape> denses;
  std::size_t tokens_max;  // those around a text included; <= shape.tokens_max()
  ModelTokenizer tokenizer;
  std::string query_prompt;  // put in front of each text of that side; mostly empty
  std::string passage_prompt;
  std::string described;  // all bytes that were read, for the fingerprint
};

// Errors: `not_found`, `malformed`, `unsupported`, `configuration`, naming the file and the part.
[[nodiscard]] Result<ModelFolder> read_model_folder(Files& files, const std::filesystem::path& folder);

}  // namespace kindling
