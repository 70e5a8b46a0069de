#include "engine/media/media_fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kindling {

Result<Medium> fit_image(PictureReader& reader, const ModelProfile& profile, Medium medium,
                         const Cancellation& cancellation) {
  if (std::uint64_t{medium.width} * medium.height > decoded_pixels_max) {
    return Error{ErrorCode::too_large, medium.name,
                 "says that it is " + std::to_string(medium.width) + " by " + std::to_string(medium.height) +
                     " pixels, more than the " + std::to_string(decoded_pixels_max >> 20) +
                     " million that are decoded",
                 "give a smaller one"};
  }
  KINDLING_TRY(Picture picture,
               reader.fit(*medium.bytes, best_size(profile), cancellation).within(medium.name));
  if (!picture.as_given) return made_image(std::move(medium.name), std::move(picture));
  return medium;
}

Result<Medium> made_image(std::string name, Picture picture) {
  // Read again: the worker has seen foreign bytes, and what is counted must be what is sent.
  auto medium = read_medium(name, std::move(picture.bytes), MediumKind::image);
  if (!medium || medium->width != picture.width || medium->height != picture.height) {
    return Error{ErrorCode::decoder_crashed, std::move(name),
                 "the decoder made something else than a picture of it", "leave it out, or report it"};
  }
  return medium;
}

ImageSize size_once_fit(const ModelProfile& profile, std::uint32_t width, std::uint32_t height) {
  const PictureLimits best = best_size(profile);
  const double w = width, h = height;
  double factor = 1;
  if (best.long_side > 0) factor = std::max(factor, std::max(w, h) / best.long_side);
  if (best.short_side > 0) factor = std::max(factor, std::min(w, h) / best.short_side);
  if (best.pixels > 0) factor = std::max(factor, std::sqrt(w * h / static_cast<double>(best.pixels)));
  const auto smaller = [&](double side) {
    return static_cast<std::uint32_t>(std::max(1., std::floor(side / factor + 1e-6)));
  };
  return {smaller(w), smaller(h)};
}

}  // namespace kindling
