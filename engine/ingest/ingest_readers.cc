#include "engine/ingest/ingest_readers.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::size_t files_per_thread = 8;

// About what an event occupies.
std::uint64_t bytes_of(const ReadEvent& event) {
  const auto* read = std::get_if<ReadDocument>(&event);
  if (read == nullptr) return 256;
  const Document* document = &read->document;
  return 1024 + document->text.utf8.size() + document->text.blocks.size() * sizeof(Block) +
         document->text.sources.size() * sizeof(SourceRange) + document->sections.size() * sizeof(Section) +
         document->chunks.size() * sizeof(Chunk) + document->sentences.size() * sizeof(Sentence);
}

}  // namespace

Readers::Readers(const ReadSettings& settings, ReadBounds bounds, unsigned threads)
    : settings_(settings), bounds_(bounds) {
  const unsigned count = std::clamp(threads, 1u, read_threads_max);
  files_max_ = count * files_per_thread;
  for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

Readers::~Readers() {
  {
    const std::lock_guard lock(mutex_);
    stop_.cancel();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Readers::full() const {
  const std::lock_guard lock(mutex_);
  return files_.size() >= files_max_;
}

bool Readers::empty() const {
  const std::lock_guard lock(mutex_);
  return files_.empty();
}

void Readers::submit(ReadJob job) {
  auto file = std::make_unique<File>();
  file->job = std::move(job);
  {
    const std::lock_guard lock(mutex_);
    files_.push_back(std::move(file));
  }
  changed_.notify_all();
}

Result<std::optional<ReadEvent>> Readers::next(std::chrono::milliseconds wait,
                                               const Cancellation& cancellation) {
  std::unique_lock lock(mutex_);
  KINDLING_CHECK(!files_.empty());
  File& file = *files_.front();
  changed_.wait_for(lock, wait, [&] { return !file.events.empty() || !file.status; });
  KINDLING_TRY_VOID(cancellation.check());
  if (file.events.empty()) {
    KINDLING_TRY_VOID(file.status);
    return std::optional<ReadEvent>();
  }
  Waiting waiting = std::move(file.events.front());
  file.events.pop_front();
  waiting_bytes_ -= waiting.bytes;
  if (std::holds_alternative<ReadOutcome>(waiting.event)) {
    files_.pop_front();
    --started_;
  }
  lock.unlock();
  changed_.notify_all();
  return std::optional<ReadEvent>(std::move(waiting.event));
}

// Files start in the order given, so that one that has to wait never waits for one after it.
bool Readers::may_start() const {
  if (started_ >= files_.size()) return false;
  const std::uint64_t bytes = files_[started_]->job.file.bytes;
  return reading_bytes_ == 0 || reading_bytes_ + bytes <= bounds_.reading_bytes;
}

// A decoder's child process dies with the thread that started it: each thread keeps its own.
void Readers::work() {
  FileReader reader(settings_);
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_.cancelled() || may_start(); });
    if (stop_.cancelled()) return;
    File& file = *files_[started_++];
    ReadJob job = std::move(file.job);
    const std::uint64_t bytes = job.file.bytes;
    reading_bytes_ += bytes;
    lock.unlock();
    Status status = reader.read(
        std::move(job), [&](ReadEvent event) { return hand_over(file, std::move(event)); }, stop_);
    lock.lock();
    reading_bytes_ -= bytes;
    if (!status) file.status = std::move(status);  // else the outcome was handed over, and `file` may be gone
    lock.unlock();
    changed_.notify_all();
  }
}

// Waits while too much waits already. The earliest file may always hand over one event, else nothing would
// move.
Status Readers::hand_over(File& file, ReadEvent event) {
  const std::uint64_t bytes = bytes_of(event);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    if (stop_.cancelled() || waiting_bytes_ + bytes <= bounds_.ahead_bytes) return true;
    return files_.front().get() == &file && file.events.empty();
  });
  KINDLING_TRY_VOID(stop_.check());
  waiting_bytes_ += bytes;
  file.events.push_back({std::move(event), bytes});
  lock.unlock();
  changed_.notify_all();
  return {};
}

}  // namespace kindling
