#include "index/store/page_warming.h"

#include <algorithm>
#include <system_error>

#include "base/env.h"

namespace kindling {
namespace {

constexpr std::size_t bytes_at_once = 8ULL << 20;  // some milliseconds, after which the thread may be stopped
constexpr std::uint64_t memory_share = 4;

}  // namespace

PageWarming::PageWarming(std::vector<PageRange> ranges, std::uint64_t small) : ranges_(std::move(ranges)) {
  std::uint64_t bytes = 0;
  for (const PageRange& range : ranges_) bytes += range.bytes;
  done_ = bytes <= small;
}

PageWarming::~PageWarming() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
}

void PageWarming::asked() const {
  if (done_.load(std::memory_order_relaxed)) return;
  if (asked_.fetch_add(1, std::memory_order_relaxed) + 1 != asked_before) return;
  try {
    thread_ = std::thread([this] { enter_pages(); });
  } catch (const std::system_error&) {
    done_ = true;  // no thread to be had: pages are faulted in as they are used
  }
}

void PageWarming::enter_pages() const {
  std::uint64_t bytes = 0;
  for (const PageRange& range : ranges_) bytes += range.bytes;
  const bool all = bytes <= machine().memory_bytes / memory_share;
  for (const PageRange& range : ranges_) {
    if (!all && !range.from_disk) continue;
    for (std::size_t at = 0; at < range.bytes && !stopped_; at += bytes_at_once)
      range.file->map_in(range.offset + at, std::min(bytes_at_once, range.bytes - at), range.from_disk);
  }
  done_ = true;
}

}  // namespace kindling
