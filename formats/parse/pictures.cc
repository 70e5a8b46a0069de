#include "formats/parse/pictures.h"

#include <gd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <string>

#include "formats/parse/picture_facts.h"

namespace kindling {
namespace {

constexpr int jpeg_quality = 88;
constexpr int png_level = 6;
constexpr std::uint64_t gif_pixels_max = 64u << 20;  // of a frame, whatever the picture's header says

using Image = std::unique_ptr<gdImage, decltype(&gdImageDestroy)>;

Image owned(gdImagePtr image) { return {image, gdImageDestroy}; }

void say_nothing(int, const char*, va_list) {}

Error damaged(std::string_view format) {
  return {ErrorCode::malformed, "",
          "begins like a " + std::string(format) + " picture but cannot be decoded: it is cut or damaged" +
              (format == "webp" ? ", or animated" : ""),
          "open it in a viewer and save it again"};
}

Result<Image> decode(std::string_view format, std::string_view bytes) {
  if (bytes.size() > 0x7fff'ffff)
    return Error{ErrorCode::too_large, "", "more than 2 GiB", "give a smaller one"};
  const int size = static_cast<int>(bytes.size());
  void* data = const_cast<char*>(bytes.data());  // gd only reads it
  gdImagePtr image = nullptr;
  if (format == "png") image = gdImageCreateFromPngPtr(size, data);
  if (format == "jpeg") image = gdImageCreateFromJpegPtrEx(size, data, 0);
  if (format == "webp") image = gdImageCreateFromWebpPtr(size, data);
  if (format == "gif") image = gdImageCreateFromGifPtr(size, data);
  if (image == nullptr) return damaged(format);
  Image picture = owned(image);
  if (gdImageTrueColor(image) == 0 && gdImagePaletteToTrueColor(image) == 0) throw std::bad_alloc();
  return picture;
}

Image blank(int width, int height) {
  gdImagePtr image = gdImageCreateTrueColor(width, height);
  if (image == nullptr) throw std::bad_alloc();
  gdImageAlphaBlending(image, 0);
  gdImageSaveAlpha(image, 1);
  return owned(image);
}

Image shrunk(Image image, double factor) {
  const auto smaller = [&](int side) {
    return std::max(1, static_cast<int>(std::floor(side / factor + 1e-6)));
  };
  Image small = blank(smaller(gdImageSX(image.get())), smaller(gdImageSY(image.get())));
  gdImageCopyResampled(small.get(), image.get(), 0, 0, 0, 0, gdImageSX(small.get()), gdImageSY(small.get()),
                       gdImageSX(image.get()), gdImageSY(image.get()));
  return small;
}

// As EXIF numbers the eight ways a camera can be held.
Image upright(Image image, int orientation) {
  if (orientation == 1) return image;
  const int width = gdImageSX(image.get()), height = gdImageSY(image.get());
  const bool turned = orientation >= 5;
  Image out = blank(turned ? height : width, turned ? width : height);
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < gdImageSY(out.get()); ++y) {
    for (int x = 0; x < gdImageSX(out.get()); ++x) {
      const int across = turned ? y : x, down = turned ? x : y;
      const int pixel = gdImageTrueColorPixel(image.get(), from_right ? width - 1 - across : across,
                                              from_below ? height - 1 - down : down);
      gdImageTrueColorPixel(out.get(), x, y) = pixel;
    }
  }
  return out;
}

// Drawings, screens and text are runs of one colour, photographs are not.
struct Look {
  bool see_through = false;
  bool photograph = false;
  bool plain = true;  // of one colour
};

Look look_of(const gdImage& image) {
  Look look;
  std::uint64_t same = 0, pairs = 0;
  const int first = image.tpixels[0][0];
  for (int y = 0; y < image.sy; ++y) {
    const int* row = image.tpixels[y];
    for (int x = 0; x < image.sx; ++x) {
      look.see_through = look.see_through || gdTrueColorGetAlpha(row[x]) != gdAlphaOpaque;
      look.plain = look.plain && row[x] == first;
      if (x > 0) same += row[x] == row[x - 1];
    }
    pairs += static_cast<std::uint64_t>(image.sx - 1);
  }
  look.photograph = same * 3 < pairs;
  return look;
}

Result<Picture> encode(gdImage& image, bool as_jpeg) {
  int size = 0;
  gdImageSaveAlpha(&image, as_jpeg ? 0 : 1);
  const std::unique_ptr<void, decltype(&gdFree)> bytes(
      as_jpeg ? gdImageJpegPtr(&image, &size, jpeg_quality) : gdImagePngPtrEx(&image, &size, png_level),
      gdFree);
  if (!bytes || size <= 0) throw std::bad_alloc();
  Picture picture;
  picture.format = as_jpeg ? "jpeg" : "png";
  picture.width = static_cast<std::uint32_t>(gdImageSX(&image));
  picture.height = static_cast<std::uint32_t>(gdImageSY(&image));
  picture.bytes.assign(static_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
  return picture;
}

}  // namespace

double shrinking(const PictureLimits& limits, double width, double height) {
  double factor = 1;
  if (limits.long_side > 0) factor = std::max(factor, std::max(width, height) / limits.long_side);
  if (limits.short_side > 0) factor = std::max(factor, std::min(width, height) / limits.short_side);
  if (limits.pixels > 0)
    factor = std::max(factor, std::sqrt(width * height / static_cast<double>(limits.pixels)));
  return factor;
}

Result<Picture> fit_picture(std::string_view bytes, const PictureLimits& limits) {
  gdSetErrorMethod(say_nothing);
  const std::string format(picture_format_of(bytes));
  if (format.empty()) {
    return Error{ErrorCode::unsupported, "", "is not a picture: it begins like none of PNG, JPEG, WebP and GIF",
                 "give a picture in one of these formats"};
  }
  const int orientation = format == "jpeg" ? exif_orientation(bytes) : 1;
  const GifFrames frames = format == "gif" ? gif_frames(bytes) : GifFrames();
  if (std::uint64_t{frames.width} * frames.height > gif_pixels_max) {
    return Error{ErrorCode::too_large, "", "its first frame has more than 64 million pixels",
                 "give a smaller one"};
  }
  if (format == "jpeg" && !has_jpeg_end(bytes)) return damaged(format);
  KINDLING_TRY(Image image, decode(format, bytes));
  const double factor = shrinking(limits, gdImageSX(image.get()), gdImageSY(image.get()));
  if (factor <= 1 && orientation == 1 && !frames.several) {
    Picture picture;
    picture.format = format;
    picture.width = static_cast<std::uint32_t>(gdImageSX(image.get()));
    picture.height = static_cast<std::uint32_t>(gdImageSY(image.get()));
    picture.as_given = true;
    return picture;
  }
  const Look look = look_of(*image);
  if (factor > 1) image = shrunk(std::move(image), factor);
  image = upright(std::move(image), orientation);
  return encode(*image, !look.see_through && (format == "jpeg" || look.photograph));
}

Result<Picture> encode_page(const RenderedPage& page) {
  gdSetErrorMethod(say_nothing);
  Image image = blank(page.width, page.height);
  for (int y = 0; y < page.height; ++y) {
    const unsigned char* pixel = page.pixels + static_cast<std::size_t>(y) * page.bytes_per_row;
    for (int x = 0; x < page.width; ++x, pixel += 4) {
      gdImageTrueColorPixel(image.get(), x, y) = gdTrueColor(pixel[2], pixel[1], pixel[0]);
    }
  }
  const Look look = look_of(*image);
  if (look.plain) return Error{ErrorCode::no_text, "", "the page is empty", "leave it out"};
  return encode(*image, look.photograph);
}

}  // namespace kindling
