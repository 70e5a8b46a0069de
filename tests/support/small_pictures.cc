#include "tests/support/small_pictures.h"

#include <gd.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "base/check.h"

namespace kindling {
namespace {

using Image = std::unique_ptr<gdImage, decltype(&gdImageDestroy)>;

std::string encoded(gdImage& image, std::string_view format) {
  int size = 0;
  void* bytes = nullptr;
  if (format == "png") bytes = gdImagePngPtr(&image, &size);
  if (format == "jpeg") bytes = gdImageJpegPtr(&image, &size, 90);
  if (format == "webp") bytes = gdImageWebpPtr(&image, &size);
  if (format == "gif") bytes = gdImageGifPtr(&image, &size);
  KINDLING_CHECK(bytes != nullptr);
  std::string out(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  gdFree(bytes);
  return out;
}

Image painted(int width, int height, const std::function<int(int, int)>& color) {
  Image image(gdImageCreateTrueColor(width, height), gdImageDestroy);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) gdImageSetPixel(image.get(), x, y, color(x, y));
  }
  return image;
}

Image painted_drawing(int width, int height) {
  return painted(width, height, [&](int x, int y) {
    const bool right = x >= width / 2, below = y >= height / 2;
    return below ? (right ? 0xffffff : 0x0000ff) : (right ? 0x00ff00 : 0xff0000);
  });
}

std::string big(std::uint32_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

Image decoded(std::string_view bytes) {
  const int size = static_cast<int>(bytes.size());
  void* data = const_cast<char*>(bytes.data());
  if (bytes.starts_with("\x89PNG")) return {gdImageCreateFromPngPtr(size, data), gdImageDestroy};
  if (bytes.starts_with("\xff\xd8")) return {gdImageCreateFromJpegPtr(size, data), gdImageDestroy};
  if (bytes.starts_with("GIF")) return {gdImageCreateFromGifPtr(size, data), gdImageDestroy};
  return {gdImageCreateFromWebpPtr(size, data), gdImageDestroy};
}

}  // namespace

std::string photograph(std::string_view format, int width, int height) {
  const Image image = painted(width, height, [&](int x, int y) {
    return ((x * 255 / width) << 16) | ((y * 255 / height) << 8) | ((x * 7 + y * 13) & 0xff);
  });
  return encoded(*image, format);
}

std::string drawing(std::string_view format, int width, int height) {
  return encoded(*painted_drawing(width, height), format);
}

std::string see_through_png(int width, int height) {
  Image image(gdImageCreateTrueColor(width, height), gdImageDestroy);
  gdImageAlphaBlending(image.get(), 0);
  gdImageSaveAlpha(image.get(), 1);
  gdImageFilledRectangle(image.get(), 0, 0, width, height, gdTrueColorAlpha(0, 0, 0, 127));
  gdImageFilledRectangle(image.get(), width / 4, 0, width / 2, height, 0xff0000);
  return encoded(*image, "png");
}

std::string animated_gif(int width, int height, int frames) {
  const Image first = painted_drawing(width, height);
  gdImageTrueColorToPalette(first.get(), 0, 16);
  std::string out;
  const auto add = [&](void* bytes, int size) {
    out.append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    gdFree(bytes);
  };
  int size = 0;
  void* bytes = gdImageGifAnimBeginPtr(first.get(), &size, 1, 0);
  add(bytes, size);
  bytes = gdImageGifAnimAddPtr(first.get(), &size, 0, 0, 0, 5, gdDisposalNone, nullptr);
  add(bytes, size);
  const std::string frame = [&] {
    void* again = gdImageGifAnimAddPtr(first.get(), &size, 0, 0, 0, 5, gdDisposalNone, nullptr);
    std::string copy(static_cast<const char*>(again), static_cast<std::size_t>(size));
    gdFree(again);
    return copy;
  }();
  for (int i = 1; i < frames; ++i) out += frame;
  return out + ";";
}

std::string with_orientation(const std::string& jpeg, int orientation) {
  const std::string tiff = "MM" + big(42, 2) + big(8, 4) + big(2, 2) + big(0x0100, 2) + big(3, 2) + big(1, 4) +
                           big(7, 2) + big(0, 2) + big(0x0112, 2) + big(3, 2) + big(1, 4) +
                           big(static_cast<std::uint32_t>(orientation), 2) + big(0, 2) + big(0, 4);
  const std::string segment = std::string("Exif\0\0", 6) + tiff;
  return jpeg.substr(0, 2) + "\xff\xe1" + big(static_cast<std::uint32_t>(segment.size() + 2), 2) + segment +
         jpeg.substr(2);
}

std::string png_header(std::uint32_t width, std::uint32_t height) {
  return "\x89PNG\r\n\x1a\n" + big(13, 4) + "IHDR" + big(width, 4) + big(height, 4) + std::string(5, '\0') +
         "crc.";
}

char color_at(std::string_view picture, double x, double y) {
  const Image image = decoded(picture);
  if (!image) return '?';
  const int px = static_cast<int>(x * gdImageSX(image.get())),
            py = static_cast<int>(y * gdImageSY(image.get()));
  const int color = gdImageGetTrueColorPixel(image.get(), px, py);
  const bool red = gdTrueColorGetRed(color) > 127, green = gdTrueColorGetGreen(color) > 127,
             blue = gdTrueColorGetBlue(color) > 127;
  if (red && green && blue) return 'w';
  return red ? 'r' : green ? 'g' : blue ? 'b' : 'k';
}

std::string half_scanned_pdf(std::string_view words) {
  const std::string text = "BT /F1 12 Tf 72 700 Td (" + std::string(words) + ") Tj ET\n";
  const std::string bar = "0 g 100 300 200 400 re f\n";
  const auto stream = [](const std::string& content) {
    return "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "endstream";
  };
  const std::string page =
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ";
  const std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>",
                                            "<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>",
                                            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                                            page + "5 0 R >>",
                                            stream(text),
                                            page + "7 0 R >>",
                                            stream(bar)};
  std::string pdf = "%PDF-1.4\n", table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string offset = std::to_string(pdf.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string start = std::to_string(pdf.size());
  return pdf + "xref\n0 " + std::to_string(objects.size() + 1) + "\n" + table + "trailer\n<< /Size " +
         std::to_string(objects.size() + 1) + " /Root 1 0 R >>\nstartxref\n" + start + "\n%%EOF\n";
}

}  // namespace kindling
