#include "index/snapshot_vectors.h"

#include <algorithm>

#include "base/simd/vectors.h"

namespace kindling {

Status SnapshotVectors::add(Files& files, const std::filesystem::path& folder, const CatalogVectors& row,
                            std::uint32_t first) {
  const VectorShape shape{row.segment, row.first, row.count, dimensions_, 0};
  KINDLING_TRY(auto file, VectorFile::open(files, folder, row.part, shape, row.check));
  files_.push_back(std::move(file));
  parts_.push_back({{first, row.count, nullptr}, nullptr, {}, {}});
  return {};
}

void SnapshotVectors::settle(const PageWarming& warming, const VectorCosts& costs) {
  for (std::size_t i = 0; i < files_.size(); ++i) {  // they stay where they are from now on
    const VectorFile& file = files_[i];
    parts_[i].rows.rows = file.rows().data();
    parts_[i].codes = file.codes();
    parts_[i].sample = file.sample();
    parts_[i].far = {&file.file().mapped(), &warming.done()};
  }
  vectors_ = std::make_unique<ChunkVectors>(parts_, dimensions_, costs);
  live_rows_ = std::make_unique<AllowedRows>(parts_, true);
}

bool SnapshotVectors::have_codes() const {
  return std::ranges::any_of(files_, [](const VectorFile& file) { return file.codes() != nullptr; });
}

void SnapshotVectors::add_pages(std::vector<PageRange>& ranges) const {
  for (const VectorFile& file : files_) {
    const std::size_t rows = file.rows().size_bytes();  // codes lie behind them
    if (file.codes() != nullptr)
      ranges.push_back(
          {&file.file().mapped(), rows, static_cast<std::size_t>(file.file().bytes()) - rows, true});
  }
  for (const VectorFile& file : files_)
    ranges.push_back({&file.file().mapped(), 0, file.rows().size_bytes(), false});
}

bool SnapshotVectors::cover(std::uint32_t first, std::uint32_t end) const {
  for (const VectorPart& part : parts_) {
    if (part.rows.first <= first) first = std::max(first, part.rows.first + part.rows.count);
  }
  return first >= end;
}

const CosineSample& SnapshotVectors::sample() const {
  std::call_once(sample_once_, [this] { sample_.emplace(parts_, dimensions_, live_rows_->sets()); });
  return *sample_;
}

float SnapshotVectors::mean_cosine(std::span<const float> query) const {
  std::call_once(mean_once_, [this] { mean_ = sample().mean(); });
  return inner_product(query, mean_);
}

}  // namespace kindling
