// Gives an index that waits for its vectors rows of a .npy file instead, over and over: an index of a million
// chunks to measure, without the hours that encoding them takes. What is found by them means nothing.
//
//   kindling-attach-rows INDEX ROWS.npy

#include <cstdio>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "cli/npy_rows.h"
#include "index/snapshot.h"
#include "index/writer.h"

namespace kindling {
namespace {

Status attach(const std::filesystem::path& index, const std::filesystem::path& path) {
  KINDLING_TRY(const auto snapshot, Snapshot::open(system_files(), index));
  const std::size_t dimensions = snapshot->settings().dimensions;
  KINDLING_TRY(const NpyRows rows, NpyRows::open(system_files(), path, dimensions));
  if (rows.columns() != dimensions)
    return Error{ErrorCode::usage, path.string(), "has rows of another length", "give rows of the index's"};
  KINDLING_TRY(const auto writer, Writer::open(system_files(), index, snapshot->settings()));
  for (const PendingRange& range : snapshot->pending()) {
    std::span<const float> values = rows.values();
    std::vector<float> repeated;
    if (range.count > rows.rows()) {
      while (repeated.size() < range.count * dimensions)
        repeated.insert(repeated.end(), values.begin(), values.end());
      values = repeated;
    }
    KINDLING_TRY_VOID(writer->attach_vectors(range.segment, range.first_in_segment, range.count,
                                             values.first(range.count * dimensions)));
    std::printf("%u rows of segment %llu\n", range.count, static_cast<unsigned long long>(range.segment));
  }
  return {};
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: kindling-attach-rows INDEX ROWS.npy\n");
    return 2;
  }
  const kindling::Status done = kindling::attach(argv[1], argv[2]);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().sentence().c_str());
  return done.ok() ? 0 : 1;
}
