// A child process that answers over one socket: how foreign code runs without being trusted.
//
// The child has the socket as its standard input, for both directions, so that a stray print of a library
// cannot get into what it says. It inherits no other descriptor, no signal mask, and of the environment only
// what finding libraries and sanitizers needs (an endpoint's key stays out of it). It is the leader of its own
// process group, so that Ctrl-C in a terminal reaches the parent alone, which then decides.
//
// Started with posix_spawn, which is safe in a process with many threads. Writing to a child that died is an
// answer
// (`closed`), never SIGPIPE. A ChildProcess belongs to one thread at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

struct ChildOptions {
  bool speaks_on_stdout = false;  // its standard output is the socket too: for programs that know nothing of us
  std::vector<std::string> variables = {};  // names of those of our environment that it may know besides
};

class ChildProcess {
 public:
  // Errors: `not_found`, `unreadable` (not executable), `io`; `where` is the program.
  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(const std::filesystem::path& program,
                                                                   const std::vector<std::string>& arguments,
                                                                   const ChildOptions& options = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // kills its process group and reaps it

  enum class Event { progress, timed_out, closed };

  // Waits at most `timeout` until the child takes some of `out` (removed from its front) or says something
  // (appended to `in`, at most 256 KiB a call). `closed`: it has ended or closed the socket, and everything it
  // said has been read.
  [[nodiscard]] Result<Event> exchange(std::string_view& out, std::string& in,
                                       std::chrono::milliseconds timeout);

  // Nothing more is sent: the child reads the end of its input.
  void finish_input();

  // False once the child has hung up, without waiting.
  [[nodiscard]] bool connected() const;

  // Ends it, if it has not ended by itself, and says how it ended: "killed by signal 11 (Segmentation fault)",
  // "exit status 3", "stopped".
  std::string end();

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

  pid_t pid_;
  int socket_;
  std::string ending_;  // set once reaped
};

// The file that this process runs. Empty when the system does not say.
[[nodiscard]] std::filesystem::path this_executable();

// The executable file `name` beside this executable, else in $PATH.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace kindling
