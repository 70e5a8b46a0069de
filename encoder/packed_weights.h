// A network's matrices in eight bits or in bfloat16, packed for the instructions in use, in one piece of memory
// that can be kept in a file and mapped again: what takes a tenth of a second to make takes no time to open.
//
// Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/simd/packed_linear.h"
#include "encoder/network_shape.h"

namespace kindling {

// One layer's products. Query, key and value are one product, as they have one input; so are the two matrices
// of a gated feed-forward layer. The outer product, in eight bits, is a sum of several, each of some of the
// inputs: what comes out of an activation function has few large numbers, and each part has scales of its own.
struct PackedLayer {
  PackedLinear projections, attention_out, inner;
  std::vector<PackedLinear> outer;  // of the inputs one after the other
};

// How each product of a layer is packed.
struct PackedPlan {
  PackedLayout projections, attention_out, inner, outer;

  [[nodiscard]] std::string name() const;  // for file names
};

// For the instruction set in use. Requires, for bfloat16: bf16_is_fast().
[[nodiscard]] PackedPlan int8_plan();
[[nodiscard]] PackedPlan bf16_plan();

// The largest size of each input of a layer's products, over a few texts: what eight bits have to hold.
struct LayerPeaks {
  std::vector<float> projections, attention_out, inner, outer;
};

// The same layer in single precision, to pack.
struct LayerMatrices {
  Linear query, key, value, attention_out, inner, outer;
  Linear factor;  // of a gated layer; else empty
};

class PackedWeights {
 public:
  // `fingerprint` is the encoder's: packed weights of one model are never taken for another's. `peaks`: of all
  // layers, or empty, where inputs are as large as each other.
  [[nodiscard]] static PackedWeights pack(const std::vector<LayerMatrices>& layers, const NetworkShape& shape,
                                          const PackedPlan& plan, std::string_view fingerprint,
                                          std::span<const LayerPeaks> peaks);

  // What `bytes()` gave, from a file. Null unless it is for exactly this model, plan and version, as its size
  // and heading say; whether the rest is undamaged, `whole` says.
  [[nodiscard]] static std::unique_ptr<PackedWeights> open(std::unique_ptr<MappedFile> file,
                                                           const NetworkShape& shape, const PackedPlan& plan,
                                                           std::string_view fingerprint);

  // Whether the bytes have their checksum. Reads them all.
  [[nodiscard]] bool whole() const;
  // As it is stored: one number for one content.
  [[nodiscard]] std::uint32_t checksum() const;

  // How near the vectors made with these weights are to those of single precision: a cosine over a few texts,
  // measured once by whoever packs. 0 until then. Requires, for setting: made by pack().
  [[nodiscard]] float agreement() const;
  void set_agreement(float cosine);

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<PackedLayer>& layers() const { return layers_; }

  // Changes with the file's form, with what is packed how, and with what agreement() is measured on.
  static constexpr unsigned version = 4;

 private:
  struct alignas(64) Line {
    char bytes[64] = {};
  };

  PackedWeights() = default;
  void place_layers(const NetworkShape& shape, const PackedPlan& plan);

  std::unique_ptr<MappedFile> file_;  // or
  std::vector<Line> memory_;
  std::string_view bytes_;  // of either
  std::vector<PackedLayer> layers_;
};

}  // namespace kindling
