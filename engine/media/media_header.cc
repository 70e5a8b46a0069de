#include "engine/media/media_header.h"

#include <algorithm>
#include <array>
#include <optional>

namespace kindling {
namespace {

Error not_readable(std::string why, std::string mend) {
  return {ErrorCode::malformed, "", std::move(why), std::move(mend)};
}

// Bytes of a header; what lies past the end reads as absent, once and for all.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t big(std::size_t at, std::size_t size) { return number(at, size, true); }
  std::uint32_t little(std::size_t at, std::size_t size) { return number(at, size, false); }
  [[nodiscard]] bool has(std::size_t at, std::string_view text) const {
    return at <= bytes_.size() && bytes_.substr(at).starts_with(text);
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool cut() const { return cut_; }  // something was read past the end

 private:
  std::uint32_t number(std::size_t at, std::size_t size, bool big) {
    if (at > bytes_.size() || bytes_.size() - at < size) {
      cut_ = true;
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | static_cast<unsigned char>(bytes_[at + (big ? i : size - 1 - i)]);
    }
    return value;
  }

  std::string_view bytes_;
  bool cut_ = false;
};

ImageHeader read_webp(Bytes& bytes) {
  if (bytes.has(12, "VP8X")) return {"webp", bytes.little(24, 3) + 1, bytes.little(27, 3) + 1};
  if (bytes.has(12, "VP8L")) {
    const std::uint32_t sizes = bytes.little(21, 4);
    return {"webp", (sizes & 0x3fff) + 1, (sizes >> 14 & 0x3fff) + 1};
  }
  if (bytes.has(12, "VP8 ") && bytes.has(23, "\x9d\x01\x2a")) {
    return {"webp", bytes.little(26, 2) & 0x3fff, bytes.little(28, 2) & 0x3fff};
  }
  return {"webp", 0, 0};
}

// Goes from segment to segment until the frame header, which has the size.
ImageHeader read_jpeg(Bytes& bytes) {
  std::size_t at = 2;
  while (!bytes.cut()) {
    if (bytes.big(at, 1) != 0xff) break;
    const std::uint32_t marker = bytes.big(at + 1, 1);
    if (marker == 0xff) {  // fill
      ++at;
      continue;
    }
    const bool alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (alone) {
      at += 2;
      continue;
    }
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) return {"jpeg", bytes.big(at + 7, 2), bytes.big(at + 5, 2)};
    const std::uint32_t length = bytes.big(at + 2, 2);
    if (length < 2 || marker == 0xd9 || marker == 0xda) break;  // the picture begins or ends without a frame
    at += 2 + length;
  }
  return {"jpeg", 0, 0};
}

std::optional<ImageHeader> read_known_image(Bytes& bytes) {
  if (bytes.has(0, "\x89PNG\r\n\x1a\n")) {
    if (!bytes.has(12, "IHDR")) return ImageHeader{"png", 0, 0};
    return ImageHeader{"png", bytes.big(16, 4), bytes.big(20, 4)};
  }
  if (bytes.has(0, "\xff\xd8\xff")) return read_jpeg(bytes);
  if (bytes.has(0, "RIFF") && bytes.has(8, "WEBP")) return read_webp(bytes);
  if (bytes.has(0, "GIF87a") || bytes.has(0, "GIF89a")) {
    return ImageHeader{"gif", bytes.little(6, 2), bytes.little(8, 2)};
  }
  return std::nullopt;
}

// A frame of MPEG audio, layer III.
struct Frame {
  std::size_t bytes = 0;
  double seconds = 0;
};

std::optional<Frame> read_frame(Bytes& bytes, std::size_t at) {
  constexpr std::array<unsigned, 16> kilobits_1 = {0,   32,  40,  48,  56,  64,  80,  96,
                                                   112, 128, 160, 192, 224, 256, 320, 0};
  constexpr std::array<unsigned, 16> kilobits_2 = {0,  8,  16, 24,  32,  40,  48,  56,
                                                   64, 80, 96, 112, 128, 144, 160, 0};
  constexpr std::array<unsigned, 4> rates = {44100, 48000, 32000, 0};
  if (at > bytes.size() || bytes.size() - at < 4) return std::nullopt;
  const std::uint32_t header = bytes.big(at, 4);
  const std::uint32_t version = header >> 19 & 3,
                      layer = header >> 17 & 3;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  if (header >> 21 != 0x7ff || version == 1 || layer != 1) return std::nullopt;
  const unsigned kilobits = (version == 3 ? kilobits_1 : kilobits_2)[header >> 12 & 15];
  const unsigned rate = rates[header >> 10 & 3] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  if (kilobits == 0 || rate == 0) return std::nullopt;
  const unsigned samples = version == 3 ? 1152 : 576;
  return Frame{samples / 8 * kilobits * 1000 / rate + (header >> 9 & 1), static_cast<double>(samples) / rate};
}

// Frames follow each other to the end; what does not look like one (tags, damage) is passed over byte by byte.
std::optional<AudioHeader> read_mp3(Bytes& bytes) {
  constexpr std::size_t strange_bytes_max = 64u << 10;  // before the first two frames in a row
  std::size_t at = 0;
  const bool tagged = bytes.has(0, "ID3");
  if (tagged) {
    std::uint32_t size = 0;
    for (std::size_t i = 6; i < 10; ++i) size = size << 7 | (bytes.big(i, 1) & 0x7f);
    at = 10 + size;
  }
  const std::size_t begin = at;
  double seconds = 0;
  std::size_t frames = 0;
  while (at < bytes.size()) {
    const auto frame = read_frame(bytes, at);
    const bool follows = frame && (frames > 0 || read_frame(bytes, at + frame->bytes));
    if (!follows) {
      if (frames == 0 && at - begin > strange_bytes_max) return std::nullopt;
      ++at;
      continue;
    }
    ++frames;
    seconds += frame->seconds;
    at += frame->bytes;
  }
  if (frames == 0) return tagged ? std::optional(AudioHeader{"mp3", 0}) : std::nullopt;
  return AudioHeader{"mp3", seconds};
}

AudioHeader read_wav(Bytes& bytes) {
  std::uint32_t bytes_a_second = 0;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const std::uint32_t length = bytes.little(at + 4, 4);
    if (bytes.has(at, "fmt ")) bytes_a_second = bytes.little(at + 16, 4);
    if (bytes.has(at, "data")) {
      // A recorder that could not go back leaves a length of nothing or of everything.
      const std::size_t rest = bytes.size() - at - 8;
      const std::size_t held = length == 0 ? rest : std::min<std::size_t>(length, rest);
      return {"wav", bytes_a_second == 0 ? 0 : static_cast<double>(held) / bytes_a_second};
    }
    at += 8 + std::size_t{length} + length % 2;
  }
  return {"wav", 0};
}

}  // namespace

Result<ImageHeader> read_image_header(std::string_view raw) {
  Bytes bytes(raw);
  const auto header = read_known_image(bytes);
  if (!header) {
    return not_readable("is not a picture: it begins like none of PNG, JPEG, WebP and GIF",
                        "give a picture in one of these formats");
  }
  if (bytes.cut() || header->width == 0 || header->height == 0) {
    return not_readable(
        "begins like a " + header->format + " picture but does not say its size: it is cut or damaged",
        "give the whole file");
  }
  if (header->width > image_side_max || header->height > image_side_max) {
    return not_readable("says that it is " + std::to_string(header->width) + " by " +
                            std::to_string(header->height) + " pixels, which no picture is",
                        "give a picture that is not damaged");
  }
  return *header;
}

Result<AudioHeader> read_audio_header(std::string_view raw) {
  Bytes bytes(raw);
  const bool wav = bytes.has(0, "RIFF") && bytes.has(8, "WAVE");
  const auto header = wav ? std::optional(read_wav(bytes)) : read_mp3(bytes);
  if (!header) {
    return not_readable("is not a recording: it is neither WAV nor MP3",
                        "give a recording in one of these formats");
  }
  if (!(header->seconds > 0)) {
    return not_readable(
        "begins like a " + header->format + " recording but holds no sound: it is cut or damaged",
        "give the whole file");
  }
  return *header;
}

}  // namespace kindling
