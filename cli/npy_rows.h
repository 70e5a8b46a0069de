// Rows of float32 out of NumPy's files: the .npy format, versions 1.0 to 3.0 (numpy.lib.format), read in place.
//
// The file is not trusted: its header is read as the format describes it and nothing is evaluated, and what it
// says of its size must be what there is. Immutable; safe from any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

// What a header says. `data` is the number of bytes before the values.
struct NpyShape {
  std::string descr;  // "<f4"
  bool fortran_order = false;
  std::size_t dimensions = 0;  // of the shape
  std::size_t rows = 0;        // the first of them
  std::size_t columns = 0;     // the second; 1 when there is none
  std::size_t data = 0;
};

// Errors: `malformed` (no such file), `too_large` (a header past 64 KiB).
[[nodiscard]] Result<NpyShape> read_npy_shape(std::string_view bytes);

class NpyRows {
 public:
  // Maps the file. Errors: those of Files::map; `malformed`; `unsupported` when it holds something else than
  // rows of little-endian float32 in C order, at least one, of 1 to `columns_max` finite numbers; `too_large`.
  [[nodiscard]] static Result<NpyRows> open(Files& files, const std::filesystem::path& path,
                                            std::size_t columns_max);

  [[nodiscard]] std::size_t rows() const { return shape_.rows; }
  [[nodiscard]] std::size_t columns() const { return shape_.columns; }
  [[nodiscard]] std::span<const float> values() const { return values_; }  // [rows][columns]

 private:
  NpyRows(std::unique_ptr<MappedFile> file, NpyShape shape, std::span<const float> values)
      : file_(std::move(file)), shape_(std::move(shape)), values_(values) {}

  std::unique_ptr<MappedFile> file_;
  NpyShape shape_;
  std::span<const float> values_;
};

}  // namespace kindling
