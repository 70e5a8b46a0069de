#include "base/checked_files.h"

#include <string>

#include "base/file_identity.h"
#include "base/private_file.h"

namespace kindling {
namespace {

constexpr std::size_t marks_max = 256;  // empty files; past that all are forgotten

}  // namespace

std::filesystem::path CheckedFiles::mark_of(const std::filesystem::path& file,
                                            std::uint32_t header_check) const {
  const std::string identity = folder_.empty() ? std::string() : file_identity(file);
  return identity.empty() ? std::filesystem::path() : folder_ / (identity + "-" + std::to_string(header_check));
}

bool CheckedFiles::contains(const std::filesystem::path& file, std::uint32_t header_check) const {
  const std::filesystem::path mark = mark_of(file, header_check);
  if (mark.empty()) return false;
  const auto info = files_.info(mark);
  return info.ok() && info->kind == FileInfo::Kind::regular && !info->symbolic_link && info->is_private;
}

void CheckedFiles::insert(const std::filesystem::path& file, std::uint32_t header_check) {
  const std::filesystem::path mark = mark_of(file, header_check);
  if (mark.empty() || !make_private_directories(folder_).ok()) return;
  make_room();
  static_cast<void>(write_private_file(mark, ""));
}

void CheckedFiles::make_room() {
  const auto marks = files_.list(folder_);
  if (!marks.ok() || marks->size() < marks_max) return;
  for (const std::string& mark : *marks) static_cast<void>(files_.remove(folder_ / mark));
}

}  // namespace kindling
