// Vectors for the chunks that have none yet: the second half of an ingest, resumable at any chunk.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "index/snapshot.h"

namespace kindling {

// In one piece in the index, where memory allows: each costs a file and a commit.
inline constexpr std::uint32_t part_chunks_default = 4096;

// Vectors of consecutive chunks of a segment, [count][dimensions], as Writer::attach_vectors takes them.
struct EncodedPart {
  std::uint64_t segment = 0;
  std::uint32_t first_in_segment = 0;
  std::uint32_t count = 0;
  std::vector<float> values;
};

// What is embedded for a chunk of a snapshot.
[[nodiscard]] std::string embedding_text_of(const Snapshot& snapshot, ChunkIndex chunk);

// Encodes part by part, slice by slice: between slices progress is told and cancellation seen. Borrows the
// encoder. Not thread-safe.
class PartEncoder {
 public:
  // After every slice: chunks seen (those of removed documents included), those embedded, and tokens of it.
  using OnSlice = std::function<void(std::uint64_t seen, std::uint64_t embedded, std::uint64_t tokens)>;

  PartEncoder(const Encoder& encoder, unsigned threads, OnSlice on_slice)
      : encoder_(encoder), threads_(threads), on_slice_(std::move(on_slice)) {}

  // Fills `part` with the vectors of the range. An error, of the encoder or `cancelled`, leaves those in it
  // that were made before. Memory: the texts of a slice, the vectors of the part.
  Status encode(const Snapshot& snapshot, const PendingRange& range, EncodedPart& part,
                const Cancellation& cancellation);

 private:
  Status encode_slice(const Snapshot& snapshot, std::uint32_t first, std::uint32_t count,
                      std::vector<float>& values, const Cancellation& cancellation);

  const Encoder& encoder_;
  unsigned threads_;
  OnSlice on_slice_;
  std::uint32_t slice_chunks_ = 256;
};

struct EmbedReport {
  std::uint64_t chunks = 0;
  std::uint64_t tokens = 0;  // that went through the model
};

// Called after every slice with what is done and how many chunks there are in all.
using OnEmbedded = std::function<void(const EmbedReport& done, std::uint64_t chunks_in_all)>;

// Where vectors go: as Writer::attach_vectors.
using AttachVectors = std::function<Status(const EncodedPart& part)>;

// Embeds what is pending in a snapshot and attaches it part by part: what is attached stays, whatever happens
// next. Errors: of `attach` and the encoder; `cancelled` (what was embedded until then is attached).
[[nodiscard]] Result<EmbedReport> embed_pending_of(const Snapshot& snapshot, const AttachVectors& attach,
                                                   const Encoder& encoder, unsigned threads,
                                                   std::uint32_t part_chunks, const OnEmbedded& on_embedded,
                                                   const Cancellation& cancellation);

}  // namespace kindling
