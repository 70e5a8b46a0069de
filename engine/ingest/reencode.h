// An index's vectors made anew by another encoder, beside the living ones, compared with them, and put in their
// place at once (index/shadow.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/ingest/encoder_comparison.h"

namespace kindling {

struct ReencodeOptions {
  bool dry_run = false;                // compare over a sample of chunks, change nothing
  std::vector<std::string> questions;  // empty: sentences of the collection
  unsigned threads = 1;
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;  // at least engine/ingest/ingest_memory.h's least
};

struct ReencodeReport {
  bool switched = false;
  std::uint64_t embedded_chunks = 0;  // in this run
  std::uint64_t embedded_tokens = 0;
  std::optional<EncoderComparison> comparison;  // absent without the present encoder, or questions
};

struct ReencodeProgress {
  enum class Stage { encode, compare };
  Stage stage = Stage::encode;
  std::uint64_t done = 0, total = 0;  // chunks, or questions
  std::uint64_t tokens = 0;           // encoded so far
  double seconds = 0;                 // since the stage began
};

// On the caller's thread, after every slice of chunks and every question.
using OnReencoded = std::function<void(const ReencodeProgress&)>;

// `present`: the encoder of the index, for the comparison; null leaves it out. Interrupted or killed, what was
// embedded stays (but for the last batch of at most 4,096 chunks), and the next run goes on from there. Readers
// are never disturbed; other writers find the index locked. Memory: as an ingest; a dry run holds 2,000
// vectors. Errors: those of Shadow::open and of the encoders; `usage` when the encoder reads less than a chunk;
// `cancelled`.
[[nodiscard]] Result<ReencodeReport> reencode(Files& files, const std::filesystem::path& index,
                                              const Encoder* present, const Encoder& wanted,
                                              const ReencodeOptions& options, const OnReencoded& on_progress,
                                              const Cancellation& cancellation);

}  // namespace kindling
