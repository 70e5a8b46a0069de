#include "encoder/bert.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/simd/transform.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

// Features [begin, begin + features) of `columns` [column, column + count).
Columns part(const Columns& columns, std::size_t begin, std::size_t features, std::size_t column,
             std::size_t count) {
  return {columns.feature(begin) + column, features, count, columns.stride};
}

// The feed-forward layer is four times as wide as the rest; in pieces of this many columns it stays in the
// second-level cache.
constexpr std::size_t feed_forward_columns = 96;

// Weights by name below one prefix.
class Names {
 public:
  Names(const Safetensors& weights, std::string prefix) : weights_(weights), prefix_(std::move(prefix)) {}

  [[nodiscard]] Result<std::span<const float>> floats(const std::string& name,
                                                      std::vector<std::uint64_t> shape) const {
    return weights_.floats(prefix_ + name, std::move(shape));
  }
  [[nodiscard]] Result<Linear> linear(const std::string& name, std::uint64_t outputs,
                                      std::uint64_t inputs) const {
    Linear layer;
    KINDLING_TRY(layer.weights, floats(name + ".weight", {outputs, inputs}));
    KINDLING_TRY(layer.bias, floats(name + ".bias", {outputs}));
    return layer;
  }
  [[nodiscard]] Names below(const std::string& name) const { return {weights_, prefix_ + name + "."}; }

 private:
  const Safetensors& weights_;
  std::string prefix_;
};

}  // namespace

Result<Bert> Bert::bind(const Safetensors& weights, const BertShape& shape) {
  const Names names(weights, weights.has("bert.embeddings.word_embeddings.weight") ? "bert." : "");
  const std::uint64_t hidden = shape.hidden;
  const auto norm = [hidden](const Names& from, const std::string& name) -> Result<Norm> {
    Norm found;
    KINDLING_TRY(found.weight, from.floats(name + ".weight", {hidden}));
    KINDLING_TRY(found.bias, from.floats(name + ".bias", {hidden}));
    return found;
  };

  Bert bert;
  bert.shape_ = shape;
  const Names embeddings = names.below("embeddings");
  KINDLING_TRY(bert.words_, embeddings.floats("word_embeddings.weight", {shape.vocabulary, hidden}));
  KINDLING_TRY(bert.positions_, embeddings.floats("position_embeddings.weight", {shape.positions, hidden}));
  KINDLING_TRY(bert.type_, embeddings.floats("token_type_embeddings.weight", {shape.types, hidden}));
  KINDLING_TRY(bert.embedding_norm_, norm(embeddings, "LayerNorm"));
  for (std::size_t i = 0; i < shape.layers; ++i) {
    const Names from = names.below("encoder.layer." + std::to_string(i));
    Layer layer;
    KINDLING_TRY(layer.matrices.query, from.linear("attention.self.query", hidden, hidden));
    KINDLING_TRY(layer.matrices.key, from.linear("attention.self.key", hidden, hidden));
    KINDLING_TRY(layer.matrices.value, from.linear("attention.self.value", hidden, hidden));
    KINDLING_TRY(layer.matrices.attention_out, from.linear("attention.output.dense", hidden, hidden));
    KINDLING_TRY(layer.attention_norm, norm(from, "attention.output.LayerNorm"));
    KINDLING_TRY(layer.matrices.inner, from.linear("intermediate.dense", shape.inner, hidden));
    KINDLING_TRY(layer.matrices.outer, from.linear("output.dense", hidden, shape.inner));
    KINDLING_TRY(layer.outer_norm, norm(from, "output.LayerNorm"));
    bert.layers_.push_back(layer);
  }
  return bert;
}

std::vector<LayerMatrices> Bert::matrices() const {
  std::vector<LayerMatrices> all;
  for (const Layer& layer : layers_) all.push_back(layer.matrices);
  return all;
}

void Bert::encode(const RaggedBatch& batch, Pooling pooling, Scratch& scratch, std::span<float> out) const {
  KINDLING_CHECK(std::accumulate(batch.lengths.begin(), batch.lengths.end(), std::size_t{0}) ==
                 batch.ids.size());
  KINDLING_CHECK(out.size() == batch.lengths.size() * shape_.hidden);
  const Columns hidden = embed(batch, scratch);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    attention(i, batch, hidden, scratch);
    normalize_layer(hidden, layer.attention_norm.weight, layer.attention_norm.bias, shape_.epsilon);
    feed_forward(i, hidden, scratch);
    normalize_layer(hidden, layer.outer_norm.weight, layer.outer_norm.bias, shape_.epsilon);
  }
  std::size_t begin = 0;
  for (std::size_t text = 0; text < batch.lengths.size(); ++text) {
    const std::span<float> vector = out.subspan(text * shape_.hidden, shape_.hidden);
    const std::size_t tokens = pooling == Pooling::mean ? batch.lengths[text] : 1;
    average_columns(part(hidden, 0, shape_.hidden, begin, tokens), vector);
    normalize_l2(vector);
    begin += batch.lengths[text];
  }
}

// Word, position and type, summed and normalised.
Columns Bert::embed(const RaggedBatch& batch, Scratch& scratch) const {
  const Columns hidden = scratch.hidden.shape(shape_.hidden, batch.ids.size());
  std::size_t column = 0;
  for (const std::size_t length : batch.lengths) {
    KINDLING_CHECK(length > 0 && length <= shape_.positions);
    for (std::size_t position = 0; position < length; ++position, ++column) {
      const auto id = static_cast<std::size_t>(batch.ids[column]);
      KINDLING_CHECK(id < shape_.vocabulary);
      const float* word = words_.data() + id * shape_.hidden;
      const float* place = positions_.data() + position * shape_.hidden;
      for (std::size_t f = 0; f < shape_.hidden; ++f) hidden.feature(f)[column] = word[f] + type_[f] + place[f];
    }
  }
  for (std::size_t f = 0; f < shape_.hidden; ++f) {
    std::fill(hidden.feature(f) + column, hidden.feature(f) + round_up_columns(column), 0.0f);
  }
  normalize_layer(hidden, embedding_norm_.weight, embedding_norm_.bias, shape_.epsilon);
  return hidden;
}

// Queries, keys and values of all heads, one below the other.
void Bert::project(std::size_t layer, const Columns& hidden, const Columns& projected, Scratch& scratch) const {
  if (packed_ != nullptr) {
    multiply_int8(packed_->layers()[layer].projections, hidden, projected, Epilogue::store, scratch.panel);
    return;
  }
  const LayerMatrices& matrices = layers_[layer].matrices;
  const std::size_t width = shape_.hidden;
  multiply(matrices.query, hidden, part(projected, 0, width, 0, hidden.count), Epilogue::store);
  multiply(matrices.key, hidden, part(projected, width, width, 0, hidden.count), Epilogue::store);
  multiply(matrices.value, hidden, part(projected, 2 * width, width, 0, hidden.count), Epilogue::store);
}

// hidden += output(attention of hidden)
void Bert::attention(std::size_t layer, const RaggedBatch& batch, const Columns& hidden,
                     Scratch& scratch) const {
  const std::size_t width = shape_.hidden;
  const Columns projected = scratch.projected.shape(3 * width, hidden.count);
  const Columns context = scratch.context.shape(width, hidden.count);
  project(layer, hidden, projected, scratch);

  const std::size_t head_width = width / shape_.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(head_width));
  std::size_t begin = 0;
  for (const std::size_t length : batch.lengths) {
    for (std::size_t f = 0; f < width; f += head_width) {
      attend(part(projected, f, head_width, begin, length),
             part(projected, width + f, head_width, begin, length),
             part(projected, 2 * width + f, head_width, begin, length), scale, scratch.attention,
             part(context, f, head_width, begin, length));
    }
    begin += length;
  }
  if (packed_ != nullptr) {
    multiply_int8(packed_->layers()[layer].attention_out, context, hidden, Epilogue::add, scratch.panel);
  } else {
    multiply(layers_[layer].matrices.attention_out, context, hidden, Epilogue::add);
  }
}

// hidden += outer(gelu(inner(hidden)))
void Bert::feed_forward(std::size_t layer, const Columns& hidden, Scratch& scratch) const {
  for (std::size_t column = 0; column < hidden.count; column += feed_forward_columns) {
    const std::size_t count = std::min(feed_forward_columns, hidden.count - column);
    const Columns piece = part(hidden, 0, shape_.hidden, column, count);
    const Columns inner = scratch.inner.shape(shape_.inner, count);
    if (packed_ != nullptr) {
      multiply_int8(packed_->layers()[layer].inner, piece, inner, Epilogue::gelu, scratch.panel);
      multiply_int8(packed_->layers()[layer].outer, inner, piece, Epilogue::add, scratch.panel);
    } else {
      multiply(layers_[layer].matrices.inner, piece, inner, Epilogue::gelu);
      multiply(layers_[layer].matrices.outer, inner, piece, Epilogue::add);
    }
  }
}

}  // namespace kindling
