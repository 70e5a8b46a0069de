#include "index/vectors/vector_file.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "base/env.h"
#include "index/store/index_files.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

constexpr std::uint32_t shape_region = 1;
constexpr std::uint32_t rows_region = 2;
constexpr std::uint32_t codes_region = 3;        // optional, as the next two
constexpr std::uint32_t sample_region = 4;       // u32: which rows, ascending
constexpr std::uint32_t sample_rows_region = 5;  // those rows

// What a sample's mean is off by is the 45th part of the deviation.
constexpr std::uint32_t sample_size = 2'048;

// Rows that are more than this are not gathered in memory, but in a file without a name.
constexpr std::uint64_t gathered_bytes_max = 64ULL << 20;

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::uint64_t row_bytes(const VectorShape& shape) {
  return std::uint64_t{shape.count} * row_stride(shape.dimensions) * sizeof(float);
}

VectorMatrix matrix_of(const VectorShape& shape, const float* rows) {
  return {rows, shape.count, shape.dimensions, row_stride(shape.dimensions)};
}

// Rows that came in pieces, side by side.
class GatheredRows {
 public:
  // `scratch`: a name for the file, gone when this returns.
  static Result<GatheredRows> gather(Files& files, const std::filesystem::path& scratch,
                                     std::span<const std::span<const float>> pieces, std::uint64_t bytes) {
    GatheredRows gathered;
    if (pieces.size() == 1) {
      gathered.rows_ = pieces.front().data();
    } else if (bytes <= gathered_bytes_max) {
      gathered.memory_.reserve(bytes / sizeof(float));
      for (const auto piece : pieces)
        gathered.memory_.insert(gathered.memory_.end(), piece.begin(), piece.end());
      gathered.rows_ = gathered.memory_.data();
    } else {
      KINDLING_TRY_VOID(write(files, scratch, pieces));
      KINDLING_TRY(gathered.file_, files.map(scratch));
      KINDLING_TRY_VOID(files.remove(scratch));
      gathered.rows_ = reinterpret_cast<const float*>(gathered.file_->bytes().data());
    }
    return gathered;
  }

  [[nodiscard]] const float* rows() const { return rows_; }

 private:
  static Status write(Files& files, const std::filesystem::path& scratch,
                      std::span<const std::span<const float>> pieces) {
    KINDLING_TRY(const auto file, files.create(scratch));
    for (const auto piece : pieces) KINDLING_TRY_VOID(file->append(bytes_of(piece)));
    return {};
  }

  const float* rows_ = nullptr;
  std::vector<float> memory_;
  std::unique_ptr<MappedFile> file_;
};

}  // namespace

Result<WrittenFile> write_vector_file(Files& files, const std::filesystem::path& folder, std::uint64_t part,
                                      const VectorShape& shape, std::span<const std::span<const float>> rows) {
  RegionContent content{rows_region, {}};
  std::uint64_t bytes = 0;
  for (const auto piece : rows) {
    content.pieces.push_back(bytes_of(piece));
    bytes += piece.size_bytes();
  }
  KINDLING_CHECK(bytes == row_bytes(shape));
  const std::filesystem::path path = folder / vector_file_name(shape.segment, part);
  std::vector<RegionContent> regions{{shape_region, {{reinterpret_cast<const char*>(&shape), sizeof shape}}},
                                     std::move(content)};
  const VectorCodesOptions options{.threads = machine().threads};
  std::optional<VectorCodeBytes> codes;
  std::vector<std::uint32_t> sample;
  std::vector<float> sample_rows;
  if (shape.count >= options.exact_below) {
    KINDLING_TRY(const GatheredRows gathered, GatheredRows::gather(files, path, rows, bytes));
    KINDLING_TRY(codes, encode_vectors(matrix_of(shape, gathered.rows()), options));
    regions.push_back({codes_region, {codes->view()}});
    if (shape.count > ChunkVectors::spread_rows) {
      for (std::uint64_t i = 0; i < sample_size; ++i)
        sample.push_back(static_cast<std::uint32_t>(i * shape.count / sample_size));
      const std::size_t stride = row_stride(shape.dimensions);
      for (const std::uint32_t row : sample) {
        const std::span<const float> values(gathered.rows() + row * stride, stride);
        sample_rows.insert(sample_rows.end(), values.begin(), values.end());
      }
      regions.push_back({sample_region, {{reinterpret_cast<const char*>(sample.data()), sample.size() * 4}}});
      regions.push_back({sample_rows_region, {bytes_of(sample_rows)}});
    }
  }
  return write_region_file(files, path, FileKind::vectors, part, regions);
}

std::vector<float> padded_rows(std::span<const float> values, std::uint32_t dimensions) {
  const std::uint32_t stride = row_stride(dimensions);
  const std::size_t count = values.size() / dimensions;
  std::vector<float> rows(count * stride, 0.0F);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * dimensions), dimensions,
                rows.begin() + static_cast<std::ptrdiff_t>(i * stride));
  }
  return rows;
}

Result<VectorFile> VectorFile::open(Files& files, const std::filesystem::path& folder, std::uint64_t part,
                                    const VectorShape& shape, std::uint32_t check) {
  const std::filesystem::path path = folder / vector_file_name(shape.segment, part);
  KINDLING_TRY(auto file, RegionFile::open(files, path, FileKind::vectors, part));
  if (file.check() != check) return corrupt_index(path, "header", "not the file that the catalog names");
  KINDLING_TRY_VOID(file.verify(shape_region, "region shape"));
  const std::string_view stored = file.region(shape_region);
  VectorFile result(std::move(file));
  if (stored.size() != sizeof(VectorShape)) return corrupt_index(path, "region shape", "is of another length");
  std::memcpy(&result.shape_, stored.data(), sizeof(VectorShape));
  if (result.shape_ != shape) return corrupt_index(path, "region shape", "differs from the catalog");
  const std::string_view rows = result.file_.region(rows_region);
  if (rows.size() != row_bytes(shape)) return corrupt_index(path, "region rows", "is of another length");
  result.rows_ = {reinterpret_cast<const float*>(rows.data()), rows.size() / sizeof(float)};
  const std::string_view codes = result.file_.region(codes_region);
  if (!codes.empty()) {
    auto opened = VectorCodes::open(codes, matrix_of(result.shape_, result.rows_.data()));
    if (!opened && opened.error().code != ErrorCode::index_version)
      return corrupt_index(path, "region codes", opened.error().why);
    if (opened) result.codes_ = *std::move(opened);  // codes of a later program: searched row by row
  }
  KINDLING_TRY_VOID(result.read_sample());
  return result;
}

Status VectorFile::read_sample() {
  const std::string_view which = file_.region(sample_region);
  const std::string_view rows = file_.region(sample_rows_region);
  if (which.size() % sizeof(std::uint32_t) != 0 ||
      rows.size() != which.size() / sizeof(std::uint32_t) * row_stride(shape_.dimensions) * sizeof(float)) {
    return corrupt_index(file_.path(), "region sample_rows", "is of another length than the sample");
  }
  sample_ = {{reinterpret_cast<const std::uint32_t*>(which.data()), which.size() / sizeof(std::uint32_t)},
             reinterpret_cast<const float*>(rows.data())};
  return {};
}

Status VectorFile::verify_rows() const {
  KINDLING_TRY_VOID(file_.verify(rows_region, "region rows"));
  if (codes_) KINDLING_TRY_VOID(file_.verify(codes_region, "region codes"));
  if (sample_.which.empty()) return {};
  KINDLING_TRY_VOID(file_.verify(sample_region, "region sample"));
  return file_.verify(sample_rows_region, "region sample_rows");
}

}  // namespace kindling
