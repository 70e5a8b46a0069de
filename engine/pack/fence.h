// The word that marks documents' text off from everything else in a request: nobody who writes a document can
// know it, so no document can end the stretch that it stands in.
//
//   random       for a request by itself: 64 bits of the operating system's generator
//   keyed        for pinned documents: HMAC-SHA-256 of their text with a key that never leaves this machine, so
//                that the next question sends the same bytes and the endpoint's prompt cache hits
//   a conversation keeps the one of its first turn (engine/answer/conversation.h)
//   a replayed request is given the one of its record (PackOptions::fence)
//
// Safe from any thread.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

inline constexpr std::size_t fence_digits = 16;  // hexadecimal: 64 bits

[[nodiscard]] std::string random_fence();

// Equal for equal documents in equal order. Requires: a key.
[[nodiscard]] std::string keyed_fence(std::string_view key, std::span<const std::string_view> documents);

// `fence_digits` digits in lower case. Errors: `usage`.
[[nodiscard]] Status check_fence(std::string_view fence);

// The user's key, 256 bits in 64 digits; made when there is none. Errors: `configuration` when the file is
// damaged or somebody else may read it; those of files.
[[nodiscard]] Result<std::string> open_fence_key(Files& files, const std::filesystem::path& path);

}  // namespace kindling
