#include "engine/ingest/ingest_embed.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/env.h"
#include "engine/ingest/chunker.h"

namespace kindling {
namespace {

// A slice should take long enough not to cost anything, and not so long that nobody knows what goes on.
constexpr double slice_seconds_min = .1;

}  // namespace

std::string embedding_text_of(const Snapshot& snapshot, ChunkIndex index) {
  const ChunkView chunk = snapshot.chunk(index);
  const SectionView section = snapshot.section(chunk.section);
  return embedding_text(snapshot.document(chunk.document).title, section.heading_path, chunk.text);
}

Status PartEncoder::encode(const Snapshot& snapshot, const PendingRange& range, EncodedPart& part,
                           const Cancellation& cancellation) {
  part.segment = range.segment;
  part.first_in_segment = range.first_in_segment;
  part.count = 0;
  part.values.clear();
  while (part.count < range.count) {
    const Stopwatch watch;
    const std::uint32_t slice = std::min(slice_chunks_, range.count - part.count);
    KINDLING_TRY_VOID(
        encode_slice(snapshot, position(range.first) + part.count, slice, part.values, cancellation));
    part.count += slice;
    if (watch.seconds() < slice_seconds_min) slice_chunks_ = std::min(slice_chunks_ * 2, part_chunks_default);
  }
  return {};
}

Status PartEncoder::encode_slice(const Snapshot& snapshot, std::uint32_t first, std::uint32_t count,
                                 std::vector<float>& values, const Cancellation& cancellation) {
  KINDLING_TRY_VOID(cancellation.check());
  const std::size_t dimensions = encoder_.dimensions();
  std::vector<std::string> texts;
  std::vector<std::uint32_t> rows;  // of the slice, one a text
  for (std::uint32_t i = 0; i < count; ++i) {
    const ChunkIndex chunk{first + i};
    if (!snapshot.live(snapshot.document_of(chunk))) continue;
    texts.push_back(embedding_text_of(snapshot, chunk));
    rows.push_back(i);
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  KINDLING_TRY(const Embeddings embeddings, encoder_.encode(views, {.threads = threads_}, cancellation));
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
  on_slice_(count, rows.size(), embeddings.tokens);
  return {};
}

Result<EmbedReport> embed_pending_of(const Snapshot& snapshot, const AttachVectors& attach,
                                     const Encoder& encoder, unsigned threads, std::uint32_t part_chunks,
                                     const OnEmbedded& on_embedded, const Cancellation& cancellation) {
  const std::vector<PendingRange> pending = snapshot.pending();
  std::uint64_t in_all = 0, seen = 0;
  for (const PendingRange& range : pending) in_all += range.count;
  EmbedReport report;
  PartEncoder parts(encoder, threads, [&](std::uint64_t more, std::uint64_t embedded, std::uint64_t tokens) {
    seen += more;
    report.chunks += embedded;
    report.tokens += tokens;
    on_embedded({seen, report.tokens}, in_all);
  });
  EncodedPart part;
  for (const PendingRange& range : pending) {
    for (std::uint32_t first = 0; first < range.count; first += part_chunks) {
      const PendingRange piece{range.segment, range.first_in_segment + first,
                               ChunkIndex{position(range.first) + first},
                               std::min(part_chunks, range.count - first)};
      const Status encoded = parts.encode(snapshot, piece, part, cancellation);
      if (part.count > 0) KINDLING_TRY_VOID(attach(part));
      KINDLING_TRY_VOID(encoded);
    }
  }
  return report;
}

}  // namespace kindling
