// Scaled dot-product attention of one head within one text (Vaswani et al., 1706.03762, section 3.2.1).
//
// The largest score is subtracted before exponentiating, as accuracy needs. A column's result is the same bits
// whatever else is in the batch. Thread-safe; each call works on its caller's thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/simd/columns.h"

namespace kindling {

// Memory that one thread's calls share; grows to the longest text seen.
class AttentionScratch {
 public:
  [[nodiscard]] Columns scores(std::size_t tokens) { return buffer_.shape(tokens, attention_block); }

  // Queries are taken in blocks of this many, so that their scores against all keys stay in cache.
  static constexpr std::size_t attention_block = 48;

 private:
  ColumnBuffer buffer_;
};

// What a score gains by how far its two tokens stand apart: relative positions (Shaw et al., 1803.02155, as T5
// and MPNet have them), or a window beyond which nothing is seen.
struct DistanceGains {
  // [2 * radius + 1], of (query - key) from -radius on, in units of queries . keys, before they are scaled;
  // empty: none. radius >= radius_for(tokens, reach).
  std::span<const float> gains;
  std::size_t reach = SIZE_MAX;  // keys further away need not be looked at: their gain is `unseen`

  static constexpr float unseen = -1e30f;
  [[nodiscard]] static constexpr std::size_t radius_for(std::size_t tokens, std::size_t reach) {
    const std::size_t block = AttentionScratch::attention_block;
    return (tokens < reach || tokens < reach + block ? tokens : reach + block) + column_group;
  }
};

// out[:, i] = sum over j of softmax over j of (scale * (queries[:, i] . keys[:, j] + gain of i - j)) *
// values[:, j]. Columns of `out` past its count are not touched: texts stand side by side and may begin at any
// column. Requires: one shape for all four; `out` overlaps none of the others; column_group further columns of
// `queries` may be read (ColumnBuffer leaves that room).
void attend(const Columns& queries, const Columns& keys, const Columns& values, float scale,
            AttentionScratch& scratch, const Columns& out, const DistanceGains& distances = {});

// Ends the process unless shapes and gains are as required.
void check_attention(const Columns& queries, const Columns& keys, const Columns& values, const Columns& out,
                     const DistanceGains& distances);

}  // namespace kindling
