// The one door to the file system, so that tests can make any operation fail and can lose what was not synced.
//
// Paths are native. All operations may be called from any thread; a WritableFile belongs to one. Errors name
// the path and carry `not_found`, `unreadable`, `disk_full`, `too_large` or `io`.
//
// Durability: what `WritableFile::sync` returned ok for survives a crash; a rename or a new name survives once
// `sync_directory` of its folder returned ok.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

// A file's bytes, mapped read-only; unmapped with the object. The file must not be truncated meanwhile
// (committed files are immutable).
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  [[nodiscard]] virtual std::string_view bytes() const = 0;

  // The same bytes without touching the mapping: of pages that this process has not seen yet it is several
  // times cheaper to copy a few hundred bytes than to fault. Requires: within bytes().
  virtual void copy(std::size_t offset, std::span<char> out) const;
  // Enters the pages of [offset, offset + size) into the page table, all at once; a hint. With `from_disk`
  // those that are not in memory are read, else where many are not nothing is done. Requires: within bytes().
  virtual void map_in(std::size_t offset, std::size_t size, bool from_disk) const;
};

class WritableFile {
 public:
  virtual ~WritableFile() = default;  // closes without syncing
  virtual Status append(std::string_view bytes) = 0;
  virtual Status sync() = 0;  // flushes to the device
};

// Held while the object lives; the kernel releases it if the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct FileInfo {
  enum class Kind : std::uint8_t { regular, directory, other };
  Kind kind = Kind::other;     // of what a symbolic link points to
  bool symbolic_link = false;  // the path itself is one
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;  // since 1970
  bool is_private = false;       // it is this user's, and nobody else has any right to it
};

class Files {
 public:
  virtual ~Files() = default;

  // The whole file. Errors: `too_large` past `bytes_max`.
  virtual Result<std::string> read(const std::filesystem::path& path, std::uint64_t bytes_max) = 0;
  virtual Result<std::unique_ptr<MappedFile>> map(const std::filesystem::path& path) = 0;
  // Creates the file, or truncates it.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::filesystem::path& path) = 0;
  virtual Result<FileInfo> info(const std::filesystem::path& path) = 0;  // follows symbolic links
  // Names in a folder, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  virtual Status make_directories(const std::filesystem::path& folder) = 0;
  virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Status remove(const std::filesystem::path& path) = 0;
  virtual Status sync_directory(const std::filesystem::path& folder) = 0;
  // Takes the lock file for this process and writes `holder` into it. Errors: `index_locked`, naming the
  // present holder.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path,
                                                 std::string_view holder) = 0;
};

// The operating system's files.
[[nodiscard]] Files& system_files();

// Writes `path` so that a crash leaves either the old content or the new: temporary file, sync, rename, sync of
// the folder.
[[nodiscard]] Status write_atomically(Files& files, const std::filesystem::path& path, std::string_view bytes);

}  // namespace kindling
