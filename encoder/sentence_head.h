// From the vectors of a text's tokens to the text's one: pooling, then dense layers where a model has them,
// then what is kept of it (Matryoshka: Kusupati et al., 2205.13147), at length 1.
//
// Immutable, thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "base/simd/columns.h"
#include "encoder/safetensors.h"

namespace kindling {

// How the vectors of a text's tokens become one: their mean, the first, or the largest of each feature.
enum class Pooling { mean, first, max };

// A dense layer behind the pooling, as modules.json and its own config.json describe it.
struct DenseShape {
  std::string folder;  // within the model's
  std::size_t inputs = 0, outputs = 0;
  bool bias = true;
  bool tanh = false;             // or nothing
  bool normalize_first = false;  // the vector before it has length 1
};

class SentenceHead {
 public:
  // Reads the dense layers' weights: `model.safetensors` of each folder below `model`.
  // Requires: each layer's inputs are the outputs before it, `hidden` first. Errors: as Safetensors::floats, of
  // the file.
  [[nodiscard]] static Result<SentenceHead> open(Files& files, const std::filesystem::path& model,
                                                 std::size_t hidden, Pooling pooling,
                                                 const std::vector<DenseShape>& shapes);

  // Keeps only the first of the vectors' numbers. Requires: 0 < dimensions <= dimensions().
  void keep(std::size_t dimensions) { dimensions_ = dimensions; }
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }

  // out: [lengths.size()][dimensions()]. `hidden`: [hidden][sum of lengths], the texts one after the other.
  void vectors(const Columns& hidden, std::span<const std::size_t> lengths, std::span<float> out) const;

  // The dense layers' files, for the fingerprint.
  [[nodiscard]] std::vector<const Safetensors*> weights() const;

 private:
  struct Dense {
    DenseShape shape;
    std::unique_ptr<Safetensors> file;
    std::span<const float> weights, bias;  // bias: empty where there is none
  };

  SentenceHead() = default;
  void pool(const Columns& text, std::span<float> vector) const;
  static void apply(const Dense& dense, std::vector<float>& vector);

  Pooling pooling_ = Pooling::mean;
  std::size_t dimensions_ = 0;
  std::vector<Dense> layers_;
};

}  // namespace kindling
