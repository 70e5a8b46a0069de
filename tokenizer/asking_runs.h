// What only asks in a question of a language whose terms are pairs of characters: "ที่ไหน", "무엇입니까",
// "什么时候".
//
// Pairs know no words, so a list of them cannot tell "ไหน" from the same letters elsewhere; the words are
// looked for in the text instead. In Chinese, Japanese and Thai a word is one wherever it stands (the longest
// that begins there; no Thai word begins inside a syllable), in Korean at the beginning of what blanks set off,
// with what is bound to it. A pair that reaches from such a word into another says nothing either. Function
// words are found in the same way, but only the pairs within them go.
//
// Private to tokenizer/. Pure; safe from any thread. Linear in the question for a list of words of bounded
// length.
#pragma once

#include <string_view>
#include <vector>

#include "base/span.h"
#include "tokenizer/language.h"

namespace kindling {

struct AskingRuns {
  std::vector<ByteSpan> asking;  // ascending, apart
  std::vector<ByteSpan> silent;  // function words; the same

  // Whether the pair at `span` says nothing of what is looked for.
  [[nodiscard]] bool drops(ByteSpan span) const;
};

// Empty for languages that write words apart, but Korean.
[[nodiscard]] AskingRuns asking_runs(std::string_view question, Language language);

}  // namespace kindling
