// What the first bytes of a picture or a recording say of it: its format, its size, how long it lasts.
//
// Only headers are read, nothing is decoded; hostile bytes cost an error, never more than one pass over them.
// PNG (RFC 2083), JPEG (ITU T.81), WebP (RFC 9649), GIF89a; WAV (RIFF), MPEG-1/2/2.5 layer III frames.
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

struct ImageHeader {
  std::string format;                   // "png", "jpeg", "webp", "gif"
  std::uint32_t width = 0, height = 0;  // pixels, > 0
};

struct AudioHeader {
  std::string format;  // "wav", "mp3"
  double seconds = 0;  // > 0
};

// Pixels on a side, at most: more than any camera has, and products stay small.
inline constexpr std::uint32_t image_side_max = 100'000;

// Errors: `malformed`: of no known format, or cut before it says its size.
[[nodiscard]] Result<ImageHeader> read_image_header(std::string_view bytes);
[[nodiscard]] Result<AudioHeader> read_audio_header(std::string_view bytes);

}  // namespace kindling
