// A picture as it is sent: checked whole, turned upright, and shrunk to the size that is best for the profile's
// model.
//
// The decoding is done by a confined child process (formats/picture.h); what is counted afterwards is the size
// that is sent. Thread rules are the PictureReader's.
#pragma once

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/media/media.h"
#include "engine/profile.h"
#include "formats/picture.h"

namespace kindling {

// Decoded in memory at most; more is refused by its header. About what the largest cameras make.
inline constexpr std::uint64_t decoded_pixels_max = 64u << 20;

// Errors, naming the picture: `malformed`, `too_large`, `timed_out`, `decoder_crashed`, `cancelled`.
// Requires: an image with bytes, as read_medium gives it.
[[nodiscard]] Result<Medium> fit_image(PictureReader& reader, const ModelProfile& profile, Medium medium,
                                       const Cancellation& cancellation);

// A picture that a PictureReader made. Errors: `decoder_crashed` when it is not what it says.
[[nodiscard]] Result<Medium> made_image(std::string name, Picture picture);

// About what the picture will measure once it fits, by its header alone.
struct ImageSize {
  std::uint32_t width = 0, height = 0;
};
[[nodiscard]] ImageSize size_once_fit(const ModelProfile& profile, std::uint32_t width, std::uint32_t height);

}  // namespace kindling
