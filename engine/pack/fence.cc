#include "engine/pack/fence.h"

#include <algorithm>

#include "base/digest.h"
#include "base/env.h"
#include "base/private_file.h"

namespace kindling {
namespace {

constexpr std::size_t key_digits = 64;
constexpr std::uint64_t key_file_bytes_max = 1'024;

bool is_hexadecimal(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == text.npos; }

std::string random_digits(std::size_t count) {
  std::string digits;
  while (digits.size() < count) {
    std::uint64_t bits = random_u64();
    for (int i = 0; i < 16; ++i, bits >>= 4) digits.push_back("0123456789abcdef"[bits & 15]);
  }
  digits.resize(count);
  return digits;
}

}  // namespace

std::string random_fence() { return random_digits(fence_digits); }

std::string keyed_fence(std::string_view key, std::span<const std::string_view> documents) {
  KINDLING_CHECK(!key.empty());
  std::string content;  // of digests, so that no text can move its end into the next one
  for (const std::string_view document : documents) content += sha256_hex(document);
  return hmac_sha256_hex(key, content).substr(0, fence_digits);
}

Status check_fence(std::string_view fence) {
  if (fence.size() == fence_digits && is_hexadecimal(fence)) return {};
  return Error{ErrorCode::usage, "fence", "not " + std::to_string(fence_digits) + " hexadecimal digits",
               "leave it empty, and one is made"};
}

Result<std::string> open_fence_key(Files& files, const std::filesystem::path& path) {
  auto text = files.read(path, key_file_bytes_max);
  if (!text && text.error().code == ErrorCode::not_found) {
    const std::string key = random_digits(key_digits);
    KINDLING_TRY_VOID(make_private_directories(path.parent_path()));
    KINDLING_TRY_VOID(write_private_file(path, key + "\n"));
    return key;
  }
  if (!text) return text;
  KINDLING_TRY(const FileInfo info, files.info(path));
  if (!info.is_private) {
    return Error{ErrorCode::configuration, path.string(), "others may read this key",
                 "remove the file, and a new one is made"};
  }
  std::string key = text->substr(0, text->find('\n'));
  if (key.size() != key_digits || !is_hexadecimal(key)) {
    return Error{ErrorCode::configuration, path.string(), "not a key",
                 "remove the file, and a new one is made"};
  }
  return key;
}

}  // namespace kindling
