// Sentence encoders: texts to unit vectors whose inner product is likeness of meaning.
//
// Immutable after opening; `encode` may be called from several threads at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct EncodeOptions {
  unsigned threads = 1;
  bool query = false;  // the query side, where a model has prompts of its own
};

struct Embeddings {
  std::size_t count = 0;
  std::size_t dimensions = 0;
  std::vector<float> values;  // [count][dimensions] row-major, each row of length 1
  std::uint64_t tokens = 0;   // that went through the model, special tokens included

  [[nodiscard]] std::span<const float> row(std::size_t i) const {
    return {values.data() + i * dimensions, dimensions};
  }
};

class Encoder {
 public:
  virtual ~Encoder() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;  // "all-MiniLM-L6-v2"
  // Of weights, vocabulary, pooling, prompts and length: vectors of two fingerprints never mix.
  [[nodiscard]] virtual std::string_view fingerprint() const = 0;
  [[nodiscard]] virtual std::size_t dimensions() const = 0;
  // Of one text, special tokens included; the rest is cut.
  [[nodiscard]] virtual std::size_t tokens_max() const = 0;
  [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;

  // In the order of the texts; the same bits whatever the threads and whatever else is encoded with a text.
  // Errors: `cancelled`, `timed_out`; looked for every few hundred tokens.
  [[nodiscard]] virtual Result<Embeddings> encode(std::span<const std::string_view> texts,
                                                  EncodeOptions options,
                                                  const Cancellation& cancellation) const = 0;
};

// Reads a sentence-transformers folder of a BERT model: modules.json, config.json, model.safetensors (f32),
// vocab.txt or tokenizer.json, 1_Pooling/config.json, sentence_bert_config.json. Weights are memory-mapped, so
// that opening takes milliseconds. Which vector instructions are used is decided in base/simd/dispatch.h.
//
// Errors: `not_found` with how to get the model; `configuration` or `unsupported`, naming file and part.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_encoder(const std::filesystem::path& folder);

// The folder of the embedded default: $KINDLING_MODELS, else $XDG_DATA_HOME/kindling/models (or
// ~/.local/share/...), then "all-MiniLM-L6-v2". Errors: `not_found`, with the mend "run scripts/get-model".
[[nodiscard]] Result<std::filesystem::path> default_encoder_folder();

}  // namespace kindling
