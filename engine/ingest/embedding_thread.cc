#include "engine/ingest/embedding_thread.h"

#include <algorithm>

#include "base/env.h"

namespace kindling {

EmbeddingThread::EmbeddingThread(EmbeddingSettings settings)
    : settings_(std::move(settings)),
      parts_(settings_.encoder, settings_.threads,
             [this](std::uint64_t seen, std::uint64_t embedded, std::uint64_t tokens) {
               add_to_state(seen, embedded, tokens);
             }),
      thread_([this] { work(); }) {}

EmbeddingThread::~EmbeddingThread() {
  stop();
  thread_.join();
}

void EmbeddingThread::look() {
  {
    const std::lock_guard lock(mutex_);
    unseen_ = true;
  }
  changed_.notify_all();
}

void EmbeddingThread::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
}

void EmbeddingThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_.cancel();
  }
  changed_.notify_all();
}

std::optional<EncodedPart> EmbeddingThread::take(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] { return !ready_.empty() || ended_; });
  if (ready_.empty()) return std::nullopt;
  EncodedPart part = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return part;
}

bool EmbeddingThread::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_ && ready_.empty();
}

Status EmbeddingThread::status() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

EmbeddingState EmbeddingThread::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void EmbeddingThread::work() {
  Status status;
  while (status) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_.cancelled() || unseen_ || finishing_; });
    status = stop_.check();
    if (!status || !unseen_) break;
    unseen_ = false;
    lock.unlock();
    status = embed_committed();
  }
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(status);
    ended_ = true;
  }
  changed_.notify_all();
}

Status EmbeddingThread::embed_committed() {
  KINDLING_TRY(const auto snapshot, Snapshot::open(settings_.files, settings_.index));
  for (const PendingRange& range : snapshot->pending()) {
    for (const PendingRange& piece : pieces_of(range)) KINDLING_TRY_VOID(embed(*snapshot, piece));
  }
  return {};
}

// What is pending may be on its way already: the owner has not attached it, or the snapshot is older than that.
std::vector<PendingRange> EmbeddingThread::pieces_of(const PendingRange& range) const {
  const auto known = handed_over_.find(range.segment);
  const std::uint32_t end = range.first_in_segment + range.count;
  std::vector<PendingRange> pieces;
  const auto add = [&](std::uint32_t first, std::uint32_t last) {
    for (; first < last; first += std::min(settings_.part_chunks, last - first)) {
      pieces.push_back({range.segment, first,
                        ChunkIndex{position(range.first) + (first - range.first_in_segment)},
                        std::min(settings_.part_chunks, last - first)});
    }
  };
  std::uint32_t next = range.first_in_segment;
  if (known != handed_over_.end()) {
    for (const auto& [begin, past] : known->second) {  // ascending
      if (past <= next) continue;
      if (begin >= end) break;
      add(next, std::max(next, begin));
      next = past;
    }
  }
  add(next, std::max(next, end));
  return pieces;
}

Status EmbeddingThread::embed(const Snapshot& snapshot, const PendingRange& piece) {
  const Stopwatch watch;
  EncodedPart part;
  const Status encoded = parts_.encode(snapshot, piece, part, stop_);
  {
    const std::lock_guard lock(mutex_);
    state_.seconds += watch.seconds();
  }
  if (part.count > 0) {
    std::vector<Stretch>& known = handed_over_[part.segment];
    const Stretch stretch{part.first_in_segment, part.first_in_segment + part.count};
    if (!known.empty() && known.back().second == stretch.first) {
      known.back().second = stretch.second;
    } else {
      known.insert(std::ranges::upper_bound(known, stretch), stretch);
    }
    hand_over(std::move(part));
  }
  return encoded;
}

// A part that is there is never thrown away: who stops may still take it.
void EmbeddingThread::hand_over(EncodedPart part) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_.cancelled() || ready_.size() < settings_.parts_waiting; });
    ready_.push_back(std::move(part));
  }
  changed_.notify_all();
}

void EmbeddingThread::add_to_state(std::uint64_t seen, std::uint64_t embedded, std::uint64_t tokens) {
  const std::lock_guard lock(mutex_);
  state_.seen += seen;
  state_.chunks += embedded;
  state_.tokens += tokens;
}

}  // namespace kindling
