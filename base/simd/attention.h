// Scaled dot-product attention of one head within one text (Vaswani et al., 1706.03762, section 3.2.1).
//
// The largest score is subtracted before exponentiating, as accuracy needs. A column's result is the same bits
// whatever else is in the batch. Thread-safe; each call works on its caller's thread.
#pragma once

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

// out[:, i] = sum over j of softmax over j of (scale * queries[:, i] . keys[:, j]) * values[:, j].
// Columns of `out` past its count are not touched: texts stand side by side and may begin at any column.
// Requires: one shape for all four; `out` overlaps none of the others; column_group further columns of
// `queries` may be read (ColumnBuffer leaves that room).
void attend(const Columns& queries, const Columns& keys, const Columns& values, float scale,
            AttentionScratch& scratch, const Columns& out);

}  // namespace kindling
