#include "encoder/sentence_head.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/simd/transform.h"
#include "base/simd/vectors.h"
#include "encoder/model_files.h"

namespace kindling {

Result<SentenceHead> SentenceHead::open(Files& files, const std::filesystem::path& model, std::size_t hidden,
                                        Pooling pooling, const std::vector<DenseShape>& shapes) {
  SentenceHead head;
  head.pooling_ = pooling;
  head.dimensions_ = hidden;
  for (const DenseShape& shape : shapes) {
    KINDLING_CHECK(shape.inputs == head.dimensions_);
    const std::filesystem::path file = model / in_module(shape.folder, "model.safetensors");
    KINDLING_TRY(auto mapped, files.map(file));
    KINDLING_TRY(Safetensors opened, Safetensors::open(std::move(mapped)).within(file.string()));
    Dense dense{shape, std::make_unique<Safetensors>(std::move(opened)), {}, {}};
    KINDLING_TRY(dense.weights,
                 dense.file->floats("linear.weight", {shape.outputs, shape.inputs}).within(file.string()));
    if (shape.bias) {
      KINDLING_TRY(dense.bias, dense.file->floats("linear.bias", {shape.outputs}).within(file.string()));
    }
    head.dimensions_ = shape.outputs;
    head.layers_.push_back(std::move(dense));
  }
  return head;
}

std::vector<const Safetensors*> SentenceHead::weights() const {
  std::vector<const Safetensors*> files;
  for (const Dense& dense : layers_) files.push_back(dense.file.get());
  return files;
}

void SentenceHead::vectors(const Columns& hidden, std::span<const std::size_t> lengths,
                           std::span<float> out) const {
  KINDLING_CHECK(out.size() == lengths.size() * dimensions_);
  std::size_t begin = 0;
  std::vector<float> vector;
  for (std::size_t text = 0; text < lengths.size(); ++text) {
    vector.resize(hidden.features);
    pool({hidden.data + begin, hidden.features, lengths[text], hidden.stride}, vector);
    for (const Dense& dense : layers_) apply(dense, vector);
    const std::span<float> kept = out.subspan(text * dimensions_, dimensions_);
    std::copy_n(vector.begin(), dimensions_, kept.begin());
    normalize_l2(kept);
    begin += lengths[text];
  }
}

void SentenceHead::pool(const Columns& text, std::span<float> vector) const {
  if (pooling_ == Pooling::max) {
    for (std::size_t f = 0; f < text.features; ++f)
      vector[f] = *std::max_element(text.feature(f), text.feature(f) + text.count);
    return;
  }
  const std::size_t tokens = pooling_ == Pooling::mean ? text.count : 1;
  average_columns({text.data, text.features, tokens, text.stride}, vector);
}

void SentenceHead::apply(const Dense& dense, std::vector<float>& vector) {
  if (dense.shape.normalize_first) normalize_l2(vector);
  std::vector<float> out(dense.shape.outputs);
  inner_products(vector, dense.weights, out);
  for (std::size_t i = 0; i < dense.bias.size(); ++i) out[i] += dense.bias[i];
  if (dense.shape.tanh) {
    for (float& x : out) x = std::tanh(x);
  }
  vector = std::move(out);
}

}  // namespace kindling
