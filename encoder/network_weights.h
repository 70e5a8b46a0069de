// A network's weights, found by name among the tensors of a model file.
//
// Each kind of network has names of its own, and some keep several matrices in one tensor; which names a file
// uses is seen from the file. Biases that a kind does not have are zeros, so that the network has one form.
// Borrows the tensors.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/simd/multiply.h"
#include "encoder/network_shape.h"
#include "encoder/packed_weights.h"
#include "encoder/safetensors.h"

namespace kindling {

// Of a layer normalisation; without weights nothing is done.
struct Norm {
  std::span<const float> weight, bias;
};

struct LayerWeights {
  LayerMatrices matrices;
  Norm attention_norm, outer_norm;
};

struct NetworkWeights {
  std::span<const float> words, positions;  // [vocabulary or positions][hidden]
  std::span<const float> type;              // the first row, as a text alone has type 0 throughout; or empty
  std::span<const float> distances;         // [distance_buckets][heads]
  Norm embedding_norm, final_norm;
  std::vector<LayerWeights> layers;
  std::shared_ptr<const std::vector<float>> zeros;  // what stands for biases that are not there
};

// Requires: `tensors` outlives the result. Errors: as Safetensors::floats.
[[nodiscard]] Result<NetworkWeights> bind_network_weights(const Safetensors& tensors,
                                                          const NetworkShape& shape);

}  // namespace kindling
