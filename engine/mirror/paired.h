// Statistics of paired measurements that are looked at once: how surely two models differ in something.
//
// For looking again and again as pairs come in: engine/mirror/sequential.h.
// Pure functions; safe from any thread. Everything here can be repeated: the bootstrap has a fixed seed.
#pragma once

#include <cstdint>
#include <span>

namespace kindling {

struct Interval {
  double low = 0;
  double high = 0;

  [[nodiscard]] bool contains(double value) const { return low <= value && value <= high; }
};

// The probability that, were both equally likely, one of them would come out at least this far ahead: exact
// binomial, two-sided, ties left aside (the sign test). 1 without any.
[[nodiscard]] double sign_test(std::uint64_t wins, std::uint64_t losses);

struct MeanDifference {
  std::uint64_t count = 0;
  double mean = 0;
  Interval interval;  // 95 %; equals the mean below three values
};

// The mean and its percentile-bootstrap interval (Efron 1979), 2,000 resamples. Nothing is assumed of how the
// values are spread, which matters for costs and latencies; below some twenty values it is too narrow.
[[nodiscard]] MeanDifference mean_difference(std::span<const double> differences);

// The middle value; 0 without any.
[[nodiscard]] double median(std::span<const double> values);

}  // namespace kindling
