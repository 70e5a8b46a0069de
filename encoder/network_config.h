// config.json: which kind of network a model is, and its sizes.
//
// A member that would change what is computed and that is not known is an error naming it. Pure.
#pragma once

#include "base/json.h"
#include "encoder/network_shape.h"

namespace kindling {

// Errors: `unsupported` or `configuration`, naming config.json and the member.
[[nodiscard]] Result<NetworkShape> read_network_shape(const Json& config);

}  // namespace kindling
