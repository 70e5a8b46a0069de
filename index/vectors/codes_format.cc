#include "index/vectors/codes_format.h"

#include <cmath>
#include <cstring>

#include "base/check.h"
#include "index/vectors/rotation.h"

namespace kindling {
namespace {

constexpr std::size_t alignment = 64;
constexpr std::uint32_t neighbours_max = 256;

Error corrupt(std::string why) { return {ErrorCode::index_corrupt, "vector codes", std::move(why), ""}; }

// Hands out the parts one after the other.
class Cutter {
 public:
  Cutter(const char* bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  template <typename T>
  void cut(std::span<const T>& part, std::size_t count) {
    part = {bytes_ == nullptr ? nullptr : reinterpret_cast<const T*>(bytes_ + at_),
            bytes_ == nullptr ? 0 : count};
    at_ += (count * sizeof(T) + alignment - 1) / alignment * alignment;
  }
  [[nodiscard]] std::size_t used() const { return at_; }

 private:
  const char* bytes_;
  std::size_t at_;
};

std::size_t cut_parts(const CodesHead& head, const char* bytes, CodesParts& parts) {
  Cutter cutter(bytes, head.bytes());
  if (head.lists == 0) return cutter.used();
  const std::size_t stride = int8_stride(head.dimensions);
  const std::size_t centres = head.lists > 1 ? head.lists : 0;
  const std::size_t places = std::size_t{head.blocks} * code_block_rows;
  cutter.cut(parts.centres, centres * stride);
  cutter.cut(parts.centre_scales, centres);
  cutter.cut(parts.spreads, centres);
  cutter.cut(parts.first_block, std::size_t{head.lists} + 1);
  cutter.cut(parts.row_of, centres > 0 ? places : 0);
  cutter.cut(parts.factors, places);
  cutter.cut(parts.planes, places * (Rotation::padded(head.dimensions) / 8));
  cutter.cut(parts.row_scales, head.rows);
  cutter.cut(parts.row_codes, head.rows * stride);
  cutter.cut(parts.neighbours, std::size_t{head.rows} * head.neighbours);
  const std::size_t centre_places =
      head.version == 1 ? 0 : (centres + code_block_rows - 1) / code_block_rows * code_block_rows;
  cutter.cut(parts.centre_factors, centre_places);
  cutter.cut(parts.centre_planes, centre_places * (Rotation::padded(head.dimensions) / 8));
  return cutter.used();
}

Status check_depths(const CodesHead& head, std::span<const SearchDepth> depths) {
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const SearchDepth& depth = depths[i];
    if (depth.k <= before || depth.candidates < depth.k || depth.candidates > head.rows ||
        depth.reranked < depth.k || depth.reranked > depth.candidates || !std::isfinite(depth.margin) ||
        !(depth.recall >= 0 && depth.recall <= 1) || !(depth.blocks >= 0) || !(depth.lists >= 0)) {
      return corrupt("search depth " + std::to_string(i) + " cannot be meant");
    }
    before = depth.k;
  }
  return {};
}

Status check_lists(const CodesHead& head, const CodesParts& parts) {
  if (parts.first_block.front() != 0 || parts.first_block.back() != head.blocks)
    return corrupt("the lists do not hold all blocks");
  for (std::size_t i = 0; i < head.lists; ++i) {
    if (parts.first_block[i] > parts.first_block[i + 1]) return corrupt("the lists are out of order");
  }
  return {};
}

}  // namespace

std::size_t codes_size(const CodesHead& head) {
  CodesParts parts;
  return cut_parts(head, nullptr, parts);
}

CodesParts codes_parts(const CodesHead& head, const char* bytes) {
  KINDLING_CHECK(reinterpret_cast<std::uintptr_t>(bytes) % alignment == 0);
  CodesParts parts;
  cut_parts(head, bytes, parts);
  return parts;
}

Result<CodesHead> read_codes_head(std::string_view bytes, const VectorMatrix& rows) {
  CodesHead head;
  const CodesHead expected;
  if (bytes.size() < CodesHead::bytes_of_version_1) return corrupt("are cut off");
  std::memcpy(static_cast<void*>(&head), bytes.data(), CodesHead::bytes_of_version_1);
  if (head.magic != expected.magic) return corrupt("begin with something else");
  if (head.version != 1 && head.version != 2) {
    return Error{ErrorCode::index_version, "vector codes", "are of version " + std::to_string(head.version),
                 ""};
  }
  if (bytes.size() < head.bytes()) return corrupt("are cut off");
  std::memcpy(static_cast<void*>(&head), bytes.data(), head.bytes());
  if (head.neighbours > neighbours_max) return corrupt("a number of neighbours that cannot be");
  if (head.rows != rows.count || head.dimensions != rows.dimensions)
    return corrupt("are of other vectors: " + std::to_string(head.rows) + " x " +
                   std::to_string(head.dimensions));
  // Each list has a row at least, and at most one block that is not full.
  if (head.lists > head.rows || head.blocks > head.rows / code_block_rows + head.lists)
    return corrupt("more lists or blocks than rows give");
  if (head.lists == 1 && head.blocks != (head.rows + code_block_rows - 1) / code_block_rows)
    return corrupt("another number of blocks than rows give");
  if (head.depths > search_depths_max || (head.lists > 0 && head.depths == 0) ||
      head.depths_walked > (head.neighbours == 0 ? 0 : search_depths_max)) {
    return corrupt("a number of search depths that cannot be");
  }
  KINDLING_TRY_VOID(check_depths(head, std::span(head.depth).first(head.depths)));
  KINDLING_TRY_VOID(check_depths(head, std::span(head.walked).first(head.depths_walked)));
  if (bytes.size() != codes_size(head)) return corrupt("are of another length than their head says");
  if (head.lists > 0) KINDLING_TRY_VOID(check_lists(head, codes_parts(head, bytes.data())));
  return head;
}

}  // namespace kindling
