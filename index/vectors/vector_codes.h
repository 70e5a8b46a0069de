// The nearest vectors of a query in a fraction of an exact pass, to a recall that was measured, over codes that
// lie in a file.
//
// The codes are one run of bytes made from rows of float32 (docs/index_format.md, docs/vectors.md): one-bit
// codes that are scanned, int8 codes that rank what the scan keeps; the best of these are ranked by their full
// vectors, so that every product that comes out is the true one. Past some size the rows are grouped in lists
// around centres, and only the lists that can matter are scanned.
//
// Recall is a contract, not a hope about parameters: when the codes are made, queries are made of the
// collection itself, their true neighbours worked out, and how deep to look is set, for several k, so that the
// share wanted is found; what was found is kept beside it. Where codes cannot keep that promise, or an exact
// pass is as fast, the pass is exact. A set of allowed rows (filters, removed documents) costs no recall: of a
// small set every row is compared, in a larger one lists are scanned until enough allowed rows were seen.
//
// For vectors of one length the order by inner product is the order by Euclidean distance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "index/vectors/aligned_array.h"
#include "index/vectors/code_scan.h"
#include "index/vectors/codes_format.h"
#include "index/vectors/far_rows.h"
#include "index/vectors/nearest.h"
#include "index/vectors/rotation.h"
#include "index/vectors/row_set.h"
#include "index/vectors/vector_costs.h"

namespace kindling {

struct VectorCodesOptions {
  double recall = .99;   // of the nearest, in (0, 1]; 1 stores no codes: every search is exact
  unsigned threads = 1;  // the bytes do not depend on it
  // Below so many rows an exact pass is as fast (docs/vectors.md), and a scan about as fast as lists (assumed
  // between 2,000 and 100,000, not swept).
  std::uint32_t exact_below = 2'000;
  std::uint32_t scan_below = 50'000;
  std::uint32_t lists = 0;  // 0: chosen by the number of rows
};

// The bytes begin at a multiple of 64 and are a multiple of 64 long.
class VectorCodeBytes {
 public:
  explicit VectorCodeBytes(AlignedArray<char> bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  AlignedArray<char> bytes_;
};

// Reads the rows a few times, `threads` at once. A row that holds a NaN has no code and is never found; other
// numbers must be finite. Errors: `too_large` (more rows or dimensions than codes can name).
[[nodiscard]] Result<VectorCodeBytes> encode_vectors(const VectorMatrix& rows,
                                                     const VectorCodesOptions& options = {});

enum class VectorMethod : std::uint8_t { exact, scan, lists };
[[nodiscard]] std::string_view to_string(VectorMethod method);

// How a search goes, and what is expected of it.
struct VectorPlan {
  VectorMethod method = VectorMethod::exact;
  std::size_t candidates = 0;  // kept by the scan, ranked by int8 codes; exact: rows compared
  std::size_t reranked = 0;    // of those, by full vectors, about
  std::size_t lists = 0;       // scanned, about; of `lists_all`
  std::size_t lists_all = 0;
  float margin = 0;         // code_scan.h
  bool walks = false;       // on to neighbours of what was found
  double recall = 1;        // measured on the sample when the codes were made, of the nearest k
  double microseconds = 0;  // of one thread
};

// A query on its way through several files: what one has worked out of it serves the next. Borrows the numbers,
// finite, of any length. Not thread-safe.
class CodeQuery {
 public:
  explicit CodeQuery(std::span<const float> numbers) : numbers_(numbers) {}

  [[nodiscard]] std::span<const float> numbers() const { return numbers_; }
  // Requires: the same rotation each time.
  [[nodiscard]] const ScanQuery& for_scans(const Rotation& rotation) {
    if (!for_scans_) for_scans_.emplace(rotation, numbers_);
    return *for_scans_;
  }

 private:
  std::span<const float> numbers_;
  std::optional<ScanQuery> for_scans_;
};

// A view: borrows the bytes and the rows. Immutable; safe from any thread.
class VectorCodes {
 public:
  // `bytes`: 64-byte aligned, of encode_vectors over these rows. Looks at the head and the lists' bounds, not
  // at every row: whoever stores the bytes checks their checksum. Bytes that were made by nobody give wrong
  // neighbours, never anything outside `bytes` and `rows`. Errors: `index_corrupt`, `index_version`.
  [[nodiscard]] static Result<VectorCodes> open(std::string_view bytes, const VectorMatrix& rows);

  // Nearest first, with true products, none twice; fewer than k when fewer may be found.
  // query: [dimensions]. far: how to get at single rows. floor: exact_pass.h.
  // Requires: 0 < k.
  [[nodiscard]] std::vector<Neighbour> nearest(CodeQuery& query, std::size_t k, const RowSet& allowed = {},
                                               const VectorCosts& costs = {}, const FarRows& far = {},
                                               float floor = no_floor) const;
  [[nodiscard]] std::vector<Neighbour> nearest(std::span<const float> query, std::size_t k,
                                               const RowSet& allowed = {}, const VectorCosts& costs = {},
                                               const FarRows& far = {}) const {
    CodeQuery one(query);
    return nearest(one, k, allowed, costs, far);
  }

  // Likewise, with every allowed row compared whatever it costs: none is missed.
  [[nodiscard]] std::vector<Neighbour> nearest_of_all(std::span<const float> query, std::size_t k,
                                                      const RowSet& allowed = {}, float floor = no_floor) const;

  // What `nearest` would do. `untouched`: in a process that has not read the files yet (far_rows.h).
  [[nodiscard]] VectorPlan plan(std::size_t k, const RowSet& allowed = {}, const VectorCosts& costs = {},
                                bool untouched = false) const;

  // What `nearest_of_all` would.
  [[nodiscard]] VectorPlan plan_of_all(std::size_t k, const RowSet& allowed, const VectorCosts& costs,
                                       bool untouched) const;

  // Bytes a search reads all over: one-bit codes, lists, centres; int8 codes, neighbours and full rows are read
  // by the row.
  [[nodiscard]] std::size_t scanned_bytes() const;
  [[nodiscard]] std::size_t ranked_bytes() const {
    return parts_.row_codes.size() + parts_.row_scales.size_bytes();
  }
  [[nodiscard]] std::size_t neighbour_bytes() const { return parts_.neighbours.size_bytes(); }
  [[nodiscard]] const CodesHead& head() const { return head_; }

 private:
  VectorCodes(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows);

  CodesHead head_;
  CodesParts parts_;
  VectorMatrix rows_;
  Rotation rotation_;
};

}  // namespace kindling
