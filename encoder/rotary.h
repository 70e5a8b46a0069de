// Angles of rotary positions (Su et al., 2104.09864): feature pair f of `width` / 2 turns by position /
// theta^(2 f / width).
//
// Made when a text is longer than all before. Not thread-safe.
#pragma once

#include "base/simd/columns.h"

namespace kindling {

class RotaryAngles {
 public:
  // At least `positions` columns each. Requires: theta and width are the same each time.
  void cover(double theta, std::size_t width, std::size_t positions);
  [[nodiscard]] const Columns& cosines() const { return cosines_; }
  [[nodiscard]] const Columns& sines() const { return sines_; }

 private:
  ColumnBuffer cosines_memory_, sines_memory_;
  Columns cosines_, sines_;
};

}  // namespace kindling
