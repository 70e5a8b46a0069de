// The profiles that come with the program, as text.
#pragma once

#include <span>
#include <string_view>

namespace kindling {

struct ShippedProfile {
  std::string_view name;
  std::string_view toml;
};

// By name.
[[nodiscard]] std::span<const ShippedProfile> shipped_profiles();

}  // namespace kindling
