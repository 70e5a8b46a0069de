// What a probe sends: harmless values of parameters, a tool, the smallest picture and recording.
//
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "engine/media/media.h"

namespace kindling {

// For an answer of one word; reasoning comes out of it too.
inline constexpr std::uint64_t probe_output_tokens = 2'048;

// A few sentences, so that the endpoint's count of them says something.
extern const std::string_view probe_prose;

// A value of this parameter that a server which knows it would take; null where none is known.
[[nodiscard]] Json sample_of(std::string_view parameter);
[[nodiscard]] Json sample_tools();
// A white square of 32 pixels a side, or a tenth of a second of silence.
[[nodiscard]] Medium sample_medium(MediumKind kind);

}  // namespace kindling
