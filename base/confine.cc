#include "base/confine.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

namespace kindling {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool addresses_are_reserved = true;
#else
constexpr bool addresses_are_reserved = false;
#endif

Status refused(const char* what) {
  return Error{ErrorCode::io, "", std::string(what) + " was refused: " + std::strerror(errno), ""};
}

Status limit(__rlimit_resource resource, std::uint64_t most, const char* what) {
  const rlimit both{most, most};
  if (::setrlimit(resource, &both) != 0) return refused(what);
  return {};
}

std::uint64_t address_space_now() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
}

}  // namespace

void end_with_other_side(int socket) {
  std::thread([socket] {
    pollfd wait{socket, POLLRDHUP, 0};
    while (::poll(&wait, 1, -1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  }).detach();
}

Status confine_this_process(const Confinement& confinement) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("giving up new privileges");
  if (::close_range(3, ~0U, 0) != 0) return refused("closing inherited descriptors");
  ::signal(SIGXFSZ, SIG_IGN);  // a library that wants to keep a cache is told no, not killed
  KINDLING_TRY_VOID(limit(RLIMIT_CORE, 0, "no core dumps"));
  KINDLING_TRY_VOID(limit(RLIMIT_FSIZE, 0, "no written files"));
  KINDLING_TRY_VOID(limit(RLIMIT_NOFILE, confinement.descriptors_max, "a bound on descriptors"));
  if (!addresses_are_reserved) {
    KINDLING_TRY_VOID(
        limit(RLIMIT_AS, address_space_now() + confinement.memory_bytes_max, "a bound on memory"));
  }
  return {};
}

}  // namespace kindling
