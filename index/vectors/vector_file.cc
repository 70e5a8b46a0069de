#include "index/vectors/vector_file.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/env.h"
#include "index/store/index_files.h"
#include "index/vectors/cosine_sample.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

constexpr std::uint32_t shape_region = 1;
constexpr std::uint32_t rows_region = 2;
constexpr std::uint32_t codes_region = 3;        // optional, as all that follow
constexpr std::uint32_t sample_region = 4;       // u32: which rows, ascending
constexpr std::uint32_t sample_rows_region = 5;  // those rows
constexpr std::uint32_t sample_keys_region = 6;  // u64: their keys; without a sample, of all rows

// Rows that are more than this are not gathered in memory, but in a file without a name.
constexpr std::uint64_t gathered_bytes_max = 64ULL << 20;

template <typename T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return bytes_of(std::span<const T>(values));
}

template <typename T>
std::span<const T> values_of(std::string_view bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
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

// The rows with the smallest keys, side by side. Some may be of NaN, as others are removed later.
struct KeptSample {
  // rows: [keys_of_all.size()][stride]. Requires: more than rows_kept.
  KeptSample(const float* rows, std::size_t stride, std::span<const std::uint64_t> keys_of_all)
      : which(keys_of_all.size()) {
    std::iota(which.begin(), which.end(), 0U);
    const auto end = which.begin() + CosineSample::rows_kept;
    std::nth_element(which.begin(), end, which.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(keys_of_all[a], a) < std::pair(keys_of_all[b], b);
    });
    which.erase(end, which.end());
    std::sort(which.begin(), which.end());
    for (const std::uint32_t row : which) {
      keys.push_back(keys_of_all[row]);
      values.insert(values.end(), rows + row * stride, rows + (row + 1) * stride);
    }
  }

  std::vector<std::uint32_t> which;
  std::vector<std::uint64_t> keys;
  std::vector<float> values;
};

}  // namespace

Result<WrittenFile> write_vector_file(Files& files, const std::filesystem::path& folder, std::uint64_t part,
                                      const VectorShape& shape, std::span<const std::span<const float>> rows,
                                      std::span<const std::uint64_t> keys) {
  RegionContent content{rows_region, {}};
  std::uint64_t bytes = 0;
  for (const auto piece : rows) {
    content.pieces.push_back(bytes_of(piece));
    bytes += piece.size_bytes();
  }
  KINDLING_CHECK(bytes == row_bytes(shape) && keys.size() == shape.count);
  const std::filesystem::path path = folder / vector_file_name(shape.segment, part);
  std::vector<RegionContent> regions{{shape_region, {{reinterpret_cast<const char*>(&shape), sizeof shape}}},
                                     std::move(content)};
  const VectorCodesOptions options{.threads = machine().threads};
  std::optional<VectorCodeBytes> codes;
  std::optional<KeptSample> sample;
  if (shape.count >= options.exact_below) {
    KINDLING_TRY(const GatheredRows gathered, GatheredRows::gather(files, path, rows, bytes));
    KINDLING_TRY(codes, encode_vectors(matrix_of(shape, gathered.rows()), options));
    regions.push_back({codes_region, {codes->view()}});
    if (shape.count > CosineSample::every_row) {
      sample.emplace(gathered.rows(), row_stride(shape.dimensions), keys);
      regions.push_back({sample_region, {bytes_of(sample->which)}});
      regions.push_back({sample_rows_region, {bytes_of(sample->values)}});
    }
  }
  regions.push_back({sample_keys_region, {sample ? bytes_of(sample->keys) : bytes_of(keys)}});
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
  const std::string_view keys = file_.region(sample_keys_region);
  sample_ = {values_of<std::uint32_t>(which), reinterpret_cast<const float*>(rows.data()),
             values_of<std::uint64_t>(keys)};
  const std::size_t sampled = sample_.which.size();
  if (which.size() != sampled * sizeof(std::uint32_t) ||
      rows.size() != sampled * row_stride(shape_.dimensions) * sizeof(float)) {
    return corrupt_index(file_.path(), "region sample_rows", "is of another length than the sample");
  }
  if (!keys.empty() && keys.size() != (sampled > 0 ? sampled : shape_.count) * sizeof(std::uint64_t))
    return corrupt_index(file_.path(), "region sample_keys", "is of another length than the sample");
  return {};
}

Status VectorFile::verify_rows() const {
  KINDLING_TRY_VOID(file_.verify(rows_region, "region rows"));
  if (codes_) KINDLING_TRY_VOID(file_.verify(codes_region, "region codes"));
  if (!sample_.keys.empty()) KINDLING_TRY_VOID(file_.verify(sample_keys_region, "region sample_keys"));
  if (sample_.which.empty()) return {};
  KINDLING_TRY_VOID(file_.verify(sample_region, "region sample"));
  return file_.verify(sample_rows_region, "region sample_rows");
}

}  // namespace kindling
