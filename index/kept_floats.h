// Numbers above zero, worked out when they are asked for and kept: memory is taken only around those that are.
//
// A million of them in one array would cost a process that asks one question a thousand page faults. Safe from
// any thread; two that work out the same number keep the same.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace kindling {

class KeptFloats {
 public:
  explicit KeptFloats(std::size_t count) : blocks_((count + block_size - 1) / block_size) {}
  KeptFloats(const KeptFloats&) = delete;
  KeptFloats& operator=(const KeptFloats&) = delete;
  ~KeptFloats() {
    for (std::atomic<Block*>& block : blocks_) delete block.load();
  }

  // 0: not kept yet. Requires: i < count.
  [[nodiscard]] float get(std::size_t i) const {
    const Block* block = blocks_[i / block_size].load(std::memory_order_acquire);
    return block == nullptr ? 0 : block->values[i % block_size].load(std::memory_order_relaxed);
  }
  void put(std::size_t i, float value) {
    std::atomic<Block*>& place = blocks_[i / block_size];
    Block* block = place.load(std::memory_order_acquire);
    if (block == nullptr) {
      auto made = std::make_unique<Block>();
      if (place.compare_exchange_strong(block, made.get(), std::memory_order_acq_rel)) block = made.release();
    }
    block->values[i % block_size].store(value, std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t block_size = 1'024;
  struct Block {
    std::atomic<float> values[block_size] = {};
  };
  std::vector<std::atomic<Block*>> blocks_;
};

}  // namespace kindling
