// Makes vectors of what is committed, on a thread of its own, while its owner reads and commits on.
//
// The thread looks at the index as any reader does (Snapshot) and never writes to it: finished parts wait in a
// bounded queue until the owner, who has the only writer, takes and attaches them. When the queue is full, the
// thread waits. Parts are cut by the position of chunks in their segment, and a vector does not depend on what
// is encoded beside it, so that timing changes nothing in the index.
//
// One owner calls everything here; the thread is inside. Memory: `parts_waiting` and one more part, and what
// the encoder takes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/ingest/ingest_embed.h"
#include "index/snapshot.h"

namespace kindling {

struct EmbeddingSettings {
  Files& files;
  std::filesystem::path index;
  const Encoder& encoder;
  unsigned threads = 1;
  std::uint32_t part_chunks = part_chunks_default;
  std::size_t parts_waiting = 2;
};

struct EmbeddingState {
  std::uint64_t seen = 0;    // chunks that are done, those of removed documents included
  std::uint64_t chunks = 0;  // embedded
  std::uint64_t tokens = 0;
  double seconds = 0;  // that the encoder worked
};

class EmbeddingThread {
 public:
  explicit EmbeddingThread(EmbeddingSettings settings);
  EmbeddingThread(const EmbeddingThread&) = delete;
  EmbeddingThread& operator=(const EmbeddingThread&) = delete;
  ~EmbeddingThread();  // stops; what was not taken is lost

  void look();    // something was committed
  void finish();  // nothing more will be committed: ends with what there is
  void stop();    // ends with the slice at hand; what was encoded can still be taken

  // A part to attach; waits for one, at most so long.
  [[nodiscard]] std::optional<EncodedPart> take(std::chrono::milliseconds wait);
  // Nothing more will come, and everything was taken.
  [[nodiscard]] bool ended() const;
  // Why it ended before it was done: an error of the encoder or of opening the index; `cancelled` after stop().
  // What was encoded before can be taken.
  [[nodiscard]] Status status() const;
  [[nodiscard]] EmbeddingState state() const;

 private:
  using Stretch = std::pair<std::uint32_t, std::uint32_t>;  // [begin, end) of a segment's chunks

  void work();
  Status embed_committed();
  Status embed(const Snapshot& snapshot, const PendingRange& piece);
  [[nodiscard]] std::vector<PendingRange> pieces_of(const PendingRange& range) const;
  void hand_over(EncodedPart part);
  void add_to_state(std::uint64_t seen, std::uint64_t embedded, std::uint64_t tokens);

  const EmbeddingSettings settings_;
  Cancellation stop_;
  PartEncoder parts_;                                          // the thread's
  std::map<std::uint64_t, std::vector<Stretch>> handed_over_;  // the thread's: attached or about to be

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // anything below
  bool unseen_ = false;              // something was committed since the last look
  bool finishing_ = false;
  bool ended_ = false;
  Status outcome_;
  EmbeddingState state_;
  std::deque<EncodedPart> ready_;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace kindling
