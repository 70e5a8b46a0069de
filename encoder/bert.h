// The BERT network (Devlin et al., 1810.04805): token ids to one vector a text, in single precision, or with
// the products of weights and activations in eight bits (base/simd/multiply_int8.h). Attention, normalisations
// and activation functions are single precision in both.
//
// Batches are ragged: the tokens of several texts stand side by side as columns (base/simd/columns.h), no token
// is padded, and only attention knows where a text ends. A text's vector is the same bits whatever else is in
// its batch. Immutable; `encode` may be called from several threads at once, each with a Scratch of its own.
// The weights are borrowed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/simd/attention.h"
#include "base/simd/columns.h"
#include "base/simd/multiply.h"
#include "encoder/model_folder.h"
#include "encoder/packed_weights.h"
#include "encoder/safetensors.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// Texts as ids, one after the other.
struct RaggedBatch {
  std::span<const TokenId> ids;
  std::span<const std::size_t> lengths;  // each > 0 and <= positions; their sum is ids.size()
};

class Bert {
 public:
  // Finds each weight by its name, with or without the prefix "bert.". Errors: as Safetensors::floats.
  // Requires: `weights` outlives the network.
  [[nodiscard]] static Result<Bert> bind(const Safetensors& weights, const BertShape& shape);

  // What PackedWeights::pack takes.
  [[nodiscard]] std::vector<LayerMatrices> matrices() const;

  // From now on products are made with these. Requires: packed from matrices(), outlives the network, and was
  // packed for the instruction set in use.
  void use_packed(const PackedWeights& packed) { packed_ = &packed; }

  // Memory for activations, reused from batch to batch: about 14 KiB a token for a hidden size of 384.
  struct Scratch {
    ColumnBuffer hidden, projected, context, inner;
    AttentionScratch attention;
    Int8Scratch panel;
  };

  // out: [lengths.size()][hidden], one unit vector a text.
  // Requires: every id within the vocabulary.
  void encode(const RaggedBatch& batch, Pooling pooling, Scratch& scratch, std::span<float> out) const;

 private:
  struct Norm {
    std::span<const float> weight, bias;
  };
  struct Layer {
    LayerMatrices matrices;
    Norm attention_norm, outer_norm;
  };

  Bert() = default;
  [[nodiscard]] Columns embed(const RaggedBatch& batch, Scratch& scratch) const;
  void attention(std::size_t layer, const RaggedBatch& batch, const Columns& hidden, Scratch& scratch) const;
  void project(std::size_t layer, const Columns& hidden, const Columns& projected, Scratch& scratch) const;
  void feed_forward(std::size_t layer, const Columns& hidden, Scratch& scratch) const;

  BertShape shape_;
  std::span<const float> words_, positions_,
      type_;  // type_: the first row, as a text alone has type 0 throughout
  Norm embedding_norm_;
  std::vector<Layer> layers_;
  const PackedWeights* packed_ = nullptr;  // null: single precision
};

}  // namespace kindling
