// The container of every binary file of an index: a header with a table of regions, then the regions.
//
// The header carries magic, version, kind, number and length, and of each region its place and CRC-32C; the
// header's own CRC-32C stands in the catalog too, so that a file and the row that names it cannot be told apart
// unnoticed. Regions begin at multiples of 64 bytes. Byte by byte in docs/index_format.md.
//
// A RegionFile is immutable and safe from any thread; views live as long as it does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

enum class FileKind : std::uint32_t { segment = 1, vectors = 2 };

inline constexpr std::size_t region_alignment = 64;

struct RegionContent {
  std::uint32_t id = 0;                  // unique in the file, not zero
  std::vector<std::string_view> pieces;  // written one after another
};

struct WrittenFile {
  std::uint64_t bytes = 0;
  std::uint32_t check = 0;  // the header's CRC-32C
};

// Writes and syncs the file; its name is durable once the folder is synced. Errors: those of Files.
[[nodiscard]] Result<WrittenFile> write_region_file(Files& files, const std::filesystem::path& path,
                                                    FileKind kind, std::uint64_t number,
                                                    std::span<const RegionContent> regions);

class RegionFile {
 public:
  // Maps the file and checks its header. Errors: those of Files::map, `index_version`, `index_corrupt`.
  [[nodiscard]] static Result<RegionFile> open(Files& files, const std::filesystem::path& path, FileKind kind,
                                               std::uint64_t number);

  [[nodiscard]] std::string_view region(std::uint32_t id) const;  // empty when the file has none
  [[nodiscard]] std::uint32_t check() const { return check_; }
  [[nodiscard]] std::uint64_t bytes() const { return file_->bytes().size(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const MappedFile& mapped() const { return *file_; }  // lives as long as the region's views

  // Compares the region's bytes with its checksum. Errors: `index_corrupt`, naming `place`.
  [[nodiscard]] Status verify(std::uint32_t id, std::string_view place) const;
  // The bytes between regions must be zero. Errors: `index_corrupt`.
  [[nodiscard]] Status verify_padding() const;

 private:
  struct Entry {
    std::uint32_t id = 0;
    std::uint32_t crc = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  RegionFile(std::filesystem::path path, std::unique_ptr<MappedFile> file)
      : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] Status read_header(FileKind kind, std::uint64_t number);
  [[nodiscard]] Status read_table(std::string_view table);
  [[nodiscard]] const Entry* find(std::uint32_t id) const;
  [[nodiscard]] Error corrupt(std::string_view place, std::string_view why) const;

  std::filesystem::path path_;
  std::unique_ptr<MappedFile> file_;
  std::vector<Entry> entries_;  // by offset
  std::uint64_t header_bytes_ = 0;
  std::uint32_t check_ = 0;
};

}  // namespace kindling
