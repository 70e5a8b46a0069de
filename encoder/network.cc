#include "encoder/network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/simd/transform.h"
#include "encoder/distance_buckets.h"

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

// The largest size of each feature over all columns, into `peaks`.
void raise_peaks(const Columns& columns, std::vector<float>& peaks) {
  peaks.resize(columns.features);
  for (std::size_t f = 0; f < columns.features; ++f) {
    for (std::size_t c = 0; c < columns.count; ++c)
      peaks[f] = std::max(peaks[f], std::abs(columns.feature(f)[c]));
  }
}

float attention_scale(const NetworkShape& shape) {
  return 1.0f / std::sqrt(static_cast<float>(shape.head_width()));
}

}  // namespace

Result<Network> Network::bind(const Safetensors& tensors, const NetworkShape& shape) {
  Network network;
  network.shape_ = shape;
  KINDLING_TRY(network.weights_, bind_network_weights(tensors, network.shape_));
  network.make_gains();
  return network;
}

void Network::make_gains() {
  if (shape_.distance_buckets > 0) {
    const std::size_t radius = DistanceGains::radius_for(shape_.tokens_max(), SIZE_MAX);
    distance_gains_ = gains_by_distance(weights_.distances, shape_.heads, radius, attention_scale(shape_));
  }
  if (shape_.local) {
    const std::size_t reach = shape_.local->reach;
    const std::size_t radius = DistanceGains::radius_for(SIZE_MAX - 1, reach);
    window_.assign(2 * radius + 1, DistanceGains::unseen);
    std::fill_n(window_.begin() + static_cast<std::ptrdiff_t>(radius - reach), 2 * reach + 1, 0.0f);
  }
}

DistanceGains Network::gains(std::size_t layer, std::size_t head) const {
  if (is_local(layer)) return {window_, shape_.local->reach};
  const std::size_t width = distance_gains_.size() / shape_.heads;
  return {std::span(distance_gains_).subspan(head * width, width), SIZE_MAX};
}

std::vector<LayerMatrices> Network::matrices() const {
  std::vector<LayerMatrices> all;
  for (const LayerWeights& layer : weights_.layers) all.push_back(layer.matrices);
  return all;
}

Columns Network::run(const RaggedBatch& batch, Scratch& scratch) const {
  KINDLING_CHECK(std::accumulate(batch.lengths.begin(), batch.lengths.end(), std::size_t{0}) ==
                 batch.ids.size());
  const Columns hidden = scratch.hidden.shape(shape_.hidden, batch.ids.size());
  embed(batch, hidden);
  normalize(weights_.embedding_norm, hidden);
  if (shape_.norm_first) {
    const Columns normal = scratch.normal.shape(shape_.hidden, hidden.count);
    for (std::size_t i = 0; i < shape_.layers; ++i) {
      attention(i, batch, normalized(weights_.layers[i].attention_norm, hidden, normal), hidden, scratch);
      feed_forward(i, normalized(weights_.layers[i].outer_norm, hidden, normal), hidden, scratch);
    }
    normalize(weights_.final_norm, hidden);
    return hidden;
  }
  for (std::size_t i = 0; i < shape_.layers; ++i) {
    attention(i, batch, hidden, hidden, scratch);
    normalize(weights_.layers[i].attention_norm, hidden);
    feed_forward(i, hidden, hidden, scratch);
    normalize(weights_.layers[i].outer_norm, hidden);
  }
  return hidden;
}

void Network::normalize(const Norm& norm, const Columns& hidden) const {
  normalize_layer(hidden, norm.weight, norm.bias, shape_.epsilon, hidden);
}

// `normal`, filled; `hidden` itself where there is no norm.
const Columns& Network::normalized(const Norm& norm, const Columns& hidden, const Columns& normal) const {
  if (norm.weight.empty()) return hidden;
  normalize_layer(hidden, norm.weight, norm.bias, shape_.epsilon, normal);
  return normal;
}

// Word, type and learned position, summed: a group of columns at a time, feature by feature.
void Network::embed(const RaggedBatch& batch, const Columns& hidden) const {
  const float* zeros = weights_.zeros->data();
  const float* type = weights_.type.empty() ? zeros : weights_.type.data();
  std::array<const float*, column_group> words{}, places{};
  std::size_t column = 0;
  const auto write_group = [&](std::size_t count) {
    for (std::size_t f = 0; f < shape_.hidden; ++f) {
      float* to = hidden.feature(f) + column - count;
      for (std::size_t i = 0; i < count; ++i) to[i] = words[i][f] + type[f] + places[i][f];
      for (std::size_t i = count; i < column_group; ++i) to[i] = 0;
    }
  };
  for (const std::size_t length : batch.lengths) {
    KINDLING_CHECK(length > 0 && length <= shape_.tokens_max());
    for (std::size_t position = 0; position < length; ++position) {
      const auto id = static_cast<std::size_t>(batch.ids[column]);
      KINDLING_CHECK(id < shape_.vocabulary);
      words[column % column_group] = weights_.words.data() + id * shape_.hidden;
      places[column % column_group] =
          shape_.theta ? zeros : weights_.positions.data() + (shape_.first_position + position) * shape_.hidden;
      if (++column % column_group == 0) write_group(column_group);
    }
  }
  if (column % column_group != 0) write_group(column % column_group);
}

// Queries, keys and values of all heads, one below the other.
void Network::project(std::size_t layer, const Columns& in, const Columns& projected, Scratch& scratch) const {
  if (scratch.peaks != nullptr) raise_peaks(in, (*scratch.peaks)[layer].projections);
  if (packed_ != nullptr) {
    multiply_packed(packed_->layers()[layer].projections, in, projected, Epilogue::store, scratch.panel);
    return;
  }
  const LayerMatrices& matrices = weights_.layers[layer].matrices;
  const std::size_t width = shape_.hidden;
  multiply(matrices.query, in, part(projected, 0, width, 0, in.count), Epilogue::store);
  multiply(matrices.key, in, part(projected, width, width, 0, in.count), Epilogue::store);
  multiply(matrices.value, in, part(projected, 2 * width, width, 0, in.count), Epilogue::store);
}

// Queries and keys, each by the angles of its position.
void Network::rotate(std::size_t layer, const RaggedBatch& batch, const Columns& projected,
                     Scratch& scratch) const {
  if (!shape_.theta) return;
  RotaryAngles& angles = is_local(layer) ? scratch.local_angles : scratch.angles;
  angles.cover(is_local(layer) ? shape_.local->theta : *shape_.theta, shape_.head_width(),
               *std::ranges::max_element(batch.lengths));
  std::size_t begin = 0;
  for (const std::size_t length : batch.lengths) {
    for (std::size_t f = 0; f < 2 * shape_.hidden; f += shape_.head_width()) {
      rotate_positions(part(projected, f, shape_.head_width(), begin, length), angles.cosines(),
                       angles.sines());
    }
    begin += length;
  }
}

// hidden += output(attention of in)
void Network::attention(std::size_t layer, const RaggedBatch& batch, const Columns& in, const Columns& hidden,
                        Scratch& scratch) const {
  const std::size_t width = shape_.hidden, head_width = shape_.head_width();
  const Columns projected = scratch.projected.shape(3 * width, in.count);
  const Columns context = scratch.context.shape(width, in.count);
  project(layer, in, projected, scratch);
  rotate(layer, batch, projected, scratch);
  const float scale = attention_scale(shape_);
  const bool in_bf16 = packed_ != nullptr && attention_bf16_is_fast();
  std::size_t begin = 0;
  for (const std::size_t length : batch.lengths) {
    for (std::size_t head = 0; head < shape_.heads; ++head) {
      const std::size_t f = head * head_width;
      const Columns queries = part(projected, f, head_width, begin, length);
      const Columns keys = part(projected, width + f, head_width, begin, length);
      const Columns values = part(projected, 2 * width + f, head_width, begin, length);
      const Columns out = part(context, f, head_width, begin, length);
      if (in_bf16) {
        attend_bf16(queries, keys, values, scale, scratch.panel, out, gains(layer, head));
      } else {
        attend(queries, keys, values, scale, scratch.attention, out, gains(layer, head));
      }
    }
    begin += length;
  }
  if (scratch.peaks != nullptr) raise_peaks(context, (*scratch.peaks)[layer].attention_out);
  if (packed_ != nullptr) {
    multiply_packed(packed_->layers()[layer].attention_out, context, hidden, Epilogue::add, scratch.panel);
  } else {
    multiply(weights_.layers[layer].matrices.attention_out, context, hidden, Epilogue::add);
  }
}

// hidden += outer(activation(inner(in)))
void Network::feed_forward(std::size_t layer, const Columns& in, const Columns& hidden,
                           Scratch& scratch) const {
  for (std::size_t column = 0; column < in.count; column += feed_forward_columns) {
    const std::size_t count = std::min(feed_forward_columns, in.count - column);
    const Columns wide = scratch.inner.shape(shape_.inner * (shape_.gate ? 2 : 1), count);
    widen(layer, part(in, 0, shape_.hidden, column, count), wide, scratch);
    const Columns inner = part(wide, 0, shape_.inner, 0, count);
    const Columns out = part(hidden, 0, shape_.hidden, column, count);
    if (scratch.peaks != nullptr) raise_peaks(inner, (*scratch.peaks)[layer].outer);
    if (packed_ != nullptr) {
      std::size_t begin = 0;
      for (const PackedLinear& outer : packed_->layers()[layer].outer) {
        multiply_packed(outer, part(inner, begin, outer.inputs, 0, count), out, Epilogue::add, scratch.panel);
        begin += outer.inputs;
      }
    } else {
      multiply(weights_.layers[layer].matrices.outer, inner, out, Epilogue::add);
    }
  }
}

// wide = gelu(inner(in)), or the upper half of it gate(inner(in)) * factor(in).
void Network::widen(std::size_t layer, const Columns& in, const Columns& wide, Scratch& scratch) const {
  const Epilogue epilogue = shape_.gate ? Epilogue::store : Epilogue::gelu;
  const Columns inner = part(wide, 0, shape_.inner, 0, in.count);
  if (scratch.peaks != nullptr) raise_peaks(in, (*scratch.peaks)[layer].inner);
  const Columns factors = shape_.gate ? part(wide, shape_.inner, shape_.inner, 0, in.count) : Columns();
  if (packed_ != nullptr) {
    multiply_packed(packed_->layers()[layer].inner, in, wide, epilogue, scratch.panel);
  } else {
    multiply(weights_.layers[layer].matrices.inner, in, inner, epilogue);
    if (shape_.gate) multiply(weights_.layers[layer].matrices.factor, in, factors, epilogue);
  }
  if (shape_.gate) apply_gate(inner, factors, *shape_.gate);
}

}  // namespace kindling
