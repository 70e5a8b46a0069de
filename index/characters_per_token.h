// How well the index's vocabulary fits a language: into how large pieces it cuts its text.
#pragma once

#include "index/snapshot.h"
#include "tokenizer/language.h"

namespace kindling {

// Characters a token, which is small where words are cut into crumbs. Of program code words alone are counted,
// each with one blank: its marks are a token each and say nothing of the language.
//
// The median over a sample of at most 300 live chunks in the language, or of all languages where it has fewer
// than 30; 0 without any.
[[nodiscard]] float sampled_characters_per_token(const Snapshot& snapshot, Language language);

}  // namespace kindling
