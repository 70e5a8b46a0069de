// A term that a collection holds, as those see it who look for terms and not for chunks.
#pragma once

#include <cstdint>
#include <string>

#include "index/ids.h"

namespace kindling {

struct KnownTerm {
  std::string text;
  std::uint64_t chunk_frequency = 0;  // chunks that hold it, removed ones included until they are merged away
  ChunkIndex example{};               // an allowed chunk that holds it, in its body or under a heading with it
};

}  // namespace kindling
