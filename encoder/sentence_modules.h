// modules.json: what a sentence-transformers model is put together from.
//
// Known: a Transformer, a Pooling, then any of Dense, Normalize and Dropout (which does nothing but in
// training). Vectors always end at length 1, because likeness is a cosine either way, so a last Normalize
// changes nothing. Pure but for the files read.
#pragma once

#include <string>
#include <vector>

#include "encoder/model_files.h"
#include "encoder/sentence_head.h"

namespace kindling {

struct SentenceModules {
  std::string transformer;     // its folder within the model's
  std::string pooling_config;  // file
  struct Dense {
    std::string folder;
    bool normalize_first = false;
  };
  std::vector<Dense> denses;
};

// Errors: those of the file; `unsupported`, naming module and part.
[[nodiscard]] Result<SentenceModules> read_sentence_modules(ModelFiles& files);

// Errors: as above; `configuration` where it is not made for vectors of `hidden` numbers.
[[nodiscard]] Result<Pooling> read_pooling(ModelFiles& files, const std::string& file, std::size_t hidden);

// The layers in order, `hidden` numbers going into the first. Errors: as read_pooling.
[[nodiscard]] Result<std::vector<DenseShape>> read_dense_shapes(
    ModelFiles& files, const std::vector<SentenceModules::Dense>& denses, std::size_t hidden);

}  // namespace kindling
