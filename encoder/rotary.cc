#include "encoder/rotary.h"

#include <algorithm>
#include <cmath>

namespace kindling {

void RotaryAngles::cover(double theta, std::size_t width, std::size_t positions) {
  if (positions <= cosines_.count) return;
  const std::size_t count = std::max(positions, 2 * cosines_.count);
  cosines_ = cosines_memory_.shape(width / 2, count);
  sines_ = sines_memory_.shape(width / 2, count);
  for (std::size_t f = 0; f < width / 2; ++f) {
    // Single precision where the models have it, for at a position of thousands it shows.
    const auto exponent = static_cast<float>(2 * f) / static_cast<float>(width);
    const float frequency = 1.0f / std::pow(static_cast<float>(theta), exponent);
    for (std::size_t position = 0; position < count; ++position) {
      const double angle = static_cast<float>(position) * frequency;
      cosines_.feature(f)[position] = static_cast<float>(std::cos(angle));
      sines_.feature(f)[position] = static_cast<float>(std::sin(angle));
    }
  }
}

}  // namespace kindling
