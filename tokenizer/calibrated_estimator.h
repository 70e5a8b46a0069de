// Counting for a model whose vocabulary is closed, after some of its answers were observed.
//
// With fewer than 20 observations it counts as the plain estimator does; from 20 on the estimate follows the
// fit, and from 99 on `tokens_max` is the calibrated bound (tokenizer/calibration.h), never above the bytes.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/calibration.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

[[nodiscard]] std::unique_ptr<Tokenizer> make_calibrated_estimator(std::string name, Calibration calibration);

}  // namespace kindling
