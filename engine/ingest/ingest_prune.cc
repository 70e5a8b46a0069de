#include "engine/ingest/ingest_prune.h"

#include <algorithm>
#include <unordered_set>

namespace kindling {

Result<std::vector<std::string>> gone_sources(Files& files, const Scan& scan, const SourceRecords& records) {
  std::unordered_set<std::string_view> found;
  for (const ScannedFile& file : scan.files) found.insert(file.uri);
  std::vector<std::string> gone;
  for (const auto& [uri, record] : records) {
    if (found.contains(uri)) continue;
    const bool ours = std::any_of(scan.roots.begin(), scan.roots.end(),
                                  [&uri = uri](const std::string& root) { return lies_under(uri, root); });
    if (!ours) continue;
    const Result<FileInfo> info = files.info(uri);
    const bool is_gone =
        info ? info->kind != FileInfo::Kind::regular : info.error().code == ErrorCode::not_found;
    if (is_gone) gone.push_back(uri);
  }
  std::sort(gone.begin(), gone.end());
  return gone;
}

Status check_prune(const Scan& scan, std::uint64_t documents_gone, std::uint64_t documents_in_all) {
  if (documents_gone <= prune_unasked_max || documents_gone * 2 <= documents_in_all) return {};
  const std::vector<std::string>& suspects = scan.missing.empty() ? scan.empty : scan.missing;
  if (suspects.empty()) return {};
  return Error{ErrorCode::usage, suspects.front(),
               std::string(scan.missing.empty() ? "is empty" : "does not exist") + ", and pruning would drop " +
                   std::to_string(documents_gone) + " of " + std::to_string(documents_in_all) + " documents",
               "if that is meant, drop them with kindling remove; else see that the folder is there"};
}

}  // namespace kindling
