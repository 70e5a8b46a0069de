// Work spread over threads that live only as long as the call: no pool, no state.
#pragma once

#include <cstddef>
#include <functional>

namespace kindling {

// Calls work(i) once for each i in [0, count), on at most `threads` threads, each taking the next i that is free.
// `work` must not throw. Returns when all are done. threads <= 1 runs on the caller's thread, in order.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace kindling
