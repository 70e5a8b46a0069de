#include "engine/ingest/reencode.h"

#include <unordered_map>
#include <utility>

#include "base/env.h"
#include "engine/ingest/ingest_embed.h"
#include "engine/ingest/ingest_memory.h"
#include "index/shadow.h"
#include "index/snapshot.h"

namespace kindling {
namespace {

constexpr std::size_t tried_chunks_max = 2'000;  // of a dry run
constexpr std::uint32_t special_tokens = 2;

IndexSettings settings_for(IndexSettings settings, const Encoder& wanted) {
  settings.encoder = wanted.name();
  settings.encoder_fingerprint = wanted.fingerprint();
  settings.dimensions = static_cast<std::uint32_t>(wanted.dimensions());
  settings.tokenizer = wanted.tokenizer().name();
  settings.tokenizer_fingerprint = wanted.tokenizer().fingerprint();
  return settings;
}

class Reencoding {
 public:
  Reencoding(Files& files, const std::filesystem::path& index, const Encoder* present, const Encoder& wanted,
             const ReencodeOptions& options, const OnReencoded& on_progress, const Cancellation& cancellation)
      : files_(files),
        index_(index),
        present_(present),
        wanted_(wanted),
        options_(options),
        on_progress_(on_progress),
        cancellation_(cancellation) {}

  Result<ReencodeReport> run() {
    KINDLING_TRY(living_, Snapshot::open(files_, index_));
    const std::uint32_t chunk_tokens = living_->settings().chunk_tokens;
    if (wanted_.tokens_max() < chunk_tokens + special_tokens) {
      return Error{ErrorCode::usage, std::string(wanted_.name()),
                   "reads less than the " + std::to_string(chunk_tokens) + " tokens of this index's chunks",
                   "index into another folder with smaller --chunk-tokens"};
    }
    if (options_.dry_run) {
      KINDLING_TRY_VOID(try_on_sample());
    } else {
      KINDLING_TRY_VOID(make_and_switch());
    }
    return report_;
  }

 private:
  Status make_and_switch() {
    KINDLING_TRY(const auto shadow, Shadow::open(files_, index_, settings_for(living_->settings(), wanted_)));
    KINDLING_TRY(living_, Snapshot::open(files_, index_));  // under the lock: nobody changes it any more
    KINDLING_TRY(auto made, shadow->snapshot());
    const auto attach = [&](const EncodedPart& part) {
      return shadow->attach_vectors(part.segment, part.first_in_segment, part.count, part.values);
    };
    stage_ = {};
    const IngestBounds bounds = ingest_bounds(options_.memory_bytes, wanted_.dimensions());
    const auto on_embedded = [&](const EmbedReport& done, std::uint64_t in_all) {
      tell({ReencodeProgress::Stage::encode, done.chunks, in_all, done.tokens, stage_.seconds()});
    };
    KINDLING_TRY(const EmbedReport embedded, embed_pending_of(*made, attach, wanted_, options_.threads,
                                                              bounds.part_chunks, on_embedded, cancellation_));
    report_.embedded_chunks = embedded.chunks;
    report_.embedded_tokens = embedded.tokens;
    KINDLING_TRY(made, shadow->snapshot());
    const auto chunks = sample_chunks(*living_, compared_chunks_max);
    KINDLING_TRY_VOID(compare(chunks, [&](ChunkIndex chunk) { return made->vector(chunk); }));
    KINDLING_TRY_VOID(cancellation_.check());
    KINDLING_TRY_VOID(shadow->take_place());
    report_.switched = true;
    return {};
  }

  Status try_on_sample() {
    const auto chunks = sample_chunks(*living_, tried_chunks_max);
    std::vector<std::string> texts;
    std::unordered_map<std::uint32_t, std::size_t> rows;
    for (const ChunkIndex chunk : chunks) {
      rows.emplace(position(chunk), texts.size());
      texts.push_back(embedding_text_of(*living_, chunk));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    KINDLING_TRY(const Embeddings made, wanted_.encode(views, {.threads = options_.threads}, cancellation_));
    report_.embedded_chunks = made.count;
    report_.embedded_tokens = made.tokens;
    return compare(chunks, [&](ChunkIndex chunk) { return made.row(rows.at(position(chunk))); });
  }

  Status compare(std::span<const ChunkIndex> chunks, const VectorOfChunk& vector_of) {
    if (present_ == nullptr) return {};
    const auto questions = options_.questions.empty() ? sample_questions(*living_) : options_.questions;
    if (questions.empty() || chunks.empty()) return {};
    const EncodedChunks now{*present_, [&](ChunkIndex chunk) { return living_->vector(chunk); }};
    const EncodedChunks then{wanted_, vector_of};
    stage_ = {};
    const auto on_compared = [&](std::uint64_t done) {
      tell({ReencodeProgress::Stage::compare, done, questions.size(), 0, stage_.seconds()});
    };
    KINDLING_TRY(report_.comparison,
                 compare_encoders(questions, chunks, now, then, options_.threads, on_compared, cancellation_));
    return {};
  }

  void tell(const ReencodeProgress& progress) const {
    if (on_progress_) on_progress_(progress);
  }

  Files& files_;
  const std::filesystem::path& index_;
  const Encoder* present_;
  const Encoder& wanted_;
  const ReencodeOptions& options_;
  const OnReencoded& on_progress_;
  const Cancellation& cancellation_;
  std::shared_ptr<const Snapshot> living_;
  Stopwatch stage_;
  ReencodeReport report_;
};

}  // namespace

Result<ReencodeReport> reencode(Files& files, const std::filesystem::path& index, const Encoder* present,
                                const Encoder& wanted, const ReencodeOptions& options,
                                const OnReencoded& on_progress, const Cancellation& cancellation) {
  return Reencoding(files, index, present, wanted, options, on_progress, cancellation).run();
}

}  // namespace kindling
