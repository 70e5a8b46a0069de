// What a network looks like: one description for BERT and its descendants, whose kinds differ in a few places
// only. Read from config.json (network_config.h).
//
//   BERT       learned positions, normalisations behind each part    Devlin et al., 1810.04805
//   RoBERTa    the same, positions counted from padding_idx + 1      Liu et al., 1907.11692; XLM-R, CamemBERT
//   DistilBERT BERT without types                                    Sanh et al., 1910.01108
//   MPNet      RoBERTa's positions and a gain by distance            Song et al., 2004.09297
//   ModernBERT rotary positions, windows, GeGLU, normalisations
//              before each part, no biases                           Warner et al., 2412.13663
//   NomicBERT  rotary positions, SwiGLU, no biases but the norms'    Nussbaum et al., 2402.01613
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/simd/transform.h"

namespace kindling {

// Each token sees those at most `reach` away, in layers that are local.
struct LocalAttention {
  std::size_t reach = 0;
  double theta = 0;            // of rotary positions there
  std::vector<bool> is_local;  // [layers]
};

struct NetworkShape {
  std::size_t vocabulary = 0;
  std::size_t positions = 0;  // rows of learned positions, or the longest text
  std::size_t types = 0;      // 0: none
  std::size_t layers = 0;
  std::size_t hidden = 0;
  std::size_t heads = 0;  // divides hidden
  std::size_t inner = 0;  // of the feed-forward layer
  float epsilon = 0;      // of the layer normalisations

  std::size_t first_position = 0;    // the row of a text's first token
  std::optional<double> theta = {};  // of rotary positions, which then take the place of learned ones
  std::size_t distance_buckets = 0;  // of gains by distance; 0: none
  std::optional<LocalAttention> local = {};
  std::optional<Gate> gate = {};  // of the feed-forward layer; none: GELU
  bool norm_first = false;        // before each part and at the end, not behind each part
  bool norm_biases = true, attention_biases = true, feed_forward_biases = true;

  // Tokens of the longest text.
  [[nodiscard]] std::size_t tokens_max() const { return positions - first_position; }
  [[nodiscard]] std::size_t head_width() const { return hidden / heads; }
};

}  // namespace kindling
