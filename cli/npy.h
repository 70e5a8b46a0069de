// Arrays as NumPy reads them: the .npy format, version 1.0 (numpy.lib.format), float32, C order, two
// dimensions.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

class NpyWriter {
 public:
  // Writes to `path` with ".tmp" behind; `finish` gives it its name. The number of rows is said first, as the
  // format has it in its header.
  [[nodiscard]] static Result<NpyWriter> create(Files& files, std::filesystem::path path, std::size_t rows,
                                                std::size_t columns);

  // values: [any number of rows][columns].
  Status append(std::span<const float> values);
  // Requires: all rows have been appended.
  Status finish();

 private:
  NpyWriter(Files& files, std::filesystem::path path, std::unique_ptr<WritableFile> file,
            std::size_t values_left)
      : files_(&files), path_(std::move(path)), file_(std::move(file)), values_left_(values_left) {}

  Files* files_;
  std::filesystem::path path_;
  std::unique_ptr<WritableFile> file_;
  std::size_t values_left_;
};

// The header of such a file, its padding included.
[[nodiscard]] std::string npy_header(std::size_t rows, std::size_t columns);

}  // namespace kindling
