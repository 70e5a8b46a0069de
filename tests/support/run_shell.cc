#include "tests/support/run_shell.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <vector>

#include "base/check.h"

namespace kindling {
namespace {

// What the command says goes into files without a name, so that no pipe can fill up.
int unnamed_file(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  KINDLING_CHECK(fd >= 0);
  return fd;
}

std::string content_and_close(int fd) {
  std::string text;
  std::array<char, 1 << 16> part{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(fd, part.data(), part.size(), at);
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
    at += got;
  }
  ::close(fd);
  return text;
}

int wait_for(pid_t child, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    KINDLING_CHECK(ended >= 0 || errno == EINTR);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (std::chrono::steady_clock::now() > deadline) ::kill(-child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

ShellResult run_shell(const std::string& command, const std::filesystem::path& folder,
                      const std::map<std::string, std::string>& environment, std::chrono::seconds time_max) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> variable_pointers;
  for (std::string& variable : variables) variable_pointers.push_back(variable.data());
  variable_pointers.push_back(nullptr);
  const int out = unnamed_file(folder);
  const int err = unnamed_file(folder);
  const auto begin = std::chrono::steady_clock::now();

  const pid_t child = ::fork();
  KINDLING_CHECK(child >= 0);
  if (child == 0) {
    ::setpgid(0, 0);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execle("/bin/bash", "bash", "-c", command.c_str(), nullptr, variable_pointers.data());
    ::_exit(127);
  }
  ::setpgid(child, child);  // whoever comes first
  ShellResult result;
  result.exit = wait_for(child, begin + time_max);
  ::kill(-child, SIGKILL);  // what it left behind in the background
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.out = content_and_close(out);
  result.err = content_and_close(err);
  return result;
}

}  // namespace kindling
