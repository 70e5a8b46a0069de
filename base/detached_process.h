// Processes that outlive this one: started, and left to themselves.
//
// A detached process leads a session of its own, so that neither Ctrl-C nor the closing of a terminal reaches
// it. It reads nothing and says nothing (standard input and outputs are /dev/null), holds no descriptor of ours
// (a pipe that we write into ends with us, not with it), and stands in the root folder, so that it holds no
// file system. It has our whole environment, keys included: unlike a ChildProcess (base/process.h) it is
// trusted; start only programs of our own.
//
// Nobody waits: when we end, the system takes it over. A process that lives on and starts more of them would
// gather dead ones; `start` removes those that have ended.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace kindling {

// Belongs to one thread at a time.
class DetachedProcesses {
 public:
  // Takes about as long as posix_spawn, some 0.5 ms. Errors: those of Spawn::start.
  [[nodiscard]] Status start(const std::filesystem::path& program, const std::vector<std::string>& arguments);

 private:
  void bury();

  std::vector<pid_t> started_;
};

}  // namespace kindling
