#include "base/detached_process.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "base/spawn.h"

namespace kindling {
Status DetachedProcesses::start(const std::filesystem::path& program,
                                const std::vector<std::string>& arguments) {
  bury();
  Spawn spawn(Spawn::Leads::session);
  posix_spawn_file_actions_addopen(spawn.actions(), 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(spawn.actions(), 0, 1);
  posix_spawn_file_actions_adddup2(spawn.actions(), 0, 2);
  posix_spawn_file_actions_addchdir_np(spawn.actions(), "/");
  KINDLING_TRY(const pid_t pid, spawn.start(program, arguments, nullptr));
  started_.push_back(pid);
  return {};
}

void DetachedProcesses::bury() {
  std::erase_if(started_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

}  // namespace kindling
