#include "cli/npy.h"

#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace kindling {
namespace {

std::filesystem::path temporary(const std::filesystem::path& path) { return path.string() + ".tmp"; }

}  // namespace

std::string npy_header(std::size_t rows, std::size_t columns) {
  constexpr std::size_t alignment = 64;
  constexpr std::size_t preamble = 10;  // magic, version, length of the rest
  std::string description = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) +
                            ", " + std::to_string(columns) + "), }";
  while ((preamble + description.size() + 1) % alignment != 0) description.push_back(' ');
  description.push_back('\n');
  std::string header("\x93NUMPY\x01\x00", 8);
  put_fixed(header, static_cast<std::uint16_t>(description.size()));
  return header + description;
}

Result<NpyWriter> NpyWriter::create(Files& files, std::filesystem::path path, std::size_t rows,
                                    std::size_t columns) {
  KINDLING_TRY(auto file, files.create(temporary(path)));
  KINDLING_TRY_VOID(file->append(npy_header(rows, columns)));
  return NpyWriter(files, std::move(path), std::move(file), rows * columns);
}

Status NpyWriter::append(std::span<const float> values) {
  KINDLING_CHECK(values.size() <= values_left_);
  values_left_ -= values.size();
  return file_->append({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

Status NpyWriter::finish() {
  KINDLING_CHECK(values_left_ == 0);
  KINDLING_TRY_VOID(file_->sync());
  file_.reset();
  return files_->rename(temporary(path_), path_);
}

}  // namespace kindling
