// What a process that reads foreign bytes gives up, once and for good.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace kindling {

struct Confinement {
  std::uint64_t memory_bytes_max = 1u << 30;  // address space beyond what the process has now
  unsigned descriptors_max = 16;
};

// For a process started by ChildProcess, before it reads its first byte. Closes every descriptor but 0, 1 and
// 2; no core dumps, no writing to files, few descriptors, bounded memory; no new privileges. Memory is not
// bounded in builds with AddressSanitizer or ThreadSanitizer, which reserve terabytes of addresses. Errors:
// `io`, naming what the system refused.
[[nodiscard]] Status confine_this_process(const Confinement& confinement);

// From now on a thread watches `socket` and ends the process, in the middle of whatever it does, once the other
// side has closed it or died. (PR_SET_PDEATHSIG would bind the process to one thread of its parent instead.)
void end_with_other_side(int socket);

}  // namespace kindling
