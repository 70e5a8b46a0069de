#include "engine/media/media.h"

#include <algorithm>
#include <cmath>

#include "engine/media/media_header.h"

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
    if (!takes(profile, kind)) continue;
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return names;
}

constexpr std::uint32_t side_pixels_max = 8'000;    // of any picture that is sent: endpoints refuse larger ones
constexpr std::uint32_t usual_side_pixels = 1'568;  // where neither formula nor profile says what is best

// Zero where there is none.
std::uint32_t pixels_of(const Json& formula, std::string_view constant) {
  return static_cast<std::uint32_t>(std::clamp(formula[constant].as_double(), 0., 1e9));
}

std::uint32_t smaller(std::uint32_t a, std::uint32_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
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

bool is_web_address(std::string_view source) {
  return source.starts_with("https://") || source.starts_with("http://");
}

Result<Medium> linked_image(const ModelProfile& profile, std::string url) {
  constexpr std::size_t url_bytes_max = 2'048;
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_web_address(url) || !plain || url.size() > url_bytes_max) {
    return Error{ErrorCode::usage, url.substr(0, 100), "is not an address of a picture",
                 "give http:// or https://, at most 2,048 characters, without blanks"};
  }
  if (!profile.media["image"]["links"].as_bool(true)) {
    return Error{ErrorCode::usage, url, profile.name + " fetches no pictures from the web",
                 "save the picture and give the file"};
  }
  if (!image_tokens_max(profile)) {
    return Error{ErrorCode::usage, url,
                 "what a picture costs " + profile.name +
                     " depends on its size, which is not known before it is fetched",
                 "save the picture and give the file"};
  }
  Medium medium;
  medium.name = url;
  medium.url = std::move(url);
  return medium;
}

bool takes(const ModelProfile& profile, MediumKind kind) {
  const auto& taken = profile.modalities;
  return std::find(taken.begin(), taken.end(), to_string(kind)) != taken.end();
}

Status check_modality(const ModelProfile& profile, MediumKind kind, std::string_view name) {
  if (takes(profile, kind)) return {};
  const std::string names = takers(kind);
  return Error{ErrorCode::usage, std::string(name), profile.name + " takes no " + words_for(kind),
               names.empty() ? "leave it out" : "leave it out, or choose with --model among " + names};
}

Status check_media(const ModelProfile& profile, std::span<const Medium> media) {
  std::uint64_t images = 0;
  for (const Medium& medium : media) {
    KINDLING_TRY_VOID(check_modality(profile, medium.kind, medium.name));
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
  if (!medium.url.empty()) return image_tokens_max(profile).value_or(0);
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

std::optional<std::uint64_t> image_tokens_max(const ModelProfile& profile) {
  const Json& formula = profile.media["image"];
  const std::string_view kind = formula["formula"].as_string();
  const double fit = formula["fit_pixels"].as_double();
  double tokens = formula["tokens_max"].as_double();
  if (kind == "tiles" && fit > 0) {
    // The most tiles: as long as may be, its other side as long as may be too.
    const double side = formula["short_side_pixels"].as_double();
    tokens = tiles(formula, fit, side > 0 ? std::min(side, fit) : fit);
  }
  if (kind.empty() || !(tokens > 0)) return std::nullopt;
  return static_cast<std::uint64_t>(tokens + formula["tokens_extra"].as_double());
}

PictureLimits best_size(const ModelProfile& profile) {
  const Json& formula = profile.media["image"];
  const std::string_view kind = formula["formula"].as_string();
  PictureLimits best;
  best.long_side = pixels_of(formula, "best_side_pixels");
  best.pixels = pixels_of(formula, "best_pixels");
  if (kind == "tiles") {
    best.long_side = smaller(best.long_side, pixels_of(formula, "fit_pixels"));
    best.short_side = pixels_of(formula, "short_side_pixels");
  } else if (kind == "patches" && best.pixels == 0) {
    const double side = formula["patch_pixels"].as_double(28);
    best.pixels =
        static_cast<std::uint64_t>(std::clamp(formula["tokens_max"].as_double() * side * side, 0., 1e9));
  }
  const bool bounded = best.long_side > 0 || best.pixels > 0;
  best.long_side = smaller(best.long_side, bounded ? side_pixels_max : usual_side_pixels);
  return best;
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
