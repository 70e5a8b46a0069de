// A network's matrices in eight bits, packed for the instructions in use, in one piece of memory that can
// be kept in a file and mapped again: what takes a tenth of a second to make takes no time to open.
//
// Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/simd/multiply_int8.h"
#include "encoder/network_shape.h"

namespace kindling {

// One layer's products. Query, key and value are one product, as they have one input; so are the two matrices
// of a gated feed-forward layer.
struct PackedLayer {
  Int8Linear projections, attention_out, inner, outer;
};

// The same layer in single precision, to pack.
struct LayerMatrices {
  Linear query, key, value, attention_out, inner, outer;
  Linear factor;  // of a gated layer; else empty
};

class PackedWeights {
 public:
  // `fingerprint` is the encoder's: packed weights of one model are never taken for another's.
  [[nodiscard]] static PackedWeights pack(const std::vector<LayerMatrices>& layers, const NetworkShape& shape,
                                          const Int8Layout& layout, std::string_view fingerprint);

  // What `bytes()` gave, from a file. Null unless it is for exactly this model, layout and version, whole and
  // undamaged.
  [[nodiscard]] static std::unique_ptr<PackedWeights> open(std::unique_ptr<MappedFile> file,
                                                           const NetworkShape& shape, const Int8Layout& layout,
                                                           std::string_view fingerprint);

  // How near the vectors made with these weights are to those of single precision: the mean cosine over a few
  // texts, measured once by whoever packs. 0 until then. Requires, for setting: made by pack().
  [[nodiscard]] float agreement() const;
  void set_agreement(float cosine);

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<PackedLayer>& layers() const { return layers_; }

  // Changes with the file's form and with what is packed how.
  static constexpr unsigned version = 2;

 private:
  struct alignas(64) Line {
    char bytes[64] = {};
  };

  PackedWeights() = default;
  void place_layers(const NetworkShape& shape, const Int8Layout& layout);

  std::unique_ptr<MappedFile> file_;  // or
  std::vector<Line> memory_;
  std::string_view bytes_;  // of either
  std::vector<PackedLayer> layers_;
};

}  // namespace kindling
