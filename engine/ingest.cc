#include "engine/ingest.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/env.h"
#include "base/files.h"
#include "engine/ingest/embedding_thread.h"
#include "engine/ingest/ingest_memory.h"
#include "engine/ingest/ingest_progress.h"
#include "engine/ingest/ingest_prune.h"
#include "engine/ingest/ingest_read.h"
#include "engine/ingest/ingest_readers.h"
#include "engine/ingest/ingest_scan.h"
#include "index/snapshot.h"
#include "index/writer.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

// What is staged before it is made searchable.
constexpr std::uint64_t first_commit_bytes = 2u << 20;
constexpr std::uint64_t first_commit_documents = 500;
constexpr unsigned commit_doublings_max = 4;            // to 32 MB, where memory allows, and 8,000 documents
constexpr std::uint64_t records_per_document = 4;       // of files, that make a commit due without documents
constexpr std::chrono::milliseconds look_up_every{50};  // how soon a vector or a cancellation is noticed
constexpr std::chrono::milliseconds at_once{0};
constexpr std::int64_t racy_ms = 2'000;      // the coarsest clock of a file system in use
constexpr std::size_t warnings_max = 1'000;  // in a report

class IngestRun {
 public:
  IngestRun(Files& files, const std::filesystem::path& index, const IngestOptions& options,
            const Encoder& encoder, const OnIngestProgress& on_progress, const Cancellation& cancellation)
      : files_(files),
        index_(index),
        options_(options),
        encoder_(encoder),
        progress_(on_progress),
        cancellation_(cancellation),
        threads_(options.threads > 0 ? options.threads : machine().threads) {}

  // The score. Vectors that were made are attached, however the run ends.
  Result<IngestReport> run() {
    KINDLING_TRY_VOID(settle_memory());
    KINDLING_TRY_VOID(scan_paths());
    KINDLING_TRY_VOID(open_index());
    KINDLING_TRY(const std::vector<std::string> gone, find_gone());
    begin_embedding();
    const Status status = read_and_embed(gone);
    if (!status) {
      keep_embedded();
      return status.error();
    }
    KINDLING_TRY_VOID(merge());
    return finish();
  }

 private:
  Status read_and_embed(const std::vector<std::string>& gone) {
    KINDLING_TRY_VOID(read_changed());
    KINDLING_TRY_VOID(remove_gone(gone));
    KINDLING_TRY_VOID(commit());
    return end_embedding();
  }

  Status settle_memory() {
    if (options_.memory_bytes < ingest_memory_min) {
      return Error{ErrorCode::usage, "--memory " + std::to_string(options_.memory_bytes), "is too little",
                   "give " + std::to_string(ingest_memory_min >> 20) + "M or more"};
    }
    bounds_ = ingest_bounds(options_.memory_bytes, encoder_.dimensions());
    limits_ = options_.limits;
    limits_.source_bytes_max = std::min(limits_.source_bytes_max, bounds_.source_bytes_max);
    limits_.text_bytes_max = std::min(limits_.text_bytes_max, bounds_.text_bytes_max);
    limits_.line_bytes_max = std::min(limits_.line_bytes_max, bounds_.text_bytes_max);
    return {};
  }

  Status scan_paths() {
    if (options_.paths.empty())
      return Error{ErrorCode::usage, "", "no path to index", "name a file, a folder, or -"};
    const Stopwatch watch;
    progress_.begin(IngestProgress::Stage::scan, 0, 0);
    const auto on_found = [this](std::uint64_t found) {
      progress_.update(IngestProgress::Stage::scan, found, 0);
    };
    KINDLING_TRY(scan_, scan(files_, options_, index_, on_found, cancellation_));
    report_.failures = std::move(scan_.failures);
    if (!scan_.missing.empty() && !options_.prune) return no_such_path(scan_.missing.front());
    progress_.update(IngestProgress::Stage::scan, scan_.files.size(), 0);
    progress_.end(IngestProgress::Stage::scan);
    scan_seconds_ = watch.seconds();
    return {};
  }

  [[nodiscard]] static Error no_such_path(const std::string& path) {
    return {ErrorCode::not_found, path, "no such file or folder", "check the path"};
  }

  // A dry run must leave no trace: then there is a writer only if there is an index already.
  Status open_index() {
    Result<std::shared_ptr<const Snapshot>> before = Snapshot::open(files_, index_);
    const bool none = !before && before.error().code == ErrorCode::index_missing;
    if (!before && !none) return before.error();
    KINDLING_TRY_VOID(settle_chunk_tokens(before ? before.value()->settings().chunk_tokens : 0));
    if (before) documents_before_ = before.value()->statistics().documents;
    if (before) embeddable_chunks_ = before.value()->statistics().pending_embeddings;
    if (none && options_.dry_run) return {};
    const IndexSettings settings = index_settings_of(encoder_, chunk_tokens_);
    KINDLING_TRY(writer_, Writer::open(files_, index_, settings));
    writer_->limit_merges(bounds_.merged_bytes);
    KINDLING_TRY(std::vector<SourceRecord> records, writer_->sources());
    for (SourceRecord& record : records) records_.emplace(record.uri, std::move(record));
    return {};
  }

  Status settle_chunk_tokens(std::uint32_t of_index) {
    const std::uint32_t otherwise = of_index > 0 ? of_index : chunk_tokens_default;
    chunk_tokens_ = options_.chunk_tokens > 0 ? options_.chunk_tokens : otherwise;
    constexpr std::size_t special_tokens = 2;
    const std::size_t most =
        encoder_.tokens_max() > special_tokens ? encoder_.tokens_max() - special_tokens : 0;
    if (chunk_tokens_ >= 16 && chunk_tokens_ <= most) return {};
    return Error{ErrorCode::usage, "--chunk-tokens " + std::to_string(chunk_tokens_),
                 "a chunk has at least 16 tokens, and at most the " + std::to_string(most) + " that " +
                     std::string(encoder_.name()) + " reads",
                 "128 is a good size"};
  }

  Result<std::vector<std::string>> find_gone() {
    if (!options_.prune) return std::vector<std::string>();
    KINDLING_TRY(std::vector<std::string> gone, gone_sources(files_, scan_, records_));
    for (const std::string& path : scan_.missing) {
      const bool known =
          std::any_of(gone.begin(), gone.end(), [&](const auto& uri) { return lies_under(uri, path); });
      if (!known) return no_such_path(path);
    }
    for (const std::string& uri : gone) {
      KINDLING_TRY(const std::vector<KnownDocument> known, writer_->documents_of(uri));
      gone_documents_ += known.size();
    }
    KINDLING_TRY_VOID(check_prune(scan_, gone_documents_, documents_before_));
    return gone;
  }

  // --- What is read, in the order of the scan.

  Status read_changed() {
    if (!options_.metadata.members().empty()) {
      metadata_digest_ = "+" + sha256_hex(to_string(options_.metadata)).substr(0, 16);
    }
    std::vector<const ScannedFile*> to_read;
    for (const ScannedFile& file : scan_.files) {
      KINDLING_TRY(const bool skip, skip_unread(file));
      if (!skip) to_read.push_back(&file);
    }
    std::uint64_t bytes = 0;
    for (const ScannedFile* file : to_read) bytes += file->bytes;
    progress_.begin(IngestProgress::Stage::read, to_read.size(), bytes);
    if (!to_read.empty()) KINDLING_TRY_VOID(read_files(to_read));
    progress_.end(IngestProgress::Stage::read);
    return {};
  }

  // Whether the file need not be opened: its size and time are those that the index remembers.
  Result<bool> skip_unread(const ScannedFile& file) {
    const auto found = records_.find(file.uri);
    if (file.standard_input || found == records_.end()) return false;
    const SourceRecord& record = found->second;
    if (record.bytes != file.bytes || record.modified_ms != file.modified_ms) return false;
    if (record.modified_ms + racy_ms >= record.indexed_ms)
      return false;  // it may have been written again since
    if (!record.digest.ends_with(metadata_digest_) && !record.digest.empty()) return false;
    KINDLING_TRY(const std::vector<KnownDocument> documents, writer_->documents_of(file.uri));
    if (record.error_code == to_string(ErrorCode::unsupported)) {
      if (!file.named && documents.empty()) return true;  // binary, and nobody asked for it
      if (record.digest.empty()) return false;            // passed over then, asked for now
    }
    report_.unchanged += documents.size();
    if (auto failure = remembered_failure(record)) report_.failures.push_back(std::move(*failure));
    return true;
  }

  Status read_files(const std::vector<const ScannedFile*>& to_read) {
    const ReadSettings settings{files_,        options_,         encoder_.tokenizer(),
                                chunk_tokens_, metadata_digest_, limits_};
    Readers readers(settings, {bounds_.read_ahead_bytes, bounds_.reading_bytes},
                    static_cast<unsigned>(std::min<std::size_t>(to_read.size(), threads_)));
    auto next_file = to_read.begin();
    while (next_file != to_read.end() || !readers.empty()) {
      while (next_file != to_read.end() && !readers.full()) {
        KINDLING_TRY(ReadJob job, job_for(**next_file++));
        readers.submit(std::move(job));
      }
      KINDLING_TRY(std::optional<ReadEvent> event, readers.next(look_up_every, cancellation_));
      if (event) KINDLING_TRY_VOID(take_event(*std::move(event)));
      KINDLING_TRY_VOID(attach_ready(at_once));
    }
    return {};
  }

  Status take_event(ReadEvent event) {
    if (auto* read = std::get_if<ReadDocument>(&event)) return stage(std::move(*read));
    if (std::holds_alternative<UnchangedDocument>(event)) {
      ++report_.unchanged;
      return {};
    }
    auto& outcome = std::get<ReadOutcome>(event);
    bytes_read_ += outcome.bytes;
    progress_.update(IngestProgress::Stage::read, ++files_read_, bytes_read_);
    return end_file(std::move(outcome));
  }

  Result<ReadJob> job_for(const ScannedFile& file) {
    ReadJob job{file, std::nullopt, {}};
    if (!writer_) return job;
    const auto found = records_.find(file.uri);
    if (found != records_.end()) job.before = found->second;
    // Asked even without a record: a run that was interrupted in the middle of a file leaves documents without
    // one.
    KINDLING_TRY(const std::vector<KnownDocument> known, writer_->documents_of(file.uri));
    for (const KnownDocument& document : known) job.known.emplace(document.uri, document.digest);
    return job;
  }

  Status stage(ReadDocument read) {
    ++(read.replaces ? report_.updated : report_.added);
    if (options_.dry_run) return {};
    const Stopwatch watch;
    embeddable_chunks_ += read.document.chunks.size();
    KINDLING_TRY_VOID(writer_->put(std::move(read.document)));
    ++staged_documents_;
    write_seconds_ += watch.seconds();
    return commit_if_due();
  }

  // Little at first, so that there is something to find soon, then twice as much each time, so that a large run
  // does not end in many small segments.
  Status commit_if_due() {
    const unsigned doublings = std::min(commits_, commit_doublings_max);
    const std::uint64_t documents = first_commit_documents << doublings;
    const bool enough =
        staged_documents_ >= documents || staged_records_ >= documents * records_per_document ||
        writer_->staged_bytes() >= std::min(first_commit_bytes << doublings, bounds_.staged_bytes);
    return enough ? commit() : Status();
  }

  Status end_file(ReadOutcome outcome) {
    decode_seconds_ += outcome.decode_seconds;
    chunk_seconds_ += outcome.chunk_seconds;
    report_.removed += outcome.vanished.size();
    report_.unchanged += outcome.kept;
    for (std::string& warning : outcome.warnings) {
      if (report_.warnings.size() < warnings_max)
        report_.warnings.push_back(outcome.record.uri + ": " + std::move(warning));
    }
    if (outcome.failure) report_.failures.push_back(std::move(*outcome.failure));
    if (options_.dry_run) return {};
    for (const std::string& uri : outcome.vanished) KINDLING_TRY_VOID(writer_->remove_document(uri));
    if (!outcome.remember) return {};
    ++staged_records_;
    KINDLING_TRY_VOID(writer_->put_source(outcome.record));
    return commit_if_due();
  }

  Status remove_gone(const std::vector<std::string>& gone) {
    report_.removed += gone_documents_;
    if (options_.dry_run) return {};
    for (const std::string& uri : gone) KINDLING_TRY_VOID(writer_->remove_source(uri));
    return {};
  }

  // From here on what was staged is found by its words.
  Status commit() {
    if (options_.dry_run) return {};
    const Stopwatch watch;
    KINDLING_TRY_VOID(cancellation_.check());
    KINDLING_TRY_VOID(writer_->commit(cancellation_));
    commits_ += staged_documents_ > 0 ? 1 : 0;
    staged_documents_ = staged_records_ = 0;
    if (embedding_) embedding_->look();
    write_seconds_ += watch.seconds();
    return {};
  }

  // --- Vectors, behind what is committed.

  void begin_embedding() {
    if (options_.dry_run || !options_.embed) return;
    embedding_ = std::make_unique<EmbeddingThread>(
        EmbeddingSettings{files_, index_, encoder_, threads_, bounds_.part_chunks, bounds_.parts_waiting});
    if (embeddable_chunks_ > 0) embedding_->look();
    progress_.begin(IngestProgress::Stage::embed, 0, 0);
  }

  Status attach_ready(std::chrono::milliseconds wait) {
    if (!embedding_) return {};
    for (auto part = embedding_->take(wait); part; part = embedding_->take(at_once)) {
      const Stopwatch watch;
      KINDLING_TRY_VOID(
          writer_->attach_vectors(part->segment, part->first_in_segment, part->count, part->values));
      attached_chunks_ += part->count;
      write_seconds_ += watch.seconds();
    }
    tell_embedding();
    return {};
  }

  void tell_embedding() {
    const EmbeddingState state = embedding_->state();
    if (state.seen == 0) return;
    progress_.set_total(IngestProgress::Stage::embed, std::max(embeddable_chunks_, state.seen));
    progress_.set_settled(IngestProgress::Stage::embed, attached_chunks_);
    progress_.update(IngestProgress::Stage::embed, state.seen, state.tokens);
  }

  // An encoder that fails ends the run only here: until then, everything is found by its words.
  Status end_embedding() {
    if (!embedding_) return {};
    embedding_->finish();
    while (!embedding_->ended()) {
      KINDLING_TRY_VOID(cancellation_.check());
      KINDLING_TRY_VOID(attach_ready(look_up_every));
    }
    KINDLING_TRY_VOID(embedding_->status());
    const EmbeddingState state = embedding_->state();
    report_.embedded_chunks = state.chunks;
    report_.embedded_tokens = state.tokens;
    embed_seconds_ = state.seconds;
    tell_embedding();
    if (state.seen > 0) progress_.end(IngestProgress::Stage::embed);
    embedding_.reset();
    return {};
  }

  // After an error, which is what is reported, whatever comes of this.
  void keep_embedded() {
    if (!embedding_) return;
    embedding_->stop();
    while (!embedding_->ended()) {
      if (!attach_ready(look_up_every)) break;
    }
  }

  // --- Afterwards.

  // Everything is found by now; what follows keeps segments few and gives back the room of what was removed.
  Status merge() {
    if (options_.dry_run) return {};
    const Stopwatch watch;
    progress_.begin(IngestProgress::Stage::join, 0, 0);
    std::uint64_t merges = 0;
    for (bool merged = true; merged;) {
      KINDLING_TRY(merged, writer_->merge(cancellation_));
      if (merged) progress_.update(IngestProgress::Stage::join, ++merges, 0);
    }
    if (merges > 0) progress_.end(IngestProgress::Stage::join);
    write_seconds_ += watch.seconds();
    return {};
  }

  Result<IngestReport> finish() {
    if (writer_) {
      KINDLING_TRY(const auto snapshot, Snapshot::open(files_, index_));
      report_.chunks = snapshot->statistics().chunks;
      report_.tokens = snapshot->statistics().tokens;
      report_.pending_embeddings = snapshot->statistics().pending_embeddings;
    }
    std::stable_sort(report_.failures.begin(), report_.failures.end(),
                     [](const IngestFailure& a, const IngestFailure& b) { return a.uri < b.uri; });
    report_.failed = report_.failures.size();
    report_.seconds = {{"total", total_.seconds()}, {"scan", scan_seconds_},   {"decode", decode_seconds_},
                       {"chunk", chunk_seconds_},   {"write", write_seconds_}, {"embed", embed_seconds_}};
    return std::move(report_);
  }

  Files& files_;
  const std::filesystem::path& index_;
  const IngestOptions& options_;
  const Encoder& encoder_;
  ProgressTeller progress_;
  const Cancellation& cancellation_;
  unsigned threads_;
  Stopwatch total_;

  IngestBounds bounds_;
  DecodeLimits limits_;  // of the options, within the bounds
  Scan scan_;
  std::uint32_t chunk_tokens_ = 0;
  std::string metadata_digest_;     // of the run's metadata; empty without
  std::unique_ptr<Writer> writer_;  // none in a dry run without an index
  SourceRecords records_;           // what the index remembers of files
  std::uint64_t documents_before_ = 0;
  std::uint64_t gone_documents_ = 0;
  std::uint64_t staged_documents_ = 0, staged_records_ = 0;
  unsigned commits_ = 0;
  std::uint64_t files_read_ = 0, bytes_read_ = 0;
  std::uint64_t embeddable_chunks_ = 0;  // pending before, and staged in this run
  std::uint64_t attached_chunks_ = 0;
  double scan_seconds_ = 0, decode_seconds_ = 0, chunk_seconds_ = 0, write_seconds_ = 0, embed_seconds_ = 0;
  IngestReport report_;
  std::unique_ptr<EmbeddingThread> embedding_;  // last: it ends before what it uses
};

}  // namespace

IndexSettings index_settings_of(const Encoder& encoder, std::uint32_t chunk_tokens) {
  return {.encoder = std::string(encoder.name()),
          .encoder_fingerprint = std::string(encoder.fingerprint()),
          .dimensions = static_cast<std::uint32_t>(encoder.dimensions()),
          .tokenizer = std::string(encoder.tokenizer().name()),
          .tokenizer_fingerprint = std::string(encoder.tokenizer().fingerprint()),
          .chunk_tokens = chunk_tokens,
          .analyzer = analyzer_version};
}

Result<IngestReport> ingest(const std::filesystem::path& index, const IngestOptions& options,
                            const Encoder& encoder, const OnIngestProgress& on_progress,
                            const Cancellation& cancellation) {
  return ingest(system_files(), index, options, encoder, on_progress, cancellation);
}

Result<IngestReport> ingest(Files& files, const std::filesystem::path& index, const IngestOptions& options,
                            const Encoder& encoder, const OnIngestProgress& on_progress,
                            const Cancellation& cancellation) {
  return IngestRun(files, index, options, encoder, on_progress, cancellation).run();
}

}  // namespace kindling
