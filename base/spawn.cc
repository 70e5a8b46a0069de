#include "base/spawn.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kindling {
namespace {

// As exec wants them; they are not written to.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& string : strings) out.push_back(const_cast<char*>(string.c_str()));
  out.push_back(nullptr);
  return out;
}

Error start_error(const std::filesystem::path& program, int error) {
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

}  // namespace

Spawn::Spawn(Leads leads) {
  posix_spawn_file_actions_init(&actions_);
  posix_spawnattr_init(&attributes_);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes_, &all);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setpgroup(&attributes_, 0);
  const int alone = leads == Leads::session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes_,
                           static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | alone));
}

Spawn::~Spawn() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

Result<pid_t> Spawn::start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                           const std::vector<std::string>* environment) {
  posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = environment == nullptr ? std::vector<char*>() : pointers(*environment);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv.data(),
                                  environment == nullptr ? environ : envp.data());
  if (error != 0) return start_error(program, error);
  return pid;
}

}  // namespace kindling
