#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "base/env.h"
#include "base/spawn.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_bytes = 256u << 10;

// What the child may know of our environment: enough to find its libraries, nothing that is secret.
std::vector<std::string> child_environment(const std::vector<std::string>& besides) {
  std::vector<std::string> variables{"LANG=C.UTF-8"};
  for (const std::string& name : besides) {
    if (const auto value = environment(name.c_str())) variables.push_back(name + "=" + *value);
  }
  for (const char* name :
       {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const auto value = environment(name)) variables.push_back(std::string(name) + "=" + *value);
  }
  return variables;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = ::sigdescr_np(number);
    return "killed by signal " + std::to_string(number) + " (" + (name != nullptr ? name : "unknown") + ")";
  }
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const fs::path& program,
                                                          const std::vector<std::string>& arguments,
                                                          const ChildOptions& options) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error{ErrorCode::io, program.string(), std::string("no socket for it: ") + std::strerror(errno), ""};
  }
  Spawn spawn(Spawn::Leads::group);
  posix_spawn_file_actions_adddup2(spawn.actions(), ends[1], 0);
  posix_spawn_file_actions_addopen(spawn.actions(), 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(spawn.actions(), options.speaks_on_stdout ? 0 : 2, 1);
  const std::vector<std::string> variables = child_environment(options.variables);
  const Result<pid_t> pid = spawn.start(program, arguments, &variables);
  ::close(ends[1]);
  if (!pid.ok()) {
    ::close(ends[0]);
    return pid.error();
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(new ChildProcess(*pid, ends[0]));
}

ChildProcess::~ChildProcess() {
  end();
  ::close(socket_);
}

Result<ChildProcess::Event> ChildProcess::exchange(std::string_view& out, std::string& in,
                                                   std::chrono::milliseconds timeout) {
  pollfd wait{socket_, static_cast<short>(POLLIN | (out.empty() ? 0 : POLLOUT)), 0};
  const int ready = ::poll(&wait, 1, static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, 1'000'000)));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return Event::timed_out;
  if (ready < 0)
    return Error{ErrorCode::io, "", std::string("waiting for a child failed: ") + std::strerror(errno), ""};

  if ((wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    const std::size_t before = in.size();
    in.resize(before + read_bytes);
    const ssize_t got = ::recv(socket_, in.data() + before, read_bytes, 0);
    const int error = errno;
    in.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return Event::progress;
    if (got == 0 || (error != EAGAIN && error != EINTR)) return Event::closed;
  }
  if ((wait.revents & POLLOUT) != 0 && !out.empty()) {
    const ssize_t sent = ::send(socket_, out.data(), out.size(), MSG_NOSIGNAL);
    if (sent > 0) out.remove_prefix(static_cast<std::size_t>(sent));
    // A child that died may have said something first: the next call reads it, then finds the end.
    if (sent < 0 && errno != EAGAIN && errno != EINTR) out = {};
  }
  return Event::progress;
}

void ChildProcess::finish_input() { ::shutdown(socket_, SHUT_WR); }

bool ChildProcess::connected() const {
  pollfd wait{socket_, POLLIN, 0};
  return ::poll(&wait, 1, 0) == 0;  // an idle child says nothing: anything to read is the end, or a lie
}

std::string ChildProcess::end() {
  if (!ending_.empty()) return ending_;
  int status = 0;
  // One that has hung up is about to end by itself; its own ending says more than our kill would.
  for (int tries = connected() ? 0 : 500; tries > 0; --tries) {
    const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped == pid_) return ending_ = describe(status);
    if (reaped < 0) return ending_ = "ended";
    ::usleep(1000);
  }
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // in case it died before it led its group
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return ending_ = "stopped";
}

fs::path this_executable() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : path;
}

std::optional<fs::path> find_program(const std::string& name) {
  const auto runs = [](const fs::path& path) {
    return ::access(path.c_str(), X_OK) == 0 && !fs::is_directory(path);
  };
  const fs::path beside = this_executable().parent_path() / name;
  if (runs(beside)) return beside;
  std::istringstream folders(environment("PATH").value_or(""));
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && runs(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  return std::nullopt;
}

}  // namespace kindling
