#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-image.h>
#include <poppler/cpp/poppler-page-renderer.h>
#include <poppler/cpp/poppler-page.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "formats/parse/pictures.h"

namespace kindling {
namespace {

constexpr double points_per_inch = 72;
constexpr double side_pixels_max = 8'000;       // whatever the limits say
constexpr double page_pixels_max = 16'000'000;  // 64 MB while it is drawn

Error unreadable() {
  return {ErrorCode::malformed, "", "not a PDF that can be read, or damaged",
          "check that it opens in a viewer"};
}

Result<Picture> render(std::string_view pdf, std::uint32_t number, const PictureLimits& limits) {
  if (pdf.size() > 0x7fff'ffff)
    return Error{ErrorCode::too_large, "", "a PDF of more than 2 GiB", "split the file"};
  const std::unique_ptr<poppler::document> document(
      poppler::document::load_from_raw_data(pdf.data(), static_cast<int>(pdf.size())));
  if (!document) return unreadable();
  if (document->is_locked()) {
    return Error{ErrorCode::encrypted, "", "protected by a password", "save a copy without the password"};
  }
  if (number < 1 || document->pages() < 0 || number > static_cast<std::uint32_t>(document->pages())) {
    return Error{ErrorCode::not_found, "page " + std::to_string(number), "the document has no such page", ""};
  }
  const std::unique_ptr<poppler::page> page(document->create_page(static_cast<int>(number) - 1));
  if (!page) return unreadable();
  const poppler::rectf box = page->page_rect();
  const double width = std::abs(box.width()), height = std::abs(box.height());
  if (!(width >= 1) || !(height >= 1) || !std::isfinite(width) || !std::isfinite(height)) return unreadable();
  double scale = page_dots_per_inch / points_per_inch;
  scale /= shrinking(limits, width * scale, height * scale);
  scale = std::min(
      {scale, side_pixels_max / std::max(width, height), std::sqrt(page_pixels_max / (width * height))});
  poppler::page_renderer renderer;
  renderer.set_image_format(poppler::image::format_argb32);
  renderer.set_render_hint(poppler::page_renderer::antialiasing);
  renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
  const auto pixels = [&](double side) { return std::max(1, static_cast<int>(std::floor(side * scale))); };
  const poppler::image image = renderer.render_page(
      page.get(), scale * points_per_inch, scale * points_per_inch, 0, 0, pixels(width), pixels(height));
  if (!image.is_valid() || image.format() != poppler::image::format_argb32) throw std::bad_alloc();
  return encode_page({reinterpret_cast<const unsigned char*>(image.const_data()),
                      static_cast<std::size_t>(image.bytes_per_row()), image.width(), image.height()});
}

}  // namespace

Result<Picture> render_pdf_page(std::string_view pdf, std::uint32_t page, const PictureLimits& limits) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  try {
    return render(pdf, page, limits);
  } catch (const std::bad_alloc&) {
    throw;  // the worker's limit; it says so
  } catch (const std::exception& exception) {
    return Error{ErrorCode::malformed, "", std::string("cannot be drawn: ") + exception.what(),
                 "check that it opens in a viewer"};
  }
}

}  // namespace kindling
