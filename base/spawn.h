// Starting another program: with the signals of a fresh one, no descriptor of ours but those that are given to
// it, and a process group or a session of its own.
//
// For base/process.h (children that are watched) and base/detached_process.h (those that are not). One thread.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace kindling {

class Spawn {
 public:
  enum class Leads { group, session };

  explicit Spawn(Leads leads);
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn();

  // What becomes of descriptors 0 to 2 and of the current folder; all others are closed.
  [[nodiscard]] posix_spawn_file_actions_t* actions() { return &actions_; }

  // `environment` as "NAME=value"; null: ours. Errors: `not_found`, `unreadable`, `io`, with the program.
  [[nodiscard]] Result<pid_t> start(const std::filesystem::path& program,
                                    const std::vector<std::string>& arguments,
                                    const std::vector<std::string>* environment);

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace kindling
