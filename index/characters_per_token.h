// How well the index's vocabulary fits a language: into how large pieces it cuts its text.
#pragma once

#include "index/snapshot.h"
#include "tokenizer/language.h"

namespace kindling {

// The median over a sample of at most 300 live chunks in the language, or of all languages where it has fewer
// than 30; 0 without any.
[[nodiscard]] float sampled_characters_per_token(const Snapshot& snapshot, Language language);

}  // namespace kindling
