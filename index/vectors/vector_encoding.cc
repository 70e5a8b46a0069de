#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/parallel.h"
#include "index/vectors/list_training.h"
#include "index/vectors/neighbour_graph.h"
#include "index/vectors/one_bit_codes.h"
#include "index/vectors/search_depth.h"
#include "index/vectors/vector_codes.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_max = 1U << 31U;
constexpr std::uint32_t lists_max = 1U << 16U;
constexpr std::uint32_t rows_at_once = 1'024;
constexpr std::size_t lists_at_once = 4;

// So many times the root of the rows: more lists cost more to compare, fewer more to scan (docs/vectors.md).
constexpr double lists_per_root = 1.25;

std::uint32_t lists_for(std::uint32_t rows) {
  return std::min(lists_max, static_cast<std::uint32_t>(lists_per_root * std::sqrt(static_cast<double>(rows))));
}

// Rows by list; a list's rows ascend.
struct Grouping {
  std::vector<std::uint32_t> first;  // [lists + 1], into `rows`
  std::vector<std::uint32_t> rows;
};

// By the first of the lists near a row. Lists without rows are left out, and those that are left numbered anew.
//   lists_near: [rows][lists_near_row]
Grouping group(std::span<std::uint32_t> lists_near, std::uint32_t lists) {
  std::vector<std::uint32_t> counts(lists), numbers(lists, no_list), next;
  for (std::size_t i = 0; i < lists_near.size(); i += lists_near_row) {
    if (lists_near[i] != no_list) ++counts[lists_near[i]];
  }
  Grouping grouping;
  std::uint32_t at = 0;
  for (std::uint32_t list = 0; list < lists; ++list) {
    if (counts[list] == 0) continue;
    numbers[list] = static_cast<std::uint32_t>(next.size());
    grouping.first.push_back(at);
    next.push_back(at);
    at += counts[list];
  }
  grouping.first.push_back(at);
  for (std::uint32_t& list : lists_near) list = list == no_list ? no_list : numbers[list];
  grouping.rows.resize(at);
  for (std::size_t i = 0; i < lists_near.size(); i += lists_near_row) {
    if (lists_near[i] != no_list)
      grouping.rows[next[lists_near[i]]++] = static_cast<std::uint32_t>(i / lists_near_row);
  }
  return grouping;
}

std::uint32_t blocks_of(std::size_t rows) {
  return static_cast<std::uint32_t>((rows + code_block_rows - 1) / code_block_rows);
}

class Encoder {
 public:
  Encoder(const VectorMatrix& rows, const VectorCodesOptions& options)
      : rows_(rows), options_(options), rotation_(rows.dimensions) {
    head_.dimensions = rows.dimensions;
    head_.rows = rows.count;
    head_.recall = static_cast<float>(options.recall);
  }

  AlignedArray<char> encode() {
    if (options_.recall < 1 && rows_.count >= std::max(2U, options_.exact_below)) {
      lay_out();
      encode_rows();
      write_codes();
      if (head_.neighbours > 0)
        find_neighbours(head_, parts_, rows_, lists_near_, options_.threads, writable(parts_.neighbours));
      measure();
    }
    if (head_.depths == 0) {
      head_.version = 1;
      head_.lists = head_.blocks = head_.neighbours = head_.depths_walked = 0;
      bytes_ = AlignedArray<char>(head_.bytes());
    }
    std::memcpy(bytes_.data(), &head_, head_.bytes());
    return std::move(bytes_);
  }

 private:
  // Which row lies where, and the memory for all of it.
  void lay_out() {
    if (options_.lists > 1 || (options_.lists == 0 && rows_.count >= options_.scan_below)) group_rows();
    if (head_.lists < 2) {
      grouping_ = {};
      lists_near_ = {};
      head_.lists = 1;
      head_.blocks = blocks_of(rows_.count);
    } else {
      head_.version = 2;
      head_.neighbours = neighbours_kept;
    }
    bytes_ = AlignedArray<char>(codes_size(head_));
    parts_ = codes_parts(head_, bytes_.data());
    std::ranges::fill(writable(parts_.factors), code_no_factor);
    std::ranges::fill(writable(parts_.centre_factors), code_no_factor);
    if (head_.lists == 1) {
      writable(parts_.first_block)[1] = head_.blocks;
      return;
    }
    std::uint32_t block = 0;
    for (std::uint32_t list = 0; list < head_.lists; ++list) {
      const std::span rows = rows_of(list);
      std::ranges::copy(rows,
                        writable(parts_.row_of).begin() + static_cast<std::ptrdiff_t>(block * code_block_rows));
      block += blocks_of(rows.size());
      writable(parts_.first_block)[list + 1] = block;
    }
  }

  void group_rows() {
    const std::uint32_t lists =
        std::min(options_.lists > 0 ? options_.lists : lists_for(rows_.count), rows_.count);
    const auto centres = train_centres(rows_, lists, options_.threads);
    lists_near_ = nearest_centres(rows_, centres, lists_near_row, options_.threads);
    grouping_ = group(lists_near_, lists);
    head_.lists = static_cast<std::uint32_t>(grouping_.first.size() - 1);
    for (std::uint32_t list = 0; list < head_.lists; ++list) head_.blocks += blocks_of(rows_of(list).size());
  }

  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::uint32_t list) const {
    return std::span(grouping_.rows)
        .subspan(grouping_.first[list], grouping_.first[list + 1] - grouping_.first[list]);
  }

  void encode_rows() {
    const std::uint32_t stride = int8_stride(rows_.dimensions);
    const auto codes = writable(parts_.row_codes);
    const auto scales = writable(parts_.row_scales);
    parallel_for((rows_.count + rows_at_once - 1) / rows_at_once, options_.threads, [&](std::size_t share) {
      const auto first = static_cast<std::uint32_t>(share) * rows_at_once;
      const std::uint32_t end = first + std::min(rows_at_once, rows_.count - first);
      for (std::uint32_t row = first; row < end; ++row)
        scales[row] = encode_int8(rows_.row(row), codes.subspan(std::size_t{row} * stride, stride));
    });
  }

  void write_codes() {
    if (head_.lists == 1) {
      const std::size_t blocks = head_.blocks;
      constexpr std::size_t at_once = rows_at_once / code_block_rows;
      parallel_for((blocks + at_once - 1) / at_once, options_.threads, [&](std::size_t share) {
        const std::vector<float> centre(rows_.dimensions, 0.0F);
        const std::size_t end = std::min<std::size_t>(rows_.count, (share + 1) * rows_at_once);
        for (std::size_t row = share * rows_at_once; row < end; ++row)
          write_row(static_cast<std::uint32_t>(row), row, centre);
      });
      return;
    }
    parallel_for((head_.lists + lists_at_once - 1) / lists_at_once, options_.threads, [&](std::size_t share) {
      const std::size_t end = std::min<std::size_t>(head_.lists, (share + 1) * lists_at_once);
      for (std::size_t list = share * lists_at_once; list < end; ++list)
        write_list(static_cast<std::uint32_t>(list));
    });
  }

  // A centre is the mean of its rows, as its code says it: what its rows' codes count from.
  void write_list(std::uint32_t list) {
    const std::span rows = rows_of(list);
    const std::uint32_t stride = int8_stride(rows_.dimensions);
    std::vector<float> centre(rows_.dimensions);
    for (const std::uint32_t row : rows) {
      const auto values = rows_.row(row);
      for (std::uint32_t d = 0; d < rows_.dimensions; ++d) centre[d] += values[d];
    }
    for (float& value : centre) value /= static_cast<float>(rows.size());
    const auto code = writable(parts_.centres).subspan(std::size_t{list} * stride, stride);
    const float scale = encode_int8(centre, code).scale;
    writable(parts_.centre_scales)[list] = {scale, 0};
    for (std::uint32_t d = 0; d < rows_.dimensions; ++d) centre[d] = scale * static_cast<float>(code[d]);
    std::vector<float> rotated(rotation_.padded());
    rotation_.rotate(centre, rotated);
    write_one_bit(rotated, list, writable(parts_.centre_planes), writable(parts_.centre_factors));
    double squares = 0;
    std::size_t place = std::size_t{parts_.first_block[list]} * code_block_rows;
    for (const std::uint32_t row : rows) squares += write_row(row, place++, centre);
    writable(parts_.spreads)[list] = static_cast<float>(std::sqrt(squares / static_cast<double>(rows.size())));
  }

  // Returns the square of the distance from the centre; without a code and zero for a row that holds a NaN.
  double write_row(std::uint32_t row, std::size_t place, const std::vector<float>& centre) {
    if (std::isnan(parts_.row_scales[row].lost)) return 0;
    const auto values = rows_.row(row);
    std::vector<float> rest(values.size()), rotated(rotation_.padded());
    double squares = 0;
    for (std::size_t d = 0; d < rest.size(); ++d) {
      rest[d] = values[d] - centre[d];
      squares += double{rest[d]} * double{rest[d]};
    }
    rotation_.rotate(rest, rotated);
    write_one_bit(rotated, place, writable(parts_.planes), writable(parts_.factors));
    return squares;
  }

  static void write_one_bit(std::span<const float> rotated, std::size_t place, std::span<std::uint8_t> planes,
                            std::span<std::uint16_t> factors) {
    const std::size_t block = place / code_block_rows, bytes = rotated.size() / 8;
    encode_one_bit(rotated, place % code_block_rows, planes.data() + block * bytes * code_block_rows,
                   factors.data() + block * code_block_rows);
  }

  void measure() {
    head_.sampled = sampled_queries;
    const auto [depths, walked] =
        measure_search_depths(head_, parts_, rows_, options_.recall, options_.threads);
    head_.depths = static_cast<std::uint32_t>(depths.size());
    head_.depths_walked = static_cast<std::uint32_t>(walked.size());
    std::ranges::copy(depths, head_.depth.begin());
    std::ranges::copy(walked, head_.walked.begin());
  }

  const VectorMatrix& rows_;
  const VectorCodesOptions& options_;
  Rotation rotation_;
  CodesHead head_;
  Grouping grouping_;
  std::vector<std::uint32_t> lists_near_;  // [rows][lists_near_row]; empty for one list
  AlignedArray<char> bytes_;
  CodesParts parts_;
};

}  // namespace

Result<VectorCodeBytes> encode_vectors(const VectorMatrix& rows, const VectorCodesOptions& options) {
  KINDLING_CHECK(rows.dimensions > 0 && rows.stride >= rows.dimensions);
  KINDLING_CHECK(options.recall > 0 && options.recall <= 1);
  if (rows.count > rows_max || rows.dimensions > vector_dimensions_max) {
    return Error{
        ErrorCode::too_large, "vector codes",
        std::to_string(rows.count) + " x " + std::to_string(rows.dimensions) + " is more than codes can name",
        ""};
  }
  return VectorCodeBytes(Encoder(rows, options).encode());
}

}  // namespace kindling
