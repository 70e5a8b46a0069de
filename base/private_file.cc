#include "base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/env.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

Error private_file_error(const fs::path& path, int error) {
  if (error == ENOSPC || error == EDQUOT)
    return {ErrorCode::disk_full, path.string(), "no space left on the device",
            "free some space and run again"};
  if (error == EACCES || error == EPERM)
    return {ErrorCode::unreadable, path.string(), "permission denied", "change the permissions of the folder"};
  if (error == ENOENT) return {ErrorCode::not_found, path.string(), "no such folder", "check the path"};
  return {ErrorCode::io, path.string(), std::strerror(error), ""};
}

// 0, or what went wrong.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Status make_private_directories(const fs::path& folder) {
  if (folder.empty()) return {};
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno == EEXIST) return {};
  if (errno != ENOENT || !folder.has_parent_path() || folder.parent_path() == folder)
    return private_file_error(folder, errno);
  KINDLING_TRY_VOID(make_private_directories(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return private_file_error(folder, errno);
  return {};
}

Status write_private_file(const fs::path& path, std::string_view bytes) {
  const fs::path temporary = path.string() + "." + std::to_string(random_u64()) + ".tmp";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return private_file_error(path, errno);
  int error = write_all(descriptor, bytes);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return private_file_error(path, error);
}

}  // namespace kindling
