#include "engine/media/figure_files.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "base/utf8.h"
#include "engine/media/media.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

Error refused(ErrorCode code, std::string_view source, std::string why) {
  return {code, std::string(source), std::move(why), ""};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// RFC 3986 section 2.1; a '%' that encodes nothing stays.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    out.push_back(encoded ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i]);
    if (encoded) i += 2;
  }
  return out;
}

// "https:", "file:", "C:".
bool has_scheme(std::string_view source) {
  const std::size_t end = source.find_first_of(":/?#");
  return end != std::string_view::npos && source[end] == ':';
}

bool has_strange_bytes(std::string_view name) {
  const auto strange = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; };
  return std::any_of(name.begin(), name.end(), strange) || !is_valid_utf8(name);
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

Result<fs::path> figure_path(Files& files, const fs::path& document, std::string_view source) {
  if (has_scheme(source) || source.starts_with("//") || !document.is_absolute()) {
    return refused(ErrorCode::unsupported, source, "not a local picture");
  }
  const fs::path name = percent_decoded(source.substr(0, source.find_first_of("?#")));
  if (name.empty() || has_strange_bytes(name.native())) {
    return refused(ErrorCode::unsupported, source, "not a local picture");
  }
  constexpr std::string_view outside = "outside of the document's folder";
  if (name.is_absolute() || std::find(name.begin(), name.end(), "..") != name.end()) {
    return refused(ErrorCode::unreadable, source, std::string(outside));
  }
  std::error_code failed;
  const fs::path folder = fs::canonical(document.parent_path(), failed);
  if (failed) return refused(ErrorCode::not_found, source, "not there");
  const fs::path path = fs::canonical(folder / name, failed);
  if (failed) return refused(ErrorCode::not_found, source, "not there");
  if (!is_inside(path, folder)) return refused(ErrorCode::unreadable, source, std::string(outside));
  const auto info = files.info(path);
  if (!info) return refused(ErrorCode::not_found, source, "not there");
  if (info->kind != FileInfo::Kind::regular)
    return refused(ErrorCode::unreadable, source, "not a regular file");
  if (info->bytes > medium_bytes_max) return refused(ErrorCode::too_large, source, "too large");
  return path;
}

}  // namespace kindling
