// Identity of content: SHA-256 (FIPS 180-4), for "has this file changed", model fingerprints and duplicate documents.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace kindling
