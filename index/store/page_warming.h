// The pages of a large index, entered into the page table of a process that stays.
//
// A row somewhere in gigabytes of mapped files costs a page fault when it is touched for the first time, five
// microseconds and more on a virtual machine; a question touches thousands. Entering all pages at once takes a
// tenth of that a page, but longer than one question: a process that asks one must not pay. So the first
// questions are counted, and after some a thread enters what the page cache holds, and reads what a search
// wants in memory; it ends with the object. `done` says that rows are best read where they lie
// (vectors/far_rows.h).
//
// Small indexes are done from the beginning. An index that is larger than a quarter of the memory gets only
// what `from_disk` names. All methods are safe from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/files.h"

namespace kindling {

struct PageRange {
  const MappedFile* file = nullptr;  // outlives the PageWarming
  std::size_t offset = 0;
  std::size_t bytes = 0;
  bool from_disk = false;  // read what is not in memory; else only what is there is entered
};

class PageWarming {
 public:
  static constexpr std::uint32_t asked_before = 16;  // legs of questions: a hybrid one has two
  static constexpr std::uint64_t small_bytes = 64ULL << 20;

  // `ranges`: the most wanted first.
  explicit PageWarming(std::vector<PageRange> ranges, std::uint64_t small = small_bytes);
  PageWarming(const PageWarming&) = delete;
  PageWarming& operator=(const PageWarming&) = delete;
  ~PageWarming();

  // One more leg of a question; of the `asked_before`-th the thread starts.
  void asked() const;
  [[nodiscard]] const std::atomic<bool>& done() const { return done_; }

 private:
  void enter_pages() const;

  std::vector<PageRange> ranges_;
  mutable std::atomic<std::uint32_t> asked_{0};
  mutable std::atomic<bool> done_{false};
  std::atomic<bool> stopped_{false};
  mutable std::thread thread_;
};

}  // namespace kindling
