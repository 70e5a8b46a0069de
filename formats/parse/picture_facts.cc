#include "formats/parse/picture_facts.h"

#include <cstddef>
#include <cstdint>

namespace kindling {
namespace {

// An unsigned number of `size` bytes; 0 past the end.
std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size, bool big_endian) {
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + (big_endian ? i : size - 1 - i)]);
  }
  return value;
}

// In the first directory of a TIFF structure.
int tiff_orientation(std::string_view tiff) {
  constexpr std::uint32_t orientation_tag = 0x0112;
  constexpr std::size_t entry_bytes = 12;
  const bool big = tiff.starts_with("MM");
  if (!big && !tiff.starts_with("II")) return 1;
  const std::size_t directory = number(tiff, 4, 4, big);
  const std::size_t entries = number(tiff, directory, 2, big);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * entry_bytes;
    if (entry + entry_bytes > tiff.size()) break;
    if (number(tiff, entry, 2, big) != orientation_tag) continue;
    const std::uint32_t orientation = number(tiff, entry + 8, 2, big);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

// Calls `visit(marker, segment)` for each segment before the picture itself, until it returns false. Gives the
// place where it stopped.
template <typename Visit>
std::size_t walk_segments(std::string_view jpeg, Visit visit) {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && static_cast<unsigned char>(jpeg[at]) == 0xff) {
    const auto marker = static_cast<unsigned char>(jpeg[at + 1]);
    if (marker == 0xff) {  // fill
      ++at;
      continue;
    }
    if (marker == 0xda || marker == 0xd9) break;
    const std::size_t length = number(jpeg, at + 2, 2, true);
    if (length < 2 || !visit(marker, jpeg.substr(at + 4, length - 2))) break;
    at += 2 + length;
  }
  return at;
}

// The place behind a chain of sub-blocks, each with its length in front.
std::size_t after_sub_blocks(std::string_view gif, std::size_t at) {
  while (at < gif.size() && gif[at] != 0) at += 1 + static_cast<unsigned char>(gif[at]);
  return at + 1;
}

std::size_t color_table_bytes(unsigned char flags) { return (flags & 0x80) == 0 ? 0 : 3u << ((flags & 7) + 1); }

}  // namespace

std::string_view picture_format_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "png";
  if (bytes.starts_with("\xff\xd8\xff")) return "jpeg";
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return "webp";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "gif";
  return {};
}

int exif_orientation(std::string_view jpeg) {
  constexpr std::string_view mark("Exif\0\0", 6);
  int orientation = 1;
  walk_segments(jpeg, [&](unsigned char marker, std::string_view segment) {
    const bool exif = marker == 0xe1 && segment.starts_with(mark);
    if (exif) orientation = tiff_orientation(segment.substr(mark.size()));
    return !exif;
  });
  return orientation;
}

bool has_jpeg_end(std::string_view jpeg) {
  const std::size_t picture = walk_segments(jpeg, [](unsigned char, std::string_view) { return true; });
  return jpeg.find("\xff\xd9", picture) != std::string_view::npos;
}

GifFrames gif_frames(std::string_view gif) {
  constexpr std::size_t header_bytes = 13, descriptor_bytes = 10;
  GifFrames frames;
  if (gif.size() < header_bytes) return frames;
  std::size_t at = header_bytes + color_table_bytes(static_cast<unsigned char>(gif[10]));
  while (at < gif.size()) {
    if (gif[at] == '!') {  // an extension: its label, then its blocks
      at = after_sub_blocks(gif, at + 2);
    } else if (gif[at] == ',' && at + descriptor_bytes <= gif.size()) {
      if (frames.width > 0) {
        frames.several = true;
        return frames;
      }
      frames.width = number(gif, at + 5, 2, false);
      frames.height = number(gif, at + 7, 2, false);
      const auto flags = static_cast<unsigned char>(gif[at + 9]);
      at = after_sub_blocks(gif, at + descriptor_bytes + color_table_bytes(flags) + 1);  // behind the code size
    } else {
      break;
    }
  }
  return frames;
}

}  // namespace kindling
