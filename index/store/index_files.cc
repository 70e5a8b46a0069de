#include "index/store/index_files.h"

#include <algorithm>

namespace kindling {
namespace {

constexpr std::string_view extension = ".kindling";
constexpr std::string_view snapshot_beginning = "snapshot-";
constexpr std::string_view snapshot_extension = ".sqlite";

std::string six_digits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits;
}

// What stands between the two is a number, or numbers.
bool is_numbered(std::string_view name, std::string_view beginning, std::string_view end) {
  if (!name.starts_with(beginning) || !name.ends_with(end)) return false;
  if (name.size() <= beginning.size() + end.size()) return false;
  const auto numbers = name.substr(beginning.size(), name.size() - beginning.size() - end.size());
  return std::all_of(numbers.begin(), numbers.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

std::string segment_file_name(std::uint64_t segment) {
  return "segment-" + six_digits(segment) + std::string(extension);
}

std::string vector_file_name(std::uint64_t segment, std::uint64_t part) {
  return "vectors-" + six_digits(segment) + "-" + six_digits(part) + std::string(extension);
}

std::string snapshot_file_name(std::uint64_t commit) {
  return std::string(snapshot_beginning) + six_digits(commit) + std::string(snapshot_extension);
}

bool is_data_file_name(std::string_view name) {
  return is_numbered(name, "segment-", extension) || is_numbered(name, "vectors-", extension) ||
         is_numbered(name, snapshot_beginning, snapshot_extension);
}

Error corrupt_index(const std::filesystem::path& file, std::string_view place, std::string_view why) {
  std::string where = file.string();
  if (!place.empty()) where.append(": ").append(place);
  return {ErrorCode::index_corrupt, std::move(where), std::string(why),
          "restore the index from a copy, or delete its folder and index again"};
}

Error other_index_version(const std::filesystem::path& file, std::uint64_t version) {
  return {ErrorCode::index_version, file.string(),
          "format version " + std::to_string(version) + ", this program reads versions up to " +
              std::to_string(catalog_version_with_snapshots),
          "use the program that wrote it, or delete the folder and index again"};
}

Error missing_index(const std::filesystem::path& folder) {
  return {ErrorCode::index_missing, folder.string(), "there is no index here",
          "make one with: kindling index PATH"};
}

}  // namespace kindling
