#include "encoder/network_weights.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace kindling {
namespace {

// What a kind of network calls its tensors, without ".weight" and ".bias". Empty: it has none, or it is part of
// a fused one.
struct WeightNames {
  std::string_view words, positions, types, embedding_norm, distances, final_norm;
  std::string_view layer;  // and a number
  std::string_view query, key, value, query_key_value, attention_out, attention_norm;
  std::string_view inner, factor, inner_factor, outer, outer_norm;
};

constexpr WeightNames bert_names = {.words = "embeddings.word_embeddings",
                                    .positions = "embeddings.position_embeddings",
                                    .types = "embeddings.token_type_embeddings",
                                    .embedding_norm = "embeddings.LayerNorm",
                                    .distances = {},
                                    .final_norm = {},
                                    .layer = "encoder.layer.",
                                    .query = "attention.self.query",
                                    .key = "attention.self.key",
                                    .value = "attention.self.value",
                                    .query_key_value = {},
                                    .attention_out = "attention.output.dense",
                                    .attention_norm = "attention.output.LayerNorm",
                                    .inner = "intermediate.dense",
                                    .factor = {},
                                    .inner_factor = {},
                                    .outer = "output.dense",
                                    .outer_norm = "output.LayerNorm"};

constexpr WeightNames mpnet_names = [] {
  WeightNames names = bert_names;
  names.distances = "encoder.relative_attention_bias";
  names.query = "attention.attn.q";
  names.key = "attention.attn.k";
  names.value = "attention.attn.v";
  names.attention_out = "attention.attn.o";
  names.attention_norm = "attention.LayerNorm";
  return names;
}();

constexpr WeightNames distilbert_names = [] {
  WeightNames names = bert_names;
  names.layer = "transformer.layer.";
  names.query = "attention.q_lin";
  names.key = "attention.k_lin";
  names.value = "attention.v_lin";
  names.attention_out = "attention.out_lin";
  names.attention_norm = "sa_layer_norm";
  names.inner = "ffn.lin1";
  names.outer = "ffn.lin2";
  names.outer_norm = "output_layer_norm";
  return names;
}();

constexpr WeightNames modernbert_names = {.words = "embeddings.tok_embeddings",
                                          .positions = {},
                                          .types = {},
                                          .embedding_norm = "embeddings.norm",
                                          .distances = {},
                                          .final_norm = "final_norm",
                                          .layer = "layers.",
                                          .query = {},
                                          .key = {},
                                          .value = {},
                                          .query_key_value = "attn.Wqkv",
                                          .attention_out = "attn.Wo",
                                          .attention_norm = "attn_norm",
                                          .inner = {},
                                          .factor = {},
                                          .inner_factor = "mlp.Wi",
                                          .outer = "mlp.Wo",
                                          .outer_norm = "mlp_norm"};

// transformers writes them so too, though it has other names inside.
constexpr WeightNames nomic_names = {.words = "embeddings.word_embeddings",
                                     .positions = {},
                                     .types = "embeddings.token_type_embeddings",
                                     .embedding_norm = "emb_ln",
                                     .distances = {},
                                     .final_norm = {},
                                     .layer = "encoder.layers.",
                                     .query = {},
                                     .key = {},
                                     .value = {},
                                     .query_key_value = "attn.Wqkv",
                                     .attention_out = "attn.out_proj",
                                     .attention_norm = "norm1",
                                     .inner = "mlp.fc12",
                                     .factor = "mlp.fc11",
                                     .inner_factor = {},
                                     .outer = "mlp.fc2",
                                     .outer_norm = "norm2"};

constexpr std::array all_names = {bert_names, mpnet_names, distilbert_names, modernbert_names, nomic_names};
constexpr std::array<std::string_view, 8> all_prefixes = {
    "", "bert.", "roberta.", "mpnet.", "distilbert.", "model.", "nomic_bert.", "camembert."};

class Binder {
 public:
  Binder(const Safetensors& tensors, const NetworkShape& shape)
      : tensors_(tensors), shape_(shape), zeros_(std::make_shared<const std::vector<float>>(largest())) {
    for (const WeightNames& names : all_names) {
      for (const std::string_view prefix : all_prefixes) {
        const std::string probe = std::string(prefix) + std::string(names.layer) + "0.";
        if (!tensors.has(probe + std::string(names.attention_out) + ".weight")) continue;
        names_ = names;
        prefix_ = prefix;
        return;
      }
    }
  }

  [[nodiscard]] Result<NetworkWeights> bind() const {
    const std::uint64_t hidden = shape_.hidden;
    NetworkWeights weights;
    weights.zeros = zeros_;
    KINDLING_TRY(weights.words, table(names_.words, shape_.vocabulary, hidden));
    if (!shape_.theta) {
      KINDLING_TRY(weights.positions, table(names_.positions, shape_.positions, hidden));
    }
    if (shape_.types > 0) {
      KINDLING_TRY(weights.type, table(names_.types, shape_.types, hidden));
      weights.type = weights.type.first(hidden);
    }
    if (shape_.distance_buckets > 0) {
      KINDLING_TRY(weights.distances, table(names_.distances, shape_.distance_buckets, shape_.heads));
    }
    KINDLING_TRY(weights.embedding_norm, norm(prefix_ + std::string(names_.embedding_norm)));
    if (shape_.norm_first) {
      KINDLING_TRY(weights.final_norm, norm(prefix_ + std::string(names_.final_norm)));
    }
    for (std::size_t i = 0; i < shape_.layers; ++i) {
      KINDLING_TRY(LayerWeights layer, bind_layer(i));
      weights.layers.push_back(layer);
    }
    return weights;
  }

 private:
  [[nodiscard]] std::size_t largest() const { return std::max({3 * shape_.hidden, 2 * shape_.inner}); }

  [[nodiscard]] Result<std::span<const float>> table(std::string_view name, std::uint64_t rows,
                                                     std::uint64_t columns) const {
    return tensors_.floats(prefix_ + std::string(name) + ".weight", {rows, columns});
  }

  [[nodiscard]] Result<Norm> norm(const std::string& name) const {
    Norm found;
    KINDLING_TRY(found.weight, tensors_.floats(name + ".weight", {shape_.hidden}));
    KINDLING_TRY(found.bias, bias(name, shape_.hidden, shape_.norm_biases));
    return found;
  }

  [[nodiscard]] Result<std::span<const float>> bias(const std::string& name, std::uint64_t size,
                                                    bool there) const {
    if (!there) return std::span(*zeros_).first(size);
    return tensors_.floats(name + ".bias", {size});
  }

  // `parts` matrices of the same shape, one below the other in one tensor.
  [[nodiscard]] Status linears(const std::string& name, std::uint64_t outputs, std::uint64_t inputs,
                               bool biases, std::initializer_list<Linear*> parts) const {
    KINDLING_TRY(const auto weights, tensors_.floats(name + ".weight", {parts.size() * outputs, inputs}));
    KINDLING_TRY(const auto bias_values, bias(name, parts.size() * outputs, biases));
    std::size_t row = 0;
    for (Linear* part : parts) {
      part->weights = weights.subspan(row * inputs, outputs * inputs);
      part->bias = bias_values.subspan(row, outputs);
      row += outputs;
    }
    return {};
  }

  [[nodiscard]] Result<LayerWeights> bind_layer(std::size_t index) const {
    const std::string layer = prefix_ + std::string(names_.layer) + std::to_string(index) + ".";
    const auto name = [&layer](std::string_view part) { return layer + std::string(part); };
    const std::uint64_t hidden = shape_.hidden;
    LayerWeights found;
    LayerMatrices& m = found.matrices;
    const bool biases = shape_.attention_biases;
    if (!names_.query_key_value.empty()) {
      KINDLING_TRY_VOID(
          linears(name(names_.query_key_value), hidden, hidden, biases, {&m.query, &m.key, &m.value}));
    } else {
      KINDLING_TRY_VOID(linears(name(names_.query), hidden, hidden, biases, {&m.query}));
      KINDLING_TRY_VOID(linears(name(names_.key), hidden, hidden, biases, {&m.key}));
      KINDLING_TRY_VOID(linears(name(names_.value), hidden, hidden, biases, {&m.value}));
    }
    KINDLING_TRY_VOID(linears(name(names_.attention_out), hidden, hidden, biases, {&m.attention_out}));
    KINDLING_TRY_VOID(bind_feed_forward(layer, m));
    // The first part of a network that normalises first has just been normalised.
    if (index > 0 || !shape_.norm_first) {
      KINDLING_TRY(found.attention_norm, norm(name(names_.attention_norm)));
    }
    KINDLING_TRY(found.outer_norm, norm(name(names_.outer_norm)));
    return found;
  }

  [[nodiscard]] Status bind_feed_forward(const std::string& layer, LayerMatrices& m) const {
    const bool biases = shape_.feed_forward_biases;
    const auto name = [&layer](std::string_view part) { return layer + std::string(part); };
    if (!shape_.gate) {
      KINDLING_TRY_VOID(linears(name(names_.inner), shape_.inner, shape_.hidden, biases, {&m.inner}));
    } else if (!names_.inner_factor.empty()) {
      KINDLING_TRY_VOID(
          linears(name(names_.inner_factor), shape_.inner, shape_.hidden, biases, {&m.inner, &m.factor}));
    } else {
      KINDLING_TRY_VOID(linears(name(names_.inner), shape_.inner, shape_.hidden, biases, {&m.inner}));
      KINDLING_TRY_VOID(linears(name(names_.factor), shape_.inner, shape_.hidden, biases, {&m.factor}));
    }
    return linears(name(names_.outer), shape_.hidden, shape_.inner, biases, {&m.outer});
  }

  const Safetensors& tensors_;
  const NetworkShape& shape_;
  std::shared_ptr<const std::vector<float>> zeros_;
  WeightNames names_ = bert_names;
  std::string prefix_;
};

}  // namespace

Result<NetworkWeights> bind_network_weights(const Safetensors& tensors, const NetworkShape& shape) {
  return Binder(tensors, shape).bind();
}

}  // namespace kindling
