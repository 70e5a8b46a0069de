#include "encoder/encoder_cache.h"

#include <algorithm>
#include <utility>

#include "base/cache_folder.h"
#include "base/env.h"
#include "base/private_file.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".vectors", used_suffix = ".used", temporary_suffix = ".tmp";
constexpr std::uint64_t flush_bytes = 4u << 20;   // waiting
constexpr std::uint64_t small_bytes = 16u << 20;  // files below are joined,
constexpr std::size_t small_files_max = 8;        // once there are so many
constexpr std::uint64_t joined_bytes_max = 32u << 20;
constexpr std::int64_t abandoned_ms = 3'600'000;  // an older temporary file is nobody's
constexpr std::size_t model_digits_in_name = 16;

std::string used_name(const std::string& name) { return name + std::string(used_suffix); }

struct StoredFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::int64_t used_ms = 0;
};

}  // namespace

fs::path embedding_cache_folder() { return cache_folder("embeddings"); }

EncoderCache::EncoderCache(Files& files, fs::path folder, std::string_view model, std::size_t dimensions,
                           std::uint64_t bytes_max)
    : files_(files),
      folder_(std::move(folder)),
      model_(cache_key(model)),
      dimensions_(dimensions),
      bytes_max_(bytes_max) {
  writable_ = !folder_.empty() && make_private_directories(folder_).ok();
  if (!folder_.empty()) open_files();
}

EncoderCache::~EncoderCache() {
  const std::lock_guard lock(mutex_);
  flush();
  if (!writable_) return;
  // A stamp that cannot be written only makes a file look older than it is.
  for (const Part& part : parts_) {
    if (part.used) static_cast<void>(write_private_file(folder_ / used_name(part.name), ""));
  }
  if (!wrote_) return;
  join_small_files();
  make_room();
}

void EncoderCache::open_files() {
  const auto names = files_.list(folder_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(model_.substr(0, model_digits_in_name)) || !name.ends_with(suffix)) continue;
    const auto info = files_.info(folder_ / name);
    if (!info.ok() || info->kind != FileInfo::Kind::regular || info->symbolic_link || !info->is_private)
      continue;
    auto mapped = files_.map(folder_ / name);
    if (!mapped.ok()) continue;
    auto file = EncoderCacheFile::open(std::move(*mapped), model_, dimensions_);
    if (file != nullptr) {
      parts_.push_back({name, std::move(file)});
    } else {
      remove(name);
    }
  }
}

bool EncoderCache::find(std::string_view key, std::span<float> out) {
  const std::lock_guard lock(mutex_);
  if (const auto waiting = waiting_.find(key); waiting != waiting_.end()) {
    std::ranges::copy(waiting->second, out.begin());
    return true;
  }
  for (Part& part : parts_) {
    if (!part.file->find(key, out)) continue;
    part.used = true;
    return true;
  }
  return false;
}

void EncoderCache::put(std::string_view key, std::span<const float> vector) {
  const std::lock_guard lock(mutex_);
  if (!writable_) return;
  waiting_.insert_or_assign(std::string(key), std::vector<float>(vector.begin(), vector.end()));
  if (waiting_.size() * (cache_key_size + vector.size_bytes()) >= flush_bytes) {
    flush();
    if (wrote_) make_room();
  }
}

void EncoderCache::flush() {
  if (waiting_.empty()) return;
  writable_ = writable_ && write(waiting_);
  waiting_.clear();
}

// The new file is opened at once, so that this run finds what it has kept.
bool EncoderCache::write(const CachedVectors& vectors) {
  const std::string digits = cache_key(std::to_string(random_u64())).substr(0, model_digits_in_name);
  const std::string name = model_.substr(0, model_digits_in_name) + "-" + digits + std::string(suffix);
  if (!write_private_file(folder_ / name, cache_file_bytes(model_, dimensions_, vectors)).ok()) return false;
  wrote_ = true;
  auto mapped = files_.map(folder_ / name);
  if (!mapped.ok()) return true;
  auto file = EncoderCacheFile::open(std::move(*mapped), model_, dimensions_);
  if (file != nullptr) parts_.push_back({name, std::move(file), true});
  return true;
}

// Each file costs a search for every text that is looked for.
void EncoderCache::join_small_files() {
  std::vector<std::size_t> small;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].file->bytes() < small_bytes) small.push_back(i);
  }
  if (small.size() < small_files_max) return;
  CachedVectors joined;
  std::vector<std::string> names;
  std::uint64_t bytes = 0;
  for (const std::size_t i : small) {
    const EncoderCacheFile& file = *parts_[i].file;
    if (bytes + file.bytes() > joined_bytes_max) break;
    bytes += file.bytes();
    names.push_back(parts_[i].name);
    std::vector<float> row(dimensions_);
    for (std::size_t r = 0; r < file.count(); ++r) {
      if (file.read(r, row)) joined.insert_or_assign(std::string(file.key(r)), row);
    }
  }
  if (names.size() < 2 || joined.empty() || !write(joined)) return;
  for (const std::string& name : names) remove(name);
}

void EncoderCache::make_room() {
  const auto names = files_.list(folder_);
  if (!names.ok()) return;
  std::vector<StoredFile> stored;
  std::uint64_t bytes = 0;
  for (const std::string& name : *names) {
    const auto info = files_.info(folder_ / name);
    if (!info.ok()) continue;
    if (name.ends_with(temporary_suffix) && info->modified_ms + abandoned_ms < now_ms()) remove(name);
    if (!name.ends_with(suffix)) continue;
    const auto used = files_.info(folder_ / used_name(name));
    stored.push_back({name, info->bytes, std::max(info->modified_ms, used.ok() ? used->modified_ms : 0)});
    bytes += info->bytes;
  }
  std::ranges::stable_sort(stored, {}, &StoredFile::used_ms);
  for (const StoredFile& file : stored) {
    if (bytes <= bytes_max_) break;
    remove(file.name);
    bytes -= file.bytes;
  }
}

// Another process may have been first.
void EncoderCache::remove(const std::string& name) {
  static_cast<void>(files_.remove(folder_ / name));
  static_cast<void>(files_.remove(folder_ / used_name(name)));
}

}  // namespace kindling
