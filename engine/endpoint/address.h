// What the address of an endpoint must be before anything is sent there.
//
// Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/endpoint/secret.h"

namespace kindling {

// The address without slashes at its end. Errors: `configuration` (no http or https address, a query in it).
[[nodiscard]] Result<std::string> checked_base_url(std::string_view base_url);

// One warning where the key would cross the network for everybody to read: plain http to another machine.
// Requires: checked_base_url took the address.
void warn_of_open_key(std::string_view base_url, const Secret& key, std::string_view name);

}  // namespace kindling
