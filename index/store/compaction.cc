#include "index/store/compaction.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/check.h"
#include "index/store/index_files.h"
#include "index/store/merge_policy.h"
#include "index/store/segment.h"
#include "index/store/segment_writer.h"
#include "index/vectors/sample_keys.h"
#include "index/vectors/vector_file.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

// Documents held in memory beside the new segment.
constexpr std::size_t documents_at_once = 256;

// A run of chunks of the new segment whose vectors are there, as pieces of old files.
struct VectorRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::vector<std::span<const float>> rows;
  std::vector<std::uint64_t> keys;  // vectors/sample_keys.h
};

class Compaction {
 public:
  Compaction(Workplace& place, const CatalogState& state, Change& change, const Cancellation& cancellation)
      : place_(place), state_(state), change_(change), cancellation_(cancellation) {}

  Status run(std::span<const SegmentLife> merged) {
    for (const SegmentLife& life : merged) KINDLING_TRY_VOID(add(life));
    KINDLING_TRY_VOID(flush());
    KINDLING_TRY(const std::uint64_t number, place_.catalog.take_segment_number());
    if (writer_.document_count() > 0) KINDLING_TRY_VOID(write(number));
    for (const auto& [from, slot] : moves_) {
      KINDLING_TRY_VOID(place_.catalog.move_document(from, {number, slot}));
    }
    for (const SegmentLife& life : merged) KINDLING_TRY_VOID(drop(life));
    return {};
  }

 private:
  // The rows of the segment's vector files.
  [[nodiscard]] std::span<const CatalogVectors> vectors_of(const SegmentLife& life) const {
    const auto [first, last] = std::equal_range(
        state_.vectors.begin(), state_.vectors.end(), CatalogVectors{.segment = life.row->number},
        [](const CatalogVectors& a, const CatalogVectors& b) { return a.segment < b.segment; });
    return {first, last};
  }

  Status add(const SegmentLife& life) {
    const std::uint64_t number = life.row->number;
    KINDLING_TRY(auto opened, Segment::open(place_.files, place_.folder, number, life.row->check,
                                            Segment::check_whatever_the_size));
    KINDLING_TRY_VOID(opened.verify_bulk());
    const Segment segment = std::move(opened);
    const std::size_t first_file = vector_files_.size();
    for (const CatalogVectors& row : vectors_of(life)) {
      const VectorShape shape{row.segment, row.first, row.count, place_.settings.dimensions, 0};
      KINDLING_TRY(auto file, VectorFile::open(place_.files, place_.folder, row.part, shape, row.check));
      KINDLING_TRY_VOID(file.verify_rows());
      vector_files_.push_back(std::make_unique<VectorFile>(std::move(file)));
    }
    const std::span files(vector_files_.begin() + static_cast<std::ptrdiff_t>(first_file), vector_files_.end());

    auto removed = life.removed.begin();
    for (std::uint32_t slot = 0; slot < segment.documents().size(); ++slot) {
      if (removed != life.removed.end() && *removed == slot) {
        ++removed;
        continue;
      }
      moves_.emplace_back(Slot{number, slot}, document_count_++);
      add_vectors(segment.documents()[slot], segment.uri(slot), files);
      KINDLING_TRY(auto document, segment.read_document(slot));
      documents_.push_back(std::move(document));
      if (documents_.size() == documents_at_once) KINDLING_TRY_VOID(flush());
    }
    return {};
  }

  // Extends the runs by the document's chunks, which come next in the new segment.
  void add_vectors(const DocumentRecord& document, std::string_view uri,
                   std::span<const std::unique_ptr<VectorFile>> files) {
    const std::uint32_t old_end = document.first_chunk + document.chunk_count;
    for (const auto& file : files) {
      const VectorShape& shape = file->shape();
      const std::uint32_t begin = std::max(shape.first, document.first_chunk);
      const std::uint32_t end = std::min(shape.first + shape.count, old_end);
      if (begin >= end) continue;
      const std::uint32_t first = chunk_count_ + (begin - document.first_chunk);
      if (runs_.empty() || runs_.back().first + runs_.back().count != first)
        runs_.push_back({first, 0, {}, {}});
      const std::size_t stride = row_stride(place_.settings.dimensions);
      runs_.back().rows.push_back(file->rows().subspan((begin - shape.first) * stride, (end - begin) * stride));
      append_sample_keys(uri, begin - document.first_chunk, end - document.first_chunk, runs_.back().keys);
      runs_.back().count += end - begin;
    }
    chunk_count_ += document.chunk_count;
  }

  Status flush() {
    KINDLING_TRY_VOID(writer_.add(documents_, cancellation_));
    documents_.clear();
    return {};
  }

  Status write(std::uint64_t number) {
    KINDLING_CHECK(writer_.chunk_count() == chunk_count_);
    const std::string name = segment_file_name(number);
    change_.adds(name);
    KINDLING_TRY(const WrittenFile written, writer_.write(place_.files, place_.folder / name, number));
    KINDLING_TRY_VOID(
        place_.catalog.put_segment({number, written.bytes, written.check, document_count_, chunk_count_}));
    for (const VectorRun& run : runs_) {
      KINDLING_TRY_VOID(cancellation_.check());
      KINDLING_TRY(const std::uint64_t part, place_.catalog.take_part_number());
      change_.adds(vector_file_name(number, part));
      const VectorShape shape{number, run.first, run.count, place_.settings.dimensions, 0};
      KINDLING_TRY(const WrittenFile rows,
                   write_vector_file(place_.files, place_.folder, part, shape, run.rows, run.keys));
      KINDLING_TRY_VOID(
          place_.catalog.put_vectors({number, part, run.first, run.count, rows.bytes, rows.check}));
    }
    return {};
  }

  Status drop(const SegmentLife& life) {
    change_.drops(segment_file_name(life.row->number));
    for (const CatalogVectors& part : vectors_of(life)) {
      change_.drops(vector_file_name(part.segment, part.part));
    }
    return place_.catalog.remove_segment(life.row->number);
  }

  Workplace& place_;
  const CatalogState& state_;
  Change& change_;
  const Cancellation& cancellation_;
  SegmentWriter writer_;
  std::vector<Document> documents_;                        // read, not yet added
  std::vector<std::unique_ptr<VectorFile>> vector_files_;  // mapped until the new files are written
  std::vector<std::pair<Slot, std::uint32_t>> moves_;      // old place, new slot
  std::vector<VectorRun> runs_;
  std::uint32_t document_count_ = 0;
  std::uint32_t chunk_count_ = 0;
};

Status merge(Workplace& place, const CatalogState& state, std::span<const SegmentLife> merged,
             const Cancellation& cancellation) {
  Change change(place);
  return change.run([&] { return Compaction(place, state, change, cancellation).run(merged); });
}

}  // namespace

Status compact_index(Workplace& place, const Cancellation& cancellation) {
  KINDLING_TRY(const CatalogState state, place.catalog.state());
  const auto merged = full_merge(lives_of(state));
  return merged.empty() ? Status() : merge(place, state, merged, cancellation);
}

Result<bool> merge_step(Workplace& place, std::uint64_t weight_max, std::uint64_t bytes_max,
                        const Cancellation& cancellation) {
  KINDLING_TRY(const CatalogState state, place.catalog.state());
  const auto merged = next_merge(lives_of(state), weight_max, bytes_max);
  if (merged.empty()) return false;
  KINDLING_TRY_VOID(merge(place, state, merged, cancellation));
  return true;
}

}  // namespace kindling
