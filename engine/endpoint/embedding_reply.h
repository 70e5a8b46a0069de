// The answer of POST {base_url}/embeddings, read and checked: one vector of length 1 for each text that was
// sent.
//
// Both encodings are read, whichever was asked for, since servers pass over what they do not know: a list of
// numbers, or base64 of little-endian single precision. `data[].index` may come in any order.
//
// Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace kindling {

inline constexpr std::size_t remote_dimensions_max = 8'192;

struct EmbeddingReply {
  std::size_t dimensions = 0;
  std::vector<float> values;        // [count][dimensions] row-major, each row of length 1
  std::uint64_t prompt_tokens = 0;  // as the endpoint counted; 0: it did not
};

// Of an answer to `count` texts, count > 0. Errors: `endpoint_refused`, without the endpoint's address: another
// number of vectors, an index that is missing, repeated or out of range, vectors of several lengths or none, a
// number that is not finite, a vector of zeros.
[[nodiscard]] Result<EmbeddingReply> read_embedding_reply(const Json& body, std::size_t count);

}  // namespace kindling
