#include "engine/ingest/ingest_embed.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "engine/ingest/chunker.h"
#include "index/snapshot.h"

namespace kindling {
namespace {

// In one call of the encoder: progress is told, and cancellation seen, between.
constexpr std::uint32_t slice_chunks = 256;
// In one piece in the index: each costs a file and a commit.
constexpr std::uint32_t part_chunks = 4096;

class Embedding {
 public:
  Embedding(const Snapshot& snapshot, const AttachVectors& attach, const Encoder& encoder, unsigned threads,
            const OnEmbedded& on_embedded, const Cancellation& cancellation)
      : snapshot_(snapshot),
        attach_(attach),
        encoder_(encoder),
        threads_(threads),
        on_embedded_(on_embedded),
        cancellation_(cancellation) {}

  Result<EmbedReport> run() {
    const std::vector<PendingRange> pending = snapshot_.pending();
    for (const PendingRange& range : pending) in_all_ += range.count;
    for (const PendingRange& range : pending) {
      for (std::uint32_t first = 0; first < range.count; first += part_chunks) {
        KINDLING_TRY_VOID(embed_part(range, first, std::min(part_chunks, range.count - first)));
      }
    }
    return report_;
  }

 private:
  Status embed_part(const PendingRange& range, std::uint32_t first, std::uint32_t count) {
    std::vector<float> values;
    Status status;
    std::uint32_t done = 0;
    while (done < count && status) {
      const std::uint32_t slice = std::min(slice_chunks, count - done);
      status = embed_slice(position(range.first) + first + done, slice, values);
      if (status) done += slice;
    }
    if (done > 0) {
      KINDLING_TRY_VOID(attach_(range.segment, range.first_in_segment + first, done, values));
    }
    return status;
  }

  Status embed_slice(std::uint32_t first, std::uint32_t count, std::vector<float>& values) {
    KINDLING_TRY_VOID(cancellation_.check());
    const std::size_t dimensions = encoder_.dimensions();
    std::vector<std::string> texts;
    std::vector<std::uint32_t> rows;  // of the slice, one a text
    for (std::uint32_t i = 0; i < count; ++i) {
      const ChunkIndex chunk{first + i};
      if (!snapshot_.live(snapshot_.document_of(chunk))) continue;
      texts.push_back(embedding_text_of(snapshot_, chunk));
      rows.push_back(i);
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    KINDLING_TRY(const Embeddings embeddings, encoder_.encode(views, {.threads = threads_}, cancellation_));
    KINDLING_CHECK(embeddings.count == rows.size() && embeddings.dimensions == dimensions);
    // Rows of removed documents are never read; they only have to be of unit length like all others.
    const std::size_t before = values.size();
    values.resize(before + count * dimensions);
    for (std::uint32_t i = 0; i < count; ++i) values[before + i * dimensions] = 1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = embeddings.row(i);
      std::copy(row.begin(), row.end(),
                values.begin() + static_cast<std::ptrdiff_t>(before + rows[i] * dimensions));
    }
    report_.chunks += rows.size();
    report_.tokens += embeddings.tokens;
    seen_ += count;
    on_embedded_({seen_, report_.tokens}, in_all_);
    return {};
  }

  const Snapshot& snapshot_;
  const AttachVectors& attach_;
  const Encoder& encoder_;
  unsigned threads_;
  const OnEmbedded& on_embedded_;
  const Cancellation& cancellation_;
  std::uint64_t in_all_ = 0;
  std::uint64_t seen_ = 0;
  EmbedReport report_;
};

}  // namespace

std::string embedding_text_of(const Snapshot& snapshot, ChunkIndex index) {
  const ChunkView chunk = snapshot.chunk(index);
  const SectionView section = snapshot.section(chunk.section);
  return embedding_text(snapshot.document(chunk.document).title, section.heading_path, chunk.text);
}

Result<EmbedReport> embed_pending_of(const Snapshot& snapshot, const AttachVectors& attach,
                                     const Encoder& encoder, unsigned threads, const OnEmbedded& on_embedded,
                                     const Cancellation& cancellation) {
  return Embedding(snapshot, attach, encoder, threads, on_embedded, cancellation).run();
}

Result<EmbedReport> embed_pending(Files& files, const std::filesystem::path& index, Writer& writer,
                                  const Encoder& encoder, unsigned threads, const OnEmbedded& on_embedded,
                                  const Cancellation& cancellation) {
  KINDLING_TRY(const auto snapshot, Snapshot::open(files, index));
  const auto attach = [&](std::uint64_t segment, std::uint32_t first, std::uint32_t count,
                          std::span<const float> values) {
    return writer.attach_vectors(segment, first, count, values);
  };
  return embed_pending_of(*snapshot, attach, encoder, threads, on_embedded, cancellation);
}

}  // namespace kindling
