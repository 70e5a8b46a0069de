// Attention (attention.h) with both of its products in bfloat16 (multiply_bf16.h): about twice as fast as in
// single precision, for networks whose other products are rounded anyway.
//
// Queries, keys and values are rounded to the nearest bfloat16, and so are the weights that softmax gives,
// whose sum is that of the rounded ones: they still add up to one. Products of two such numbers are exact;
// sums, the largest score that is subtracted first and the exponential (right to 2e-7) are single precision. A
// column's result is the same bits whatever else is in the batch. Thread-safe; each call works on its caller's
// thread.
#pragma once

#include "base/simd/attention.h"
#include "base/simd/packed_linear.h"

namespace kindling {

// Whether the instruction set in use (dispatch.h) has vectors of bfloat16: AVX-512 BF16, with or without AMX.
[[nodiscard]] bool attention_bf16_is_fast();

// As `attend`. Requires: attention_bf16_is_fast(), and what `attend` requires; scale > 0.
void attend_bf16(const Columns& queries, const Columns& keys, const Columns& values, float scale,
                 PackedScratch& scratch, const Columns& out, const DistanceGains& distances = {});

}  // namespace kindling
