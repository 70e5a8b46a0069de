// Identity of content: SHA-256 (FIPS 180-4), for "has this file changed", model fingerprints and duplicate
// documents.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// HMAC (RFC 2104) over SHA-256: who does not have the key can neither make nor foretell it. 64 digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace kindling
