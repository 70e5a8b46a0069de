// Vectors for the chunks that have none yet: the second half of an ingest, resumable at any chunk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "base/cancellation.h"
#include "base/files.h"
#include "encoder/encoder.h"
#include "index/snapshot.h"
#include "index/writer.h"

namespace kindling {

struct EmbedReport {
  std::uint64_t chunks = 0;
  std::uint64_t tokens = 0;  // that went through the model
};

// Called after every slice with what is done and how many chunks there are in all.
using OnEmbedded = std::function<void(const EmbedReport& done, std::uint64_t chunks_in_all)>;

// Where vectors go: as Writer::attach_vectors.
using AttachVectors = std::function<Status(std::uint64_t segment, std::uint32_t first_in_segment,
                                           std::uint32_t count, std::span<const float> values)>;

// Embeds what is pending in a snapshot, part by part. Memory and errors as below.
[[nodiscard]] Result<EmbedReport> embed_pending_of(const Snapshot& snapshot, const AttachVectors& attach,
                                                   const Encoder& encoder, unsigned threads,
                                                   const OnEmbedded& on_embedded,
                                                   const Cancellation& cancellation);

// What is embedded for a chunk of a snapshot.
[[nodiscard]] std::string embedding_text_of(const Snapshot& snapshot, ChunkIndex chunk);

// Embeds what is pending in the committed state, and attaches it to the index part by part: what is attached
// stays, whatever happens next. Memory: the texts of one slice and the vectors of one part (4,096 chunks).
// Errors: of the writer and the encoder; `cancelled` (what was embedded until then is attached).
[[nodiscard]] Result<EmbedReport> embed_pending(Files& files, const std::filesystem::path& index,
                                                Writer& writer, const Encoder& encoder, unsigned threads,
                                                const OnEmbedded& on_embedded,
                                                const Cancellation& cancellation);

}  // namespace kindling
