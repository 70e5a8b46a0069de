// Pictures and recordings that go to the model beside the text, and what they cost in tokens.
//
// The cost follows the profile's formula from the true size in pixels or the true length in seconds
// (engine/profiles/README.md), never from the size of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"
#include "engine/profile.h"
#include "formats/picture.h"

namespace kindling {

enum class MediumKind : std::uint8_t { image, audio };
[[nodiscard]] std::string_view to_string(MediumKind kind);  // as in ModelProfile::modalities

struct Medium {
  MediumKind kind = MediumKind::image;
  std::string name;                               // of the file, for errors and listings
  std::string format;                             // "png", "jpeg", "webp", "gif"; "wav", "mp3"
  std::uint32_t width = 0, height = 0;            // of an image, pixels
  double seconds = 0;                             // of a recording
  std::shared_ptr<const std::string> bytes = {};  // as they are sent; null: the endpoint fetches `url`
  std::string url = {};                           // of a picture that we have not seen; its size is unknown
  std::string caption = {};                       // said right before it in the same message; empty: nothing
};

inline constexpr std::uint64_t medium_bytes_max = 20u << 20;

// Errors: `malformed` with the name: not what `kind` says, or cut; `too_large`.
[[nodiscard]] Result<Medium> read_medium(std::string name, std::string bytes, MediumKind kind);
// Errors: as read_medium, and those of Files::read.
[[nodiscard]] Result<Medium> load_medium(Files& files, const std::filesystem::path& path, MediumKind kind);

// Whether it is an address of the web rather than a file: "https://..." or "http://...".
[[nodiscard]] bool is_web_address(std::string_view source);
// A picture that only the endpoint will see. Errors: `usage`: the profile's endpoint fetches none, or its
// formula has no maximum to count it with; not an address.
[[nodiscard]] Result<Medium> linked_image(const ModelProfile& profile, std::string url);

// Whether the profile's model takes media of this kind; `name` is what the error speaks of. Errors: `usage`,
// naming the profiles that do.
[[nodiscard]] Status check_modality(const ModelProfile& profile, MediumKind kind, std::string_view name);
[[nodiscard]] bool takes(const ModelProfile& profile, MediumKind kind);

// Whether the profile's model takes them. Errors: `usage`: not this kind (naming the profiles that take it), or
// more images than it takes in one request.
[[nodiscard]] Status check_media(const ModelProfile& profile, std::span<const Medium> media);

// By the profile's formula, without the caption; where it has none, the bytes as they are sent. A linked
// picture counts as the largest.
[[nodiscard]] std::uint64_t medium_tokens(const ModelProfile& profile, const Medium& medium);

// What a picture costs at most, whatever its size; nothing where the formula has no end.
[[nodiscard]] std::optional<std::uint64_t> image_tokens_max(const ModelProfile& profile);

// The size beyond which a picture says no more to the profile's model, only costs more: a larger one is shrunk
// before it is sent. From the formula, and from `best_side_pixels` and `best_pixels`
// (engine/profiles/README.md).
[[nodiscard]] PictureLimits best_size(const ModelProfile& profile);

// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace kindling
