// A pair as `ask` leaves it: one passage, one question, the first model's answer.
#pragma once

#include <string>

#include "engine/mirror/pair.h"

namespace kindling {

[[nodiscard]] inline Pair mirrored_pair(std::string second_profile = "local") {
  Pair pair;
  pair.id = new_pair_id();
  pair.question = "How was the canal dug?";
  pair.messages = {{"system", "Answer from the passages."},
                   {"user", "[1] The canal was dug by hand between 1791 and 1794.\n\nHow was the canal dug?"}};
  Passage passage;
  passage.number = 1;
  passage.text = "The canal was dug by hand between 1791 and 1794.";
  passage.place.uri = "canal.md";
  passage.place.title = "The Harrow canal";
  passage.place.heading_path = {"History", "Digging"};
  passage.place.text_span = {10, 58};
  passage.token_count = 15;
  pair.passages = {passage};
  pair.output_tokens_max = 500;
  pair.first.profile = "muse-spark";
  pair.first.model = "muse-spark";
  pair.first.text = "The canal was dug by hand between 1791 and 1794 [1].";
  pair.first.finish = "stop";
  pair.first.usage = {120, 20, 0, 0, .0002, true};
  pair.first.first_token_ms = 640;
  pair.first.total_ms = 2'000;
  pair.second.profile = std::move(second_profile);
  return pair;
}

}  // namespace kindling
