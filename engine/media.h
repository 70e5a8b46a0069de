// Pictures and recordings that go to the model beside the text, and what they cost in tokens.
//
// The cost follows the profile's formula from the true size in pixels or the true length in seconds
// (engine/profiles/README.md), never from the size of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "engine/profile.h"

namespace kindling {

enum class MediumKind : std::uint8_t { image, audio };
[[nodiscard]] std::string_view to_string(MediumKind kind);  // as in ModelProfile::modalities

struct Medium {
  MediumKind kind = MediumKind::image;
  std::string name;                               // of the file, for errors and listings
  std::string format;                             // "png", "jpeg", "webp", "gif"; "wav", "mp3"
  std::uint32_t width = 0, height = 0;            // of an image, pixels
  double seconds = 0;                             // of a recording
  std::shared_ptr<const std::string> bytes = {};  // as they are in the file; not null
};

inline constexpr std::uint64_t medium_bytes_max = 20u << 20;

// Errors: `malformed` with the name: not what `kind` says, or cut; `too_large`.
[[nodiscard]] Result<Medium> read_medium(std::string name, std::string bytes, MediumKind kind);
// Errors: as read_medium, and those of Files::read.
[[nodiscard]] Result<Medium> load_medium(Files& files, const std::filesystem::path& path, MediumKind kind);

// Whether the profile's model takes them. Errors: `usage`: not this kind (naming the profiles that take it), or
// more images than it takes in one request.
[[nodiscard]] Status check_media(const ModelProfile& profile, std::span<const Medium> media);

// By the profile's formula; where it has none, the bytes as they are sent.
[[nodiscard]] std::uint64_t medium_tokens(const ModelProfile& profile, const Medium& medium);

// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace kindling
