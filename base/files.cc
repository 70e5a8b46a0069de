#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kindling {
namespace {

namespace fs = std::filesystem;

Error system_error(const fs::path& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::not_found, path.string(), "no such file or folder", "check the path"};
    case EACCES:
    case EPERM:
      return {ErrorCode::unreadable, path.string(), "permission denied",
              "change its permissions, or run as its owner"};
    case EISDIR:
      return {ErrorCode::unreadable, path.string(), "is a folder, not a file", ""};
    case ENOSPC:
    case EDQUOT:
      return {ErrorCode::disk_full, path.string(), "no space left on the device",
              "free some space and run again"};
    case EROFS:
      return {ErrorCode::io, path.string(), "the file system is read-only", "choose another folder"};
    default:
      return {ErrorCode::io, path.string(), std::strerror(error), ""};
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_descriptor(const fs::path& path, int flags) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd >= 0) return Descriptor(fd);
    if (errno != EINTR) return system_error(path, errno);
  }
}

class SystemMappedFile final : public MappedFile {
 public:
  SystemMappedFile(void* address, std::size_t size, Descriptor fd)
      : address_(address), size_(size), fd_(std::move(fd)) {}
  SystemMappedFile(const SystemMappedFile&) = delete;
  SystemMappedFile& operator=(const SystemMappedFile&) = delete;
  ~SystemMappedFile() override {
    if (size_ > 0) ::munmap(address_, size_);
  }
  [[nodiscard]] std::string_view bytes() const override { return {static_cast<const char*>(address_), size_}; }

  void copy(std::size_t offset, std::span<char> out) const override {
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return MappedFile::copy(offset, out);
      offset += static_cast<std::size_t>(got);
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }

  void map_in(std::size_t offset, std::size_t size, bool from_disk) const override {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t first = offset / page * page;
    const std::size_t end = std::min(size_, offset + size);
    if (end <= first) return;
    char* const from = static_cast<char*>(address_) + first;
    if (!from_disk && !mostly_in_memory(from, end - first, page)) return;
#ifdef MADV_POPULATE_READ
    if (::madvise(from, end - first, MADV_POPULATE_READ) == 0) return;
#endif
    // A kernel from before 5.14: asked for ahead, and faulted in one by one as they are used.
    static_cast<void>(::madvise(from, end - first, MADV_WILLNEED));
  }

 private:
  static bool mostly_in_memory(char* from, std::size_t size, std::size_t page) {
    std::vector<unsigned char> resident((size + page - 1) / page);
    if (::mincore(from, size, resident.data()) != 0) return false;
    const auto missing = std::count_if(resident.begin(), resident.end(),
                                       [](unsigned char page_is) { return (page_is & 1) == 0; });
    return static_cast<std::size_t>(missing) * 16 <= resident.size();
  }

  void* address_;
  std::size_t size_;
  Descriptor fd_;
};

class SystemWritableFile final : public WritableFile {
 public:
  SystemWritableFile(fs::path path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error(path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return system_error(path_, errno);
    return {};
  }

 private:
  fs::path path_;
  Descriptor fd_;
};

class SystemFileLock final : public FileLock {
 public:
  explicit SystemFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

class SystemFiles final : public Files {
 public:
  Result<std::string> read(const fs::path& path, std::uint64_t bytes_max) override {
    KINDLING_TRY(auto fd,
                 open_descriptor(path, O_RDONLY | O_NONBLOCK));  // non-blocking: a named pipe must not hang us
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_error(path, errno);
    if (S_ISDIR(status.st_mode)) return system_error(path, EISDIR);
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::unreadable, path.string(), "not a regular file", ""};
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > bytes_max) return too_large(path, size, bytes_max);
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      const ssize_t got = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(path, errno);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
  }

  Result<std::unique_ptr<MappedFile>> map(const fs::path& path) override {
    KINDLING_TRY(auto fd, open_descriptor(path, O_RDONLY));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_error(path, errno);
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::unreadable, path.string(), "not a regular file", ""};
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = nullptr;
    if (size > 0) {
      address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
      if (address == MAP_FAILED) return system_error(path, errno);
    }
    return std::unique_ptr<MappedFile>(std::make_unique<SystemMappedFile>(address, size, std::move(fd)));
  }

  Result<std::unique_ptr<WritableFile>> create(const fs::path& path) override {
    KINDLING_TRY(auto fd, open_descriptor(path, O_WRONLY | O_CREAT | O_TRUNC));
    return std::unique_ptr<WritableFile>(std::make_unique<SystemWritableFile>(path, std::move(fd)));
  }

  Result<FileInfo> info(const fs::path& path) override {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return system_error(path, errno);
    FileInfo info;
    info.symbolic_link = S_ISLNK(status.st_mode);
    if (info.symbolic_link && ::stat(path.c_str(), &status) != 0) return system_error(path, errno);
    if (S_ISREG(status.st_mode)) info.kind = FileInfo::Kind::regular;
    if (S_ISDIR(status.st_mode)) info.kind = FileInfo::Kind::directory;
    info.bytes = static_cast<std::uint64_t>(status.st_size);
    info.modified_ms = std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    info.is_private = status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    return info;
  }

  Result<std::vector<std::string>> list(const fs::path& folder) override {
    DIR* directory = ::opendir(folder.c_str());
    if (directory == nullptr) return system_error(folder, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status make_directories(const fs::path& folder) override {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return system_error(folder, error.value());
    return {};
  }

  Status rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error(from, errno);
    return {};
  }

  Status remove(const fs::path& path) override {
    if (::unlink(path.c_str()) != 0) return system_error(path, errno);
    return {};
  }

  Status sync_directory(const fs::path& folder) override {
    KINDLING_TRY(auto fd, open_descriptor(folder, O_RDONLY | O_DIRECTORY));
    if (::fsync(fd.get()) != 0) return system_error(folder, errno);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const fs::path& path, std::string_view holder) override {
    KINDLING_TRY(auto fd, open_descriptor(path, O_RDWR | O_CREAT));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return system_error(path, errno);
      std::array<char, 256> name{};
      const ssize_t size = ::pread(fd.get(), name.data(), name.size(), 0);
      const std::string present =
          size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : "another process";
      return Error{ErrorCode::index_locked, path.string(), "being written by " + present,
                   "wait until it ends, or stop it"};
    }
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), holder.data(), holder.size(), 0) < 0) {
      return system_error(path, errno);
    }
    return std::unique_ptr<FileLock>(std::make_unique<SystemFileLock>(std::move(fd)));
  }

 private:
  static Error too_large(const fs::path& path, std::uint64_t size, std::uint64_t bytes_max) {
    return {ErrorCode::too_large, path.string(),
            std::to_string(size) + " bytes, more than the limit of " + std::to_string(bytes_max),
            "split the file"};
  }
};

}  // namespace

void MappedFile::copy(std::size_t offset, std::span<char> out) const {
  std::memcpy(out.data(), bytes().data() + offset, out.size());
}

void MappedFile::map_in(std::size_t, std::size_t, bool) const {}

Files& system_files() {
  static SystemFiles files;
  return files;
}

Status write_atomically(Files& files, const fs::path& path, std::string_view bytes) {
  const fs::path temporary = path.string() + ".tmp";
  {
    KINDLING_TRY(auto file, files.create(temporary));
    KINDLING_TRY_VOID(file->append(bytes));
    KINDLING_TRY_VOID(file->sync());
  }
  KINDLING_TRY_VOID(files.rename(temporary, path));
  return files.sync_directory(path.parent_path().empty() ? fs::path(".") : path.parent_path());
}

}  // namespace kindling
