// Making a static tier of a sentence encoder, on this machine and without any text: each piece of the
// vocabulary goes through the encoder alone, the vectors are centred, turned into their principal axes and
// divided by the spread along each (whitened), and weighted by how rare the piece is (smooth inverse frequency,
// Arora et al. 2017; as the vocabulary is sorted by frequency, its rank stands for it by Zipf's law; as
// model2vec does).
//
// docs/static_tier.md has what each step gains. Deterministic: the same folder and processor give the same
// bytes, whatever the threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"

namespace kindling {

struct DistillOptions {
  std::size_t dimensions = 256;  // at most the parent's
  double smoothing = 3e-4;       // a piece of this probability has half the weight of a rare one
  unsigned threads = 1;
};

struct DistillReport {
  std::size_t pieces = 0;
  std::size_t dimensions = 0;
  double variance_kept = 0;  // 0 to 1
};

// Writes the static tier of the encoder in `parent` to the folder `output`.
// Errors: of open_encoder; `unsupported` if the vocabulary is not a WordPiece's in vocab.txt; `usage`
// (dimensions, or an output that is the parent's folder); `cancelled`; as Files.
[[nodiscard]] Result<DistillReport> distill_static(
    Files& files, const std::filesystem::path& parent, const std::filesystem::path& output,
    const DistillOptions& options, const std::function<void(std::size_t done, std::size_t of)>& on_piece,
    const Cancellation& cancellation);

// The weight of each piece, 0 to 1: smoothing / (smoothing + probability). Special and unused pieces have 0.
[[nodiscard]] std::vector<float> piece_weights(std::span<const std::string_view> pieces, double smoothing);

// Vectors [count][parent dimensions] to [count][dimensions], whitened; `variance_kept` may be null.
// Errors: `usage` if there are not so many axes along which the vectors are spread.
[[nodiscard]] Result<std::vector<float>> whiten(std::span<const float> vectors, std::size_t count,
                                                std::size_t dimensions, double* variance_kept);

}  // namespace kindling
