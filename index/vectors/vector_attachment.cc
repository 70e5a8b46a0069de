#include "index/vectors/vector_attachment.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/check.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/vectors/sample_keys.h"
#include "index/vectors/vector_file.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

constexpr std::size_t files_joined = 16;

// Batches of about the same size: one level for each power of files_joined.
int level_of(std::uint32_t count) { return (static_cast<int>(std::bit_width(count)) - 1) / 4; }

// A stretch of rows of one segment: a file, or the batch in memory, or a gap.
struct Stretch {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  const CatalogVectors* file = nullptr;  // null: the batch, or a gap

  [[nodiscard]] std::uint32_t end() const { return first + count; }
};

class Attachment {
 public:
  Attachment(Workplace& place, const CatalogState& state, const CatalogSegment& segment, Stretch batch,
             std::vector<float> rows)
      : place_(place), segment_(segment), batch_(batch), batch_rows_(std::move(rows)) {
    for (const CatalogVectors& file : state.vectors) {
      if (file.segment == segment.number) stretches_.push_back({file.first, file.count, &file});
    }
    for (const Slot& slot : state.removed) {
      if (slot.segment == segment.number) removed_.push_back(slot.slot);
    }
    const auto at = std::find_if(stretches_.begin(), stretches_.end(),
                                 [&](const Stretch& stretch) { return stretch.end() > batch.first; });
    needless_ = at != stretches_.end() && at->first <= batch.first && at->end() >= batch.end();
    if (needless_) return;
    KINDLING_CHECK(at == stretches_.end() || at->first >= batch.end());  // no chunk gets a second vector
    stretches_.insert(at, batch);
  }

  Status run(Change& change) {
    if (needless_) return {};
    KINDLING_TRY(const bool complete, is_complete());
    const std::vector<Stretch> joined = complete ? whole_segment() : neighbours();
    return write(change, joined);
  }

 private:
  [[nodiscard]] Result<Segment> open_segment() const {
    return Segment::open(place_.files, place_.folder, segment_.number, segment_.check);
  }

  // Whether every chunk of a live document has a vector now.
  Result<bool> is_complete() const {
    std::uint64_t covered = 0;
    for (const Stretch& stretch : stretches_) covered += stretch.count;
    if (covered == segment_.chunks) return true;
    if (removed_.empty()) return false;
    KINDLING_TRY(const Segment segment, open_segment());
    auto removed = removed_.begin();
    auto stretch = stretches_.begin();
    for (std::uint32_t slot = 0; slot < segment.documents().size(); ++slot) {
      if (removed != removed_.end() && *removed == slot) {
        ++removed;
        continue;
      }
      const DocumentRecord& document = segment.documents()[slot];
      const std::uint32_t end = document.first_chunk + document.chunk_count;
      for (std::uint32_t chunk = document.first_chunk; chunk < end; chunk = stretch->end()) {
        while (stretch != stretches_.end() && stretch->end() <= chunk) ++stretch;
        if (stretch == stretches_.end() || stretch->first > chunk) return false;
      }
    }
    return true;
  }

  // Everything from the first chunk to the last, gaps included.
  [[nodiscard]] std::vector<Stretch> whole_segment() const {
    std::vector<Stretch> all;
    std::uint32_t next = 0;
    for (const Stretch& stretch : stretches_) {
      if (stretch.first > next) all.push_back({next, stretch.first - next, nullptr});
      all.push_back(stretch);
      next = stretch.end();
    }
    if (next < segment_.chunks) all.push_back({next, segment_.chunks - next, nullptr});
    return all;
  }

  // The batch and the files right before it that are due to become one.
  [[nodiscard]] std::vector<Stretch> neighbours() const {
    const auto batch = std::find_if(stretches_.begin(), stretches_.end(),
                                    [&](const Stretch& stretch) { return stretch.first == batch_.first; });
    auto begin = batch;  // what is joined so far: [begin, batch]
    for (;;) {
      const int level = level_of(batch->end() - begin->first);
      auto candidate = begin;
      while (candidate != stretches_.begin() && std::prev(candidate)->end() == candidate->first &&
             level_of(std::prev(candidate)->count) <= level) {
        --candidate;
      }
      if (static_cast<std::size_t>(begin - candidate) + 1 < files_joined) break;
      begin = candidate;
    }
    return {begin, std::next(batch)};
  }

  Status write(Change& change, std::span<const Stretch> joined) {
    const std::uint32_t stride = row_stride(place_.settings.dimensions);
    std::vector<VectorFile> files;  // mapped until the new one is written
    std::vector<std::vector<float>> gaps;
    std::vector<std::span<const float>> rows;
    for (const Stretch& stretch : joined) {
      if (stretch.file != nullptr) {
        const VectorShape shape{segment_.number, stretch.first, stretch.count, place_.settings.dimensions, 0};
        KINDLING_TRY(auto file, VectorFile::open(place_.files, place_.folder, stretch.file->part, shape,
                                                 stretch.file->check));
        KINDLING_TRY_VOID(file.verify_rows());  // damage must not get a new checksum
        rows.push_back(file.rows());
        files.push_back(std::move(file));
      } else if (stretch.first == batch_.first) {
        rows.emplace_back(batch_rows_);
      } else {
        gaps.emplace_back(std::size_t{stretch.count} * stride, std::numeric_limits<float>::quiet_NaN());
        rows.emplace_back(gaps.back());
      }
    }
    KINDLING_TRY(const std::uint64_t part, place_.catalog.take_part_number());
    const VectorShape shape{segment_.number, joined.front().first, joined.back().end() - joined.front().first,
                            place_.settings.dimensions, 0};
    KINDLING_TRY(const Segment segment, open_segment());
    change.adds(vector_file_name(segment_.number, part));
    KINDLING_TRY(const WrittenFile written, write_vector_file(place_.files, place_.folder, part, shape, rows,
                                                              sample_keys(segment, shape.first, shape.count)));
    for (const Stretch& stretch : joined) {
      if (stretch.file == nullptr) continue;
      KINDLING_TRY_VOID(place_.catalog.remove_vectors(segment_.number, stretch.file->part));
      change.drops(vector_file_name(segment_.number, stretch.file->part));
    }
    return place_.catalog.put_vectors(
        {segment_.number, part, shape.first, shape.count, written.bytes, written.check});
  }

  Workplace& place_;
  const CatalogSegment& segment_;
  Stretch batch_;
  std::vector<float> batch_rows_;
  std::vector<Stretch> stretches_;  // of the segment, ascending, the batch among them
  bool needless_ = false;           // the segment was completed without it: its documents were removed since
  std::vector<std::uint32_t> removed_;
};

}  // namespace

bool is_unit_vector(std::span<const float> row) {
  double squares = 0;
  for (const float value : row) squares += double{value} * double{value};
  return std::abs(squares - 1) < 0.01;  // false for NaN
}

Status attach_vectors_to_segment(Workplace& place, std::uint64_t segment, std::uint32_t first,
                                 std::uint32_t count, std::span<const float> values) {
  const std::uint32_t dimensions = place.settings.dimensions;
  KINDLING_CHECK(dimensions > 0 && values.size() == std::size_t{count} * dimensions);
  if (count == 0) return {};
  for (std::uint32_t i = 0; i < count; ++i) {
    if (is_unit_vector(values.subspan(std::size_t{i} * dimensions, dimensions))) continue;
    return Error{ErrorCode::malformed, "vector of chunk " + std::to_string(first + i), "not of unit length",
                 "the encoder's folder may be damaged: kindling doctor"};
  }
  Change change(place);
  return change.run([&]() -> Status {
    KINDLING_TRY(const CatalogState state, place.catalog.state());
    const auto row = std::find_if(state.segments.begin(), state.segments.end(),
                                  [&](const CatalogSegment& candidate) { return candidate.number == segment; });
    if (row == state.segments.end()) {
      return Error{ErrorCode::not_found, "segment " + std::to_string(segment), "no such segment in the index",
                   "run again: it was merged meanwhile"};
    }
    KINDLING_CHECK(std::uint64_t{first} + count <= row->chunks);
    Attachment attachment(place, state, *row, {first, count, nullptr}, padded_rows(values, dimensions));
    return attachment.run(change);
  });
}

}  // namespace kindling
