#include "encoder/weights_cache.h"

#include <string>
#include <utility>

#include "base/cache_folder.h"
#include "base/checked_files.h"
#include "base/private_file.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<PackedWeights> read_weights(Files& files, const fs::path& path, const NetworkShape& shape,
                                            const PackedPlan& plan, std::string_view fingerprint) {
  const auto info = files.info(path);
  if (!info.ok() || info->kind != FileInfo::Kind::regular || info->symbolic_link || !info->is_private)
    return nullptr;
  auto file = files.map(path);
  if (!file.ok()) return nullptr;
  (*file)->map_in(0, (*file)->bytes().size(), false);  // every question needs all of it
  auto weights = PackedWeights::open(std::move(*file), shape, plan, fingerprint);
  if (weights == nullptr) return nullptr;
  CheckedFiles checked(files, cache_folder("checked"));
  if (checked.contains(path, weights->checksum())) return weights;
  if (!weights->whole()) return nullptr;
  checked.insert(path, weights->checksum());
  return weights;
}

}  // namespace

fs::path weights_cache_folder() { return cache_folder("encoder"); }

std::unique_ptr<PackedWeights> cached_weights(Files& files, const fs::path& folder, const NetworkShape& shape,
                                              const PackedPlan& plan, std::string_view fingerprint,
                                              const std::function<PackedWeights()>& pack) {
  const fs::path path = folder / (std::string(fingerprint.substr(0, 32)) + "-" + plan.name() + "-v" +
                                  std::to_string(PackedWeights::version));
  if (!folder.empty()) {
    if (auto found = read_weights(files, path, shape, plan, fingerprint)) return found;
  }
  auto packed = std::make_unique<PackedWeights>(pack());
  if (!folder.empty() && make_private_directories(folder).ok()) {
    // Where this fails, the next start packs again.
    static_cast<void>(write_private_file(path, packed->bytes()));
  }
  return packed;
}

}  // namespace kindling
