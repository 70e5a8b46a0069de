// What Highway would do whenever a program that uses it starts.
#include <cstdint>

// Highway measures the clock whenever it is loaded, for benchmarks of its own: 3 ms of the processor, a quarter
// of what starting takes. The library takes this function instead of its own, because a program's come first.
namespace hwy::platform {
std::uint64_t TimerResolution();
std::uint64_t TimerResolution() { return 1; }
}  // namespace hwy::platform
