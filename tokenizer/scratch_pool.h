// What calls need and may leave to later ones (remembered words, grown buffers): one for each call at a time.
//
// Private to tokenizer/. Safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

namespace kindling {

template <typename Scratch>
class ScratchPool {
 public:
  template <typename Use>
  void with(Use use) const {
    std::unique_ptr<Scratch> scratch;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        scratch = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!scratch) scratch = std::make_unique<Scratch>();
    use(*scratch);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace kindling
