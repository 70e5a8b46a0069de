// Embeddings as an OpenAI-compatible server sends them, for the server of chat_endpoint.h: each word adds a
// fixed pseudo-random direction, so that texts that share words are near each other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/chat_replies.h"

namespace kindling {

struct EmbeddingsScript {
  std::size_t dimensions = 48;
  std::uint32_t weights = 1;     // which model it really is
  float wobble = 0;              // added to each number, with changing signs: rounding of another machine
  bool knows_base64 = true;      // else numbers, whatever is asked for
  bool takes_format = true;      // else `encoding_format` is refused with 400
  bool knows_dimensions = true;  // else `dimensions` is passed over
  bool reversed = false;         // the vectors come in another order than the texts
  std::size_t bytes_max = 0;     // of one text; longer ones are refused with 400; 0: any
};

// The vector of a text, not yet of length 1.
[[nodiscard]] std::vector<float> scripted_vector(std::string_view text, const EmbeddingsScript& script);

// To POST .../embeddings; what is asked elsewhere is 404.
[[nodiscard]] Reply embeddings_reply(const RecordedRequest& request, const EmbeddingsScript& script = {});
// The body of a good answer, to be spoiled by a test.
[[nodiscard]] Json embeddings_json(const RecordedRequest& request, const EmbeddingsScript& script = {});

}  // namespace kindling
