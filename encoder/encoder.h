// Sentence encoders: texts to unit vectors whose inner product is likeness of meaning.
//
// Immutable after opening; `encode` may be called from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

// In what numbers products of weights and activations are computed. Vectors of all may be mixed: the
// fingerprint is the same, and an index made with one is asked with another. To single precision they have a
// cosine of at least .9999 in bfloat16 and a mean one of at least .995 in eight bits.
enum class Precision : std::uint8_t { f32, bf16, int8 };

[[nodiscard]] std::string_view to_string(Precision precision);

class Encoder {
 public:
  virtual ~Encoder() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;  // "all-MiniLM-L6-v2"
  // Of weights, vocabulary, pooling, prompts and length: vectors of two fingerprints never mix.
  [[nodiscard]] virtual std::string_view fingerprint() const = 0;
  [[nodiscard]] virtual std::size_t dimensions() const = 0;
  [[nodiscard]] virtual Precision precision() const { return Precision::f32; }
  // How much of the weight of a sentence encoder's cosines its own deserve when they are joined with keywords,
  // in (0, 1].
  [[nodiscard]] virtual float trust() const { return 1; }
  // Whether looking a vector up (encoder_cache.h) is faster than making it again.
  [[nodiscard]] virtual bool worth_keeping() const { return true; }
  // Of one text, special tokens included; the rest is cut.
  [[nodiscard]] virtual std::size_t tokens_max() const = 0;
  [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;

  // In the order of the texts; the same bits whatever the threads and whatever else is encoded with a text.
  // Errors: `cancelled`, `timed_out`; looked for every few hundred tokens.
  [[nodiscard]] virtual Result<Embeddings> encode(std::span<const std::string_view> texts,
                                                  EncodeOptions options,
                                                  const Cancellation& cancellation) const = 0;
};

// Reads a sentence-transformers folder of a model of BERT's kind (network_shape.h lists them): modules.json,
// config.json, model.safetensors (f32), vocab.txt or tokenizer.json, the pooling's and dense layers' files,
// sentence_bert_config.json. Weights are memory-mapped, so that opening takes milliseconds. Which vector
// instructions are used is decided in base/simd/dispatch.h.
//
// The precision, where none is asked for, is bf16 if the processor multiplies bfloat16 and this model's
// vectors, of a few texts tried when its weights are packed, keep a cosine of .9999 to single precision; else
// f32. Where bf16 is asked for and the processor does not multiply it, the encoder's precision is f32, as it
// says. Packed weights are kept in the user's cache folder (weights_cache.h).
//
// A folder of a static tier (static_encoder.h) opens too; precision means nothing there.
//
// `dimensions` keeps only the first of each vector, again at length 1, as models trained for it allow
// (Matryoshka); the fingerprint then ends in "@DIMENSIONS".
//
// Errors: `not_found` with how to get the model; `configuration` (more dimensions than the model has among it)
// or `unsupported`, naming file and part.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_encoder(const std::filesystem::path& folder,
                                                            std::optional<Precision> precision = {},
                                                            std::optional<std::size_t> dimensions = {});

// $KINDLING_MODELS, else $XDG_DATA_HOME/kindling/models (or ~/.local/share/...).
[[nodiscard]] std::filesystem::path models_folder();

// The folder of the embedded default: models_folder(), then "all-MiniLM-L6-v2". Errors: `not_found`, with the
// mend "run scripts/get-model".
[[nodiscard]] Result<std::filesystem::path> default_encoder_folder();

}  // namespace kindling
