// The vectors of a snapshot: its files, which of their rows are live, and how far their pages are entered.
//
// Immutable but for what is worked out once; safe from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "index/dense.h"
#include "index/store/catalog.h"
#include "index/store/page_warming.h"
#include "index/vectors/allowed_rows.h"
#include "index/vectors/chunk_vectors.h"
#include "index/vectors/cosine_sample.h"
#include "index/vectors/vector_file.h"

namespace kindling {

class SnapshotVectors {
 public:
  explicit SnapshotVectors(std::uint32_t dimensions) : dimensions_(dimensions) {}

  // Rows of consecutive chunks from `first` of the snapshot; ascending.
  [[nodiscard]] Status add(Files& files, const std::filesystem::path& folder, const CatalogVectors& row,
                           std::uint32_t first);
  // Once all are added. `warming` outlives this.
  // `costs`: what searches are planned with.
  void settle(const PageWarming& warming, const VectorCosts& costs = {});
  // Before any search, after `settle`.
  void remove(std::uint32_t first, std::uint32_t count) { live_rows_->erase(first, count); }

  // Where the pages lie that a search wants in memory (codes), and the others.
  void add_pages(std::vector<PageRange>& ranges) const;

  // Whether there is anything to choose when one searches.
  [[nodiscard]] bool have_codes() const;
  [[nodiscard]] std::span<const VectorPart> parts() const { return parts_; }
  [[nodiscard]] std::span<const VectorFile> files() const { return files_; }
  [[nodiscard]] const ChunkVectors& rows() const { return *vectors_; }
  [[nodiscard]] const AllowedRows& live_rows() const { return *live_rows_; }

  // Whether every chunk of [first, end) has a row.
  [[nodiscard]] bool cover(std::uint32_t first, std::uint32_t end) const;

  // Over the live rows. The sample is drawn by whoever asks first.
  [[nodiscard]] CosineSpread spread(std::span<const float> query) const { return sample().spread(query); }
  // The mean of the spread, from the mean row: kept, because it does not depend on the query.
  [[nodiscard]] float mean_cosine(std::span<const float> query) const;

 private:
  [[nodiscard]] const CosineSample& sample() const;

  std::uint32_t dimensions_;
  std::vector<VectorFile> files_;
  std::vector<VectorPart> parts_;
  std::unique_ptr<ChunkVectors> vectors_;
  std::unique_ptr<AllowedRows> live_rows_;
  mutable std::once_flag sample_once_, mean_once_;
  mutable std::optional<CosineSample> sample_;
  mutable std::vector<float> mean_;
};

}  // namespace kindling
