#include "engine/media.h"

#include <algorithm>
#include <cmath>

#include "engine/media_header.h"

namespace kindling {
namespace {

double ceil_ratio(double length, double part) { return std::ceil(length / part - 1e-9); }

// One token for each patch of the canvas.
double patches(const Json& formula, double width, double height) {
  const double side = formula["patch_pixels"].as_double(28);
  return ceil_ratio(width, side) * ceil_ratio(height, side);
}

// Shrunk into a square, then until its short side is what is wanted, then cut into tiles.
double tiles(const Json& formula, double width, double height) {
  if (const double fit = formula["fit_pixels"].as_double(); fit > 0 && std::max(width, height) > fit) {
    const double scale = fit / std::max(width, height);
    width *= scale;
    height *= scale;
  }
  if (const double side = formula["short_side_pixels"].as_double();
      side > 0 && std::min(width, height) > side) {
    const double scale = side / std::min(width, height);
    width *= scale;
    height *= scale;
  }
  const double side = formula["tile_pixels"].as_double(512);
  return formula["tokens_base"].as_double() +
         formula["tokens_per_tile"].as_double() * ceil_ratio(width, side) * ceil_ratio(height, side);
}

// The profiles whose models take media of this kind: "muse-spark, gemini-3.1-pro".
std::string takers(MediumKind kind) {
  std::string names;
  const auto profiles = load_profiles();
  if (!profiles.ok()) return names;
  for (const ModelProfile& profile : *profiles) {
    const auto& takes = profile.modalities;
    if (std::find(takes.begin(), takes.end(), to_string(kind)) == takes.end()) continue;
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return names;
}

std::string words_for(MediumKind kind) { return kind == MediumKind::image ? "pictures" : "recordings"; }

}  // namespace

std::string_view to_string(MediumKind kind) { return kind == MediumKind::image ? "image" : "audio"; }

Result<Medium> read_medium(std::string name, std::string bytes, MediumKind kind) {
  if (bytes.size() > medium_bytes_max) {
    return Error{ErrorCode::too_large, name, "has more than " + std::to_string(medium_bytes_max >> 20) + " MiB",
                 "give a smaller one"};
  }
  Medium medium;
  medium.kind = kind;
  if (kind == MediumKind::image) {
    KINDLING_TRY(ImageHeader header, read_image_header(bytes).within(name));
    medium.format = std::move(header.format);
    medium.width = header.width;
    medium.height = header.height;
  } else {
    KINDLING_TRY(AudioHeader header, read_audio_header(bytes).within(name));
    medium.format = std::move(header.format);
    medium.seconds = header.seconds;
  }
  medium.name = std::move(name);
  medium.bytes = std::make_shared<const std::string>(std::move(bytes));
  return medium;
}

Result<Medium> load_medium(Files& files, const std::filesystem::path& path, MediumKind kind) {
  KINDLING_TRY(std::string bytes, files.read(path, medium_bytes_max));
  return read_medium(path.string(), std::move(bytes), kind);
}

Status check_media(const ModelProfile& profile, std::span<const Medium> media) {
  std::uint64_t images = 0;
  for (const Medium& medium : media) {
    const auto& takes = profile.modalities;
    if (std::find(takes.begin(), takes.end(), to_string(medium.kind)) == takes.end()) {
      const std::string names = takers(medium.kind);
      return Error{ErrorCode::usage, medium.name, profile.name + " takes no " + words_for(medium.kind),
                   names.empty() ? "leave it out" : "leave it out, or choose with --model among " + names};
    }
    if (medium.kind == MediumKind::image) ++images;
    if (profile.images_per_request > 0 && images > profile.images_per_request) {
      return Error{ErrorCode::usage, medium.name,
                   profile.name + " takes at most " + std::to_string(profile.images_per_request) +
                       " pictures in one request",
                   "leave some out"};
    }
  }
  return {};
}

std::uint64_t medium_tokens(const ModelProfile& profile, const Medium& medium) {
  const Json& formula = profile.media[to_string(medium.kind)];
  const std::string_view kind = formula["formula"].as_string();
  double tokens = 0;
  if (kind == "patches") {
    tokens = patches(formula, medium.width, medium.height);
  } else if (kind == "tiles") {
    tokens = tiles(formula, medium.width, medium.height);
  } else if (kind == "area") {
    tokens = ceil_ratio(static_cast<double>(medium.width) * medium.height, formula["divisor"].as_double(750));
  } else if (kind == "seconds") {
    tokens = std::ceil(medium.seconds * formula["tokens_per_second"].as_double());
  } else {
    return (medium.bytes->size() + 2) / 3 * 4;
  }
  if (const double most = formula["tokens_max"].as_double(); most > 0) tokens = std::min(tokens, most);
  return static_cast<std::uint64_t>(std::max(1., tokens) + formula["tokens_extra"].as_double());
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace kindling
