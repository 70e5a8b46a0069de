// Pictures made for tests, and looked at by them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kindling {

// "png", "jpeg", "webp", "gif". A photograph differs from pixel to pixel; a drawing is four quarters of one
// colour each: red and green above, blue and white below.
[[nodiscard]] std::string photograph(std::string_view format, int width, int height);
[[nodiscard]] std::string drawing(std::string_view format, int width, int height);
[[nodiscard]] std::string see_through_png(int width, int height);

// The drawing, and then as many frames in which nothing changes.
[[nodiscard]] std::string animated_gif(int width, int height, int frames);

// The JPEG with an EXIF segment that says how it wants to be turned.
[[nodiscard]] std::string with_orientation(const std::string& jpeg, int orientation);

// A picture's header and nothing behind it.
[[nodiscard]] std::string png_header(std::uint32_t width, std::uint32_t height);

// 'r', 'g', 'b' or 'w', whichever is nearest, at a place given in shares of width and height; '?' if it cannot
// be decoded.
[[nodiscard]] char color_at(std::string_view picture, double x, double y);

// A PDF of two pages: words, and a page that holds nothing but a black bar on white.
[[nodiscard]] std::string half_scanned_pdf(std::string_view words);

}  // namespace kindling
