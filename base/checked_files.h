// Which files were found whole before, by this user on this machine.
//
// To check a large file (a segment of a million chunks, the weights of an encoder) takes longer than to answer
// a question, and such files never change. So one that was checked is remembered in the user's own cache folder
// by its identity (base/file_identity.h) and its header's checksum, and believed from then on: whoever changes
// it, or puts another in its place, gives it another identity. What this cannot see is a disk that returns
// other bytes than were written; `verify` can, of an index.
//
// Safe with several processes. Without a cache folder nothing is remembered.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/files.h"

namespace kindling {

class CheckedFiles {
 public:
  // `folder`: empty for none. What other users may write is not believed.
  CheckedFiles(Files& files, std::filesystem::path folder) : files_(files), folder_(std::move(folder)) {}

  // `header_check`: of the file as mapped.
  [[nodiscard]] bool contains(const std::filesystem::path& file, std::uint32_t header_check) const;
  // What cannot be written is not remembered.
  void insert(const std::filesystem::path& file, std::uint32_t header_check);

 private:
  [[nodiscard]] std::filesystem::path mark_of(const std::filesystem::path& file,
                                              std::uint32_t header_check) const;
  void make_room();

  Files& files_;
  std::filesystem::path folder_;
};

}  // namespace kindling
