// What a model's vector of one fixed text looks like, coarsely: to notice that another model answers at the
// same address.
//
// Vectors of one remote model wobble in their last digits from request to request (batches, kernels, machines),
// so equality says nothing. A signature keeps the inner products of the vector with 32 fixed directions of
// signs, a byte each; the mean of their squared differences estimates the squared distance of the vectors, to
// about a quarter (standard deviation). Same is what is estimated nearer than .02, a cosine of .99: machines
// that differ in rounding alone stay above .999, another training run or another model far below.
//
// Pure; safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kindling {

// 64 hexadecimal digits. Requires: `vector` has length 1.
[[nodiscard]] std::string model_signature(std::span<const float> vector);

// False too where one of them is no signature.
[[nodiscard]] bool is_same_model(std::string_view signature, std::string_view other);

}  // namespace kindling
