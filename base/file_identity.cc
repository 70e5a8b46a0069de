#include "base/file_identity.h"

#include <sys/stat.h>

namespace kindling {

std::string file_identity(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return std::to_string(status.st_dev) + "-" + std::to_string(status.st_ino) + "-" +
         std::to_string(status.st_size) + "-" + std::to_string(status.st_ctim.tv_sec) + "-" +
         std::to_string(status.st_ctim.tv_nsec);
}

}  // namespace kindling
