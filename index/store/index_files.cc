#include "index/store/index_files.h"

#include <algorithm>

namespace kindling {
namespace {

constexpr std::string_view extension = ".kindling";

std::string six_digits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits;
}

}  // namespace

std::string segment_file_name(std::uint64_t segment) {
  return "segment-" + six_digits(segment) + std::string(extension);
}

std::string vector_file_name(std::uint64_t segment, std::uint64_t part) {
  return "vectors-" + six_digits(segment) + "-" + six_digits(part) + std::string(extension);
}

bool is_data_file_name(std::string_view name) {
  if (!name.ends_with(extension)) return false;
  name.remove_suffix(extension.size());
  const bool known = name.starts_with("segment-") || name.starts_with("vectors-");
  if (!known) return false;
  name.remove_prefix(std::string_view("segment-").size());
  const auto digit_or_dash = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), digit_or_dash);
}

Error corrupt_index(const std::filesystem::path& file, std::string_view place, std::string_view why) {
  std::string where = file.string();
  if (!place.empty()) where.append(": ").append(place);
  return {ErrorCode::index_corrupt, std::move(where), std::string(why),
          "restore the index from a copy, or delete its folder and index again"};
}

Error other_index_version(const std::filesystem::path& file, std::uint64_t version) {
  return {ErrorCode::index_version, file.string(),
          "format version " + std::to_string(version) + ", this program reads version " +
              std::to_string(index_format_version),
          "use the program that wrote it, or delete the folder and index again"};
}

Error missing_index(const std::filesystem::path& folder) {
  return {ErrorCode::index_missing, folder.string(), "there is no index here",
          "make one with: kindling index PATH"};
}

}  // namespace kindling
