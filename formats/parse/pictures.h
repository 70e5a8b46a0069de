// Pictures made fit (formats/picture.h), inside the worker; tests call it directly. libgd does the decoding,
// the resampling (each new pixel is the mean of the area it covers) and the encoding.
//
// Pure functions, safe from any thread. Errors: `malformed`, `unsupported`, `no_text`.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "formats/picture.h"

namespace kindling {

// See PictureReader::fit.
[[nodiscard]] Result<Picture> fit_picture(std::string_view bytes, const PictureLimits& limits);

// How many times smaller than `width` by `height` a picture must be made; 1: it fits.
[[nodiscard]] double shrinking(const PictureLimits& limits, double width, double height);

// Rows of blue, green, red and one byte to pass over, as a page is rendered.
struct RenderedPage {
  const unsigned char* pixels = nullptr;
  std::size_t bytes_per_row = 0;
  int width = 0, height = 0;
};

// Errors: `no_text` when all pixels are the same: an empty page.
[[nodiscard]] Result<Picture> encode_page(const RenderedPage& page);

// A page of a PDF. See PictureReader::page. (In formats/parse/pdf_page.cc, with the rest of poppler.)
[[nodiscard]] Result<Picture> render_pdf_page(std::string_view pdf, std::uint32_t page,
                                              const PictureLimits& limits);

}  // namespace kindling
