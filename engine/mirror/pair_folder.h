// Where pairs lie: waiting to be sent, being sent, complete. One folder of one user, shared by all processes.
//
//   FOLDER/waiting/ID.json          asked of the first model only
//   FOLDER/sending/SLOT/ID.json     taken by the process that holds FOLDER/slots/SLOT.lock
//   FOLDER/pairs/ID.json            complete: an answer of the second model, or why there is none
//   FOLDER/verdicts/KEY.json        what a judge said (engine/mirror/judge.h)
//
// A file changes its state by renaming, so each is sent by one process. At most `mirror_slots` processes send
// at once. What lies in the folder of a slot that nobody holds was left by a process that died: it is not sent
// again (it may have been paid for, and it may be what killed the process), but ends as a pair with that error.
// Files are 0600, folders 0700. A full folder takes no more: nothing that was measured is ever dropped.
//
// An object belongs to one thread; processes need no agreement besides the file system's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/mirror/pair.h"

namespace kindling {

inline constexpr unsigned mirror_slots = 2;
inline constexpr std::size_t waiting_pairs_max = 256;
inline constexpr std::uint64_t waiting_bytes_max = 512u << 20;
inline constexpr std::size_t complete_pairs_max = 20'000;

class PairFolder {
 public:
  PairFolder(Files& files, std::filesystem::path folder) : files_(files), folder_(std::move(folder)) {}

  // Puts a pair among those that wait. Errors: `too_large` (the pair, or what waits already), those of files.
  [[nodiscard]] Status add(const Pair& pair);

  // A right to send; null when all are taken.
  struct Slot {
    unsigned number = 0;
    std::unique_ptr<FileLock> lock;
  };
  [[nodiscard]] Result<std::optional<Slot>> take_slot();

  // Ids of pairs left behind by the former holder of the slot.
  [[nodiscard]] Result<std::vector<std::string>> left_behind(const Slot& slot);
  // The oldest one that waits, now in the slot's folder. Nothing: none waits. Errors: `too_large` when
  // `complete_pairs_max` are there, those of files.
  [[nodiscard]] Result<std::optional<std::string>> claim(const Slot& slot);
  // Errors: as read.
  [[nodiscard]] Result<Pair> read_claimed(const Slot& slot, const std::string& id);
  [[nodiscard]] Status put_back(const Slot& slot, const std::string& id);
  [[nodiscard]] Status finish(const Slot& slot, const Pair& pair);
  [[nodiscard]] Status drop(const Slot& slot, const std::string& id);

  struct Counts {
    std::size_t waiting = 0;
    std::size_t sending = 0;
    std::size_t complete = 0;
  };
  [[nodiscard]] Result<Counts> counts();

  // Ids of complete pairs, oldest first.
  [[nodiscard]] Result<std::vector<std::string>> complete();
  // Errors: `malformed`, `too_large`, those of files; `where` is the file.
  [[nodiscard]] Result<Pair> read(const std::string& id);

  [[nodiscard]] std::filesystem::path verdicts() const { return folder_ / "verdicts"; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  [[nodiscard]] std::filesystem::path waiting() const { return folder_ / "waiting"; }
  [[nodiscard]] std::filesystem::path sending(unsigned slot) const {
    return folder_ / "sending" / std::to_string(slot);
  }
  [[nodiscard]] std::filesystem::path pairs() const { return folder_ / "pairs"; }
  Result<std::vector<std::string>> ids_in(const std::filesystem::path& folder);
  Result<Pair> read_file(const std::filesystem::path& path);

  Files& files_;
  std::filesystem::path folder_;
};

}  // namespace kindling
