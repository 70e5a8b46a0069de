#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "base/env.h"

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

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

// How posix_spawn shall set up the child; frees what glibc allocated for it.
class SpawnPlan {
 public:
  SpawnPlan(int child_socket, bool speaks_on_stdout) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, child_socket, 0);
    posix_spawn_file_actions_addopen(&actions_, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, speaks_on_stdout ? 0 : 2, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

Error start_error(const fs::path& program, int error) {
  switch (error) {
    case ENOENT:
      return {ErrorCode::not_found, program.string(), "no such program", "check the installation"};
    case EACCES:
    case ENOEXEC:
      return {ErrorCode::unreadable, program.string(), "is not an executable program", "check its permissions"};
    default:
      return {ErrorCode::io, program.string(), std::string("cannot be started: ") + std::strerror(error), ""};
  }
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
  std::vector<std::string> argument_strings{program.string()};
  argument_strings.insert(argument_strings.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment_strings = child_environment(options.variables);
  const std::vector<char*> argv = pointers(argument_strings);
  const std::vector<char*> envp = pointers(environment_strings);

  pid_t pid = 0;
  const SpawnPlan plan(ends[1], options.speaks_on_stdout);
  const int error =
      ::posix_spawn(&pid, program.c_str(), plan.actions(), plan.attributes(), argv.data(), envp.data());
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return start_error(program, error);
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, ends[0]));
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
