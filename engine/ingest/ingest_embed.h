// Vectors for the chunks that have none yet: the second half of an ingest, resumable at any chunk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/cancellation.h"
#include "base/files.h"
#include "encoder/encoder.h"
#include "index/writer.h"

namespace kindling {

struct EmbedReport {
  std::uint64_t chunks = 0;
  std::uint64_t tokens = 0;  // that went through the model
};

// Called after every slice with what is done and how many chunks there are in all.
using OnEmbedded = std::function<void(const EmbedReport& done, std::uint64_t chunks_in_all)>;

// Embeds what is pending in the committed state, and attaches it to the index part by part: what is attached
// stays, whatever happens next. Memory: the texts of one slice and the vectors of one part (4,096 chunks).
// Errors: of the writer and the encoder; `cancelled` (what was embedded until then is attached).
[[nodiscard]] Result<EmbedReport> embed_pending(Files& files, const std::filesystem::path& index,
                                                Writer& writer, const Encoder& encoder, unsigned threads,
                                                const OnEmbedded& on_embedded,
                                                const Cancellation& cancellation);

}  // namespace kindling
