#include "engine/mirror/pair_folder.h"

#include "base/private_file.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& id) { return id + ".json"; }

}  // namespace

Result<std::vector<std::string>> PairFolder::ids_in(const fs::path& folder) {
  auto names = files_.list(folder);
  if (!names && names.error().code == ErrorCode::not_found) return std::vector<std::string>();
  if (!names) return std::move(names).error();
  std::vector<std::string> ids;
  for (const std::string& name : *names) {
    if (!name.ends_with(".json")) continue;
    std::string id = name.substr(0, name.size() - 5);
    if (is_pair_id(id)) ids.push_back(std::move(id));
  }
  return ids;
}

Result<Pair> PairFolder::read_file(const fs::path& path) {
  KINDLING_TRY(const std::string text, files_.read(path, pair_bytes_max));
  return read_pair(text).within(path.string());
}

Status PairFolder::add(const Pair& pair) {
  KINDLING_TRY(const auto ids, ids_in(waiting()));
  std::uint64_t bytes = 0;
  for (const std::string& id : ids) {
    const auto info = files_.info(waiting() / file_of(id));
    if (info) bytes += info->bytes;  // one that is gone was claimed meanwhile
  }
  const std::string text = to_string(to_json(pair));
  if (ids.size() >= waiting_pairs_max || bytes + text.size() > waiting_bytes_max)
    return Error{ErrorCode::too_large, waiting().string(), "too many pairs wait already",
                 "run 'kindling ab run'"};
  if (text.size() > pair_bytes_max)
    return Error{ErrorCode::too_large, pair.id, "too large to be mirrored", "ask with a smaller --budget"};
  KINDLING_TRY_VOID(make_private_directories(waiting()));
  return write_private_file(waiting() / file_of(pair.id), text);
}

Result<std::optional<PairFolder::Slot>> PairFolder::take_slot() {
  KINDLING_TRY_VOID(make_private_directories(folder_ / "slots"));
  for (unsigned number = 0; number < mirror_slots; ++number) {
    auto lock = files_.lock(folder_ / "slots" / (std::to_string(number) + ".lock"), "kindling ab run");
    if (!lock && lock.error().code == ErrorCode::index_locked) continue;
    if (!lock) return std::move(lock).error();
    KINDLING_TRY_VOID(make_private_directories(sending(number)));
    KINDLING_TRY_VOID(make_private_directories(pairs()));
    return std::optional<Slot>(Slot{number, std::move(lock).value()});
  }
  return std::optional<Slot>();
}

Result<std::vector<std::string>> PairFolder::left_behind(const Slot& slot) {
  return ids_in(sending(slot.number));
}

Result<std::optional<std::string>> PairFolder::claim(const Slot& slot) {
  KINDLING_TRY(const auto waits, ids_in(waiting()));
  if (waits.empty()) return std::optional<std::string>();
  KINDLING_TRY(const auto done, ids_in(pairs()));
  if (done.size() >= complete_pairs_max) {
    return Error{ErrorCode::too_large, pairs().string(),
                 std::to_string(done.size()) + " pairs are there already",
                 "more would tell nothing new: move them away, or switch mirroring off"};
  }
  for (const std::string& id : waits) {
    const Status moved = files_.rename(waiting() / file_of(id), sending(slot.number) / file_of(id));
    if (moved) return std::optional<std::string>(id);
    if (moved.error().code != ErrorCode::not_found) return moved.error();  // else another process was quicker
  }
  return std::optional<std::string>();
}

Result<Pair> PairFolder::read_claimed(const Slot& slot, const std::string& id) {
  return read_file(sending(slot.number) / file_of(id));
}

Status PairFolder::put_back(const Slot& slot, const std::string& id) {
  return files_.rename(sending(slot.number) / file_of(id), waiting() / file_of(id));
}

Status PairFolder::finish(const Slot& slot, const Pair& pair) {
  KINDLING_TRY_VOID(write_private_file(pairs() / file_of(pair.id), to_string(to_json(pair))));
  return drop(slot, pair.id);
}

Status PairFolder::drop(const Slot& slot, const std::string& id) {
  return files_.remove(sending(slot.number) / file_of(id));
}

Result<PairFolder::Counts> PairFolder::counts() {
  Counts counts;
  KINDLING_TRY(const auto waits, ids_in(waiting()));
  counts.waiting = waits.size();
  for (unsigned slot = 0; slot < mirror_slots; ++slot) {
    KINDLING_TRY(const auto sent, ids_in(sending(slot)));
    counts.sending += sent.size();
  }
  KINDLING_TRY(const auto done, ids_in(pairs()));
  counts.complete = done.size();
  return counts;
}

Result<std::vector<std::string>> PairFolder::complete() { return ids_in(pairs()); }

Result<Pair> PairFolder::read(const std::string& id) { return read_file(pairs() / file_of(id)); }

}  // namespace kindling
