#include "engine/endpoint/model_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/split_mix.h"

namespace kindling {
namespace {

constexpr std::size_t directions = 32;
constexpr double steps_per_unit = 32;  // products are about normal with variance 1: a byte reaches 4 of them
constexpr double distance_max = .02;   // squared

using Products = std::array<int, directions>;

std::optional<Products> parse_signature(std::string_view text) {
  if (text.size() != 2 * directions) return std::nullopt;
  Products products{};
  for (std::size_t j = 0; j < directions; ++j) {
    const std::string_view digits = text.substr(2 * j, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, products[j], 16);
    if (error != std::errc() || end != digits.data() + 2 || products[j] < 0) return std::nullopt;
  }
  return products;
}

}  // namespace

std::string model_signature(std::span<const float> vector) {
  std::array<double, directions> products{};
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const std::uint64_t signs = split_mix(i);  // a fair coin for each direction
    for (std::size_t j = 0; j < directions; ++j)
      products[j] += (signs >> j & 1) != 0 ? static_cast<double>(vector[i]) : -static_cast<double>(vector[i]);
  }
  std::string text;
  for (const double product : products) {
    const long step = std::lround(std::clamp(product, -8., 8.) * steps_per_unit) + 128;
    text += fmt::format("{:02x}", std::clamp(step, 0L, 255L));
  }
  return text;
}

bool is_same_model(std::string_view signature, std::string_view other) {
  const auto a = parse_signature(signature);
  const auto b = parse_signature(other);
  if (!a || !b) return false;
  double squares = 0;
  for (std::size_t j = 0; j < directions; ++j) {
    const double difference = ((*a)[j] - (*b)[j]) / steps_per_unit;
    squares += difference * difference;
  }
  return squares / directions <= distance_max;
}

}  // namespace kindling
