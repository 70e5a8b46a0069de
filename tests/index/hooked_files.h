// The operating system's files with a hook in front of every operation, and a memory of what was not synced.
//
// The hook can fail an operation, wait in it, or only count. `lose_unsynced` does to the files what a power cut
// may do: bytes that were not synced and names whose folder was not synced are gone.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/files.h"

namespace kindling {

class HookedFiles final : public Files {
 public:
  using Hook = std::function<Status(std::string_view operation, const std::filesystem::path& path)>;
  explicit HookedFiles(Hook hook) : hook_(std::move(hook)) {}

  Result<std::string> read(const std::filesystem::path& path, std::uint64_t bytes_max) override {
    KINDLING_TRY_VOID(hook_("read", path));
    return system_files().read(path, bytes_max);
  }
  Result<std::unique_ptr<MappedFile>> map(const std::filesystem::path& path) override {
    KINDLING_TRY_VOID(hook_("map", path));
    return system_files().map(path);
  }
  Result<std::unique_ptr<WritableFile>> create(const std::filesystem::path& path) override {
    KINDLING_TRY_VOID(hook_("create", path));
    KINDLING_TRY(auto file, system_files().create(path));
    written_[path] = {};
    return std::unique_ptr<WritableFile>(std::make_unique<HookedFile>(*this, path, std::move(file)));
  }
  Result<FileInfo> info(const std::filesystem::path& path) override {
    KINDLING_TRY_VOID(hook_("info", path));
    return system_files().info(path);
  }
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    KINDLING_TRY_VOID(hook_("list", folder));
    return system_files().list(folder);
  }
  Status make_directories(const std::filesystem::path& folder) override {
    KINDLING_TRY_VOID(hook_("make_directories", folder));
    return system_files().make_directories(folder);
  }
  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    KINDLING_TRY_VOID(hook_("rename", from));
    return system_files().rename(from, to);
  }
  Status remove(const std::filesystem::path& path) override {
    KINDLING_TRY_VOID(hook_("remove", path));
    written_.erase(path);
    return system_files().remove(path);
  }
  Status sync_directory(const std::filesystem::path& folder) override {
    KINDLING_TRY_VOID(hook_("sync_directory", folder));
    for (auto& [path, state] : written_) {
      if (path.parent_path() == folder) state.name_synced = true;
    }
    return system_files().sync_directory(folder);
  }
  Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path, std::string_view holder) override {
    KINDLING_TRY_VOID(hook_("lock", path));
    return system_files().lock(path, holder);
  }

  // What was appended to each file that was made through this object.
  [[nodiscard]] std::map<std::filesystem::path, std::uint64_t> written_bytes() const {
    std::map<std::filesystem::path, std::uint64_t> bytes;
    for (const auto& [path, state] : written_) bytes[path] = state.written;
    return bytes;
  }
  void forget_written() { written_.clear(); }

  void lose_unsynced() {
    for (const auto& [path, state] : written_) {
      std::error_code ignored;
      if (!state.name_synced) {
        std::filesystem::remove(path, ignored);
      } else if (state.synced < state.written) {
        std::filesystem::resize_file(path, state.synced, ignored);
      }
    }
    written_.clear();
  }

 private:
  struct Written {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
    bool name_synced = false;
  };

  class HookedFile final : public WritableFile {
   public:
    HookedFile(HookedFiles& files, std::filesystem::path path, std::unique_ptr<WritableFile> file)
        : files_(files), path_(std::move(path)), file_(std::move(file)) {}
    Status append(std::string_view bytes) override {
      KINDLING_TRY_VOID(files_.hook_("append", path_));
      files_.written_[path_].written += bytes.size();
      return file_->append(bytes);
    }
    Status sync() override {
      KINDLING_TRY_VOID(files_.hook_("sync", path_));
      files_.written_[path_].synced = files_.written_[path_].written;
      return file_->sync();
    }

   private:
    HookedFiles& files_;
    std::filesystem::path path_;
    std::unique_ptr<WritableFile> file_;
  };

  Hook hook_;
  std::map<std::filesystem::path, Written> written_;
};

}  // namespace kindling
