#include "index/vectors/sample_keys.h"

#include <algorithm>

#include "base/check.h"
#include "base/split_mix.h"

namespace kindling {
namespace {

// FNV-1a (Fowler, Noll and Vo), 64 bits.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace

void append_sample_keys(std::string_view uri, std::uint32_t first, std::uint32_t end,
                        std::vector<std::uint64_t>& keys) {
  const std::uint64_t document = split_mix(hash_of(uri));
  for (std::uint32_t chunk = first; chunk < end; ++chunk) keys.push_back(split_mix(document + chunk));
}

std::vector<std::uint64_t> sample_keys(const Segment& segment, std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint64_t> keys;
  keys.reserve(count);
  const auto documents = segment.documents();
  const std::uint32_t end = first + count;
  auto document = std::partition_point(documents.begin(), documents.end(), [&](const DocumentRecord& record) {
    return record.first_chunk + record.chunk_count <= first;
  });
  for (; keys.size() < count && document != documents.end(); ++document) {
    const std::uint32_t own_first = document->first_chunk;
    const std::uint32_t own_end = own_first + document->chunk_count;
    append_sample_keys(segment.uri(static_cast<std::uint32_t>(document - documents.begin())),
                       std::max(first, own_first) - own_first, std::min(end, own_end) - own_first, keys);
  }
  KINDLING_CHECK(keys.size() == count);
  return keys;
}

}  // namespace kindling
