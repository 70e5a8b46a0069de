// Files of vectors: float32 rows of consecutive chunks of one segment.
//
// A row of NaN stands for a chunk whose document was removed before it was embedded; nothing else may be NaN.
// Rows have row_stride(dimensions) floats and begin at multiples of 64 bytes. A file of many rows carries their
// codes too (vector_codes.h). Every file has the keys by which rows are drawn (sample_keys.h); one of very many
// rows has those with the smallest again, side by side. An older one lacks any of these.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "index/store/region_file.h"
#include "index/vectors/chunk_vectors.h"
#include "index/vectors/vector_codes.h"

namespace kindling {

struct VectorShape {
  std::uint64_t segment = 0;
  std::uint32_t first = 0;  // chunk of the segment
  std::uint32_t count = 0;
  std::uint32_t dimensions = 0;
  std::uint32_t reserved = 0;
  friend bool operator==(const VectorShape&, const VectorShape&) = default;
};
static_assert(sizeof(VectorShape) == 24);

// `rows`: pieces of whole rows, together [count][stride].   keys: [count], sample_keys.h
// Takes the time of making codes, on all processors.
[[nodiscard]] Result<WrittenFile> write_vector_file(Files& files, const std::filesystem::path& folder,
                                                    std::uint64_t part, const VectorShape& shape,
                                                    std::span<const std::span<const float>> rows,
                                                    std::span<const std::uint64_t> keys);

// values [count][dimensions] to rows [count][stride].
[[nodiscard]] std::vector<float> padded_rows(std::span<const float> values, std::uint32_t dimensions);

class VectorFile {
 public:
  // Checks the header and the shape; the rows' checksum is `verify_rows`'s. Errors: `not_found`,
  // `index_version`, `index_corrupt`.
  [[nodiscard]] static Result<VectorFile> open(Files& files, const std::filesystem::path& folder,
                                               std::uint64_t part, const VectorShape& shape,
                                               std::uint32_t check);

  [[nodiscard]] const VectorShape& shape() const { return shape_; }
  [[nodiscard]] const RegionFile& file() const { return file_; }
  [[nodiscard]] std::span<const float> rows() const { return rows_; }                     // [count][stride]
  [[nodiscard]] const VectorCodes* codes() const { return codes_ ? &*codes_ : nullptr; }  // null: none
  [[nodiscard]] RowSample sample() const { return sample_; }
  // With the codes and the sample, if there are any.
  [[nodiscard]] Status verify_rows() const;

 private:
  explicit VectorFile(RegionFile file) : file_(std::move(file)) {}
  [[nodiscard]] Status read_sample();
  RegionFile file_;
  VectorShape shape_;
  std::span<const float> rows_;
  std::optional<VectorCodes> codes_;  // of rows_
  RowSample sample_;
};

}  // namespace kindling
