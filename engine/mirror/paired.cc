#include "engine/mirror/paired.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kindling {
namespace {

constexpr std::size_t resamples = 2'000;
constexpr double level = .95;

// xorshift* (Vigna 2016): the same numbers on every machine.
class Dice {
 public:
  std::size_t below(std::size_t end) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    const std::uint64_t bits = (state_ * 0x2545F4914F6CDD1DULL) >> 32;
    return static_cast<std::size_t>((bits * end) >> 32);
  }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

double sign_test(std::uint64_t wins, std::uint64_t losses) {
  const std::uint64_t n = wins + losses;
  const std::uint64_t fewer = std::min(wins, losses);
  if (n == 0 || 2 * fewer == n) return 1;
  const auto whole = static_cast<double>(n);
  double tail = 0;
  for (std::uint64_t k = 0; k <= fewer; ++k) {
    const auto part = static_cast<double>(k);
    tail += std::exp(std::lgamma(whole + 1) - std::lgamma(part + 1) - std::lgamma(whole - part + 1) -
                     whole * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

MeanDifference mean_difference(std::span<const double> differences) {
  MeanDifference result;
  result.count = differences.size();
  result.mean = mean_of(differences);
  result.interval = {result.mean, result.mean};
  if (differences.size() < 3) return result;
  Dice dice;
  std::vector<double> means(resamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) sum += differences[dice.below(differences.size())];
    mean = sum / static_cast<double>(differences.size());
  }
  std::ranges::sort(means);
  const auto cut = static_cast<std::size_t>((1 - level) / 2 * resamples);
  result.interval = {means[cut], means[resamples - 1 - cut]};
  return result;
}

double median(std::span<const double> values) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

}  // namespace kindling
