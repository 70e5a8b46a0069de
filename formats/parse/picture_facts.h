// What has to be known of a picture's bytes before a library decodes them, and what libraries do not say.
//
// Bounded passes over foreign bytes, nothing decoded. EXIF 2.32 (orientation), GIF89a.
// Pure functions; safe from any thread.
#pragma once

#include <string_view>

namespace kindling {

// "png", "jpeg", "webp", "gif", or "" for anything else, by the first bytes.
[[nodiscard]] std::string_view picture_format_of(std::string_view bytes);

// How a JPEG wants to be turned, 1 (as it is) to 8.
[[nodiscard]] int exif_orientation(std::string_view jpeg);

// Whether it has an end: what the decoder of a cut one lacks, it makes up in grey.
[[nodiscard]] bool has_jpeg_end(std::string_view jpeg);

struct GifFrames {
  bool several = false;            // more than one frame; where the second begins the looking ends
  unsigned width = 0, height = 0;  // of the first frame, which need not be the picture's; 0: none was found
};
[[nodiscard]] GifFrames gif_frames(std::string_view gif);

}  // namespace kindling
