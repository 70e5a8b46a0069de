// A network of BERT's kind (network_shape.h): token ids to one vector a token, in single precision, or with the
// products of weights and activations in eight bits or bfloat16 (base/simd/packed_linear.h); then attention is
// in bfloat16 as well where that is fast (base/simd/attention_bf16.h). Normalisations and activation functions
// are always single precision.
//
// Batches are ragged: the tokens of several texts stand side by side as columns (base/simd/columns.h), no token
// is padded, and only attention and positions know where a text begins. A text's vectors are the same bits
// whatever else is in its batch. Immutable; `run` may be called from several threads at once, each with a
// Scratch of its own. The weights are borrowed.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "base/simd/attention.h"
#include "base/simd/attention_bf16.h"
#include "base/simd/columns.h"
#include "base/simd/packed_linear.h"
#include "encoder/network_shape.h"
#include "encoder/network_weights.h"
#include "encoder/packed_weights.h"
#include "encoder/rotary.h"
#include "encoder/safetensors.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// Texts as ids, one after the other.
struct RaggedBatch {
  std::span<const TokenId> ids;
  std::span<const std::size_t> lengths;  // each > 0 and <= shape.tokens_max(); their sum is ids.size()
};

class Network {
 public:
  // Errors: as bind_network_weights. Requires: `tensors` outlives the network.
  [[nodiscard]] static Result<Network> bind(const Safetensors& tensors, const NetworkShape& shape);

  // What PackedWeights::pack takes.
  [[nodiscard]] std::vector<LayerMatrices> matrices() const;

  // From now on products are made with these. Requires: packed from matrices(), outlives the network, and was
  // packed for the instruction set in use.
  void use_packed(const PackedWeights& packed) { packed_ = &packed; }

  // Memory for activations, reused from batch to batch: about 14 KiB a token for a hidden size of 384. Of one
  // network.
  struct Scratch {
    ColumnBuffer hidden, normal, projected, context, inner;
    AttentionScratch attention;
    RotaryAngles angles, local_angles;
    PackedScratch panel;
    std::vector<LayerPeaks>* peaks = nullptr;  // if there, what goes into products is measured
  };

  // [hidden][batch.ids.size()], valid until the scratch is used again. Requires: every id within the
  // vocabulary.
  [[nodiscard]] Columns run(const RaggedBatch& batch, Scratch& scratch) const;

 private:
  Network() = default;
  void make_gains();
  void embed(const RaggedBatch& batch, const Columns& hidden) const;
  void normalize(const Norm& norm, const Columns& hidden) const;
  [[nodiscard]] const Columns& normalized(const Norm& norm, const Columns& hidden, const Columns& normal) const;
  void attention(std::size_t layer, const RaggedBatch& batch, const Columns& in, const Columns& hidden,
                 Scratch& scratch) const;
  void project(std::size_t layer, const Columns& in, const Columns& projected, Scratch& scratch) const;
  void rotate(std::size_t layer, const RaggedBatch& batch, const Columns& projected, Scratch& scratch) const;
  void feed_forward(std::size_t layer, const Columns& in, const Columns& hidden, Scratch& scratch) const;
  void widen(std::size_t layer, const Columns& in, const Columns& wide, Scratch& scratch) const;
  [[nodiscard]] bool is_local(std::size_t layer) const { return shape_.local && shape_.local->is_local[layer]; }
  [[nodiscard]] DistanceGains gains(std::size_t layer, std::size_t head) const;

  NetworkShape shape_;
  NetworkWeights weights_;
  std::vector<float> distance_gains_;      // [heads][2 * radius + 1]
  std::vector<float> window_;              // the same of local layers, for all heads
  const PackedWeights* packed_ = nullptr;  // null: single precision
};

}  // namespace kindling
