// Many files read at once, their documents handed out in the order in which the files were given: so that an
// index does not depend on the number of threads.
//
// One thread (the writer's) submits and takes; the readers' threads are inside. Memory: ReadBounds, one
// document that waits, and of each file that is being read a document and its decoder's messages.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/cancellation.h"
#include "engine/ingest/ingest_read.h"

namespace kindling {

inline constexpr unsigned read_threads_max = 32;

struct ReadBounds {
  std::uint64_t ahead_bytes = 0;    // documents that wait to be taken
  std::uint64_t reading_bytes = 0;  // files that are read at once; one alone may be larger
};

class Readers {
 public:
  Readers(const ReadSettings& settings, ReadBounds bounds, unsigned threads);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers();  // gives up what is still being read

  // Whether more files wait or are being read than the threads need to stay busy.
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const;  // every file submitted has given its outcome
  void submit(ReadJob job);

  // The next event of the earliest file; its ReadOutcome is the last. Waits for it, at most so long.
  // Requires: !empty(). Errors: of FileReader::read; `cancelled`, `timed_out`.
  [[nodiscard]] Result<std::optional<ReadEvent>> next(std::chrono::milliseconds wait,
                                                      const Cancellation& cancellation);

 private:
  struct Waiting {
    ReadEvent event;
    std::uint64_t bytes = 0;
  };
  struct File {
    ReadJob job;
    std::deque<Waiting> events;
    Status status;  // an error ends the whole run: it is not of this file
  };

  void work();
  [[nodiscard]] bool may_start() const;  // with the mutex held
  [[nodiscard]] Status hand_over(File& file, ReadEvent event);

  const ReadSettings& settings_;
  const ReadBounds bounds_;
  std::size_t files_max_;
  Cancellation stop_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;          // anything below
  std::deque<std::unique_ptr<File>> files_;  // submitted, not yet taken whole; the front one is being taken
  std::size_t started_ = 0;                  // of files_, from the front
  std::uint64_t waiting_bytes_ = 0;          // of all events
  std::uint64_t reading_bytes_ = 0;          // of files that a thread has in hand
  std::vector<std::thread> threads_;         // last: they use everything above
};

}  // namespace kindling
