#include "index/terms/sentence_words.h"

#include <algorithm>

#include "index/term_counts.h"

namespace kindling {
namespace {

bool in_order(std::span<const Term> terms) {
  const auto step_back = [](const Term& a, const Term& b) {
    return b.position < a.position || b.span.begin < a.span.begin;
  };
  return std::adjacent_find(terms.begin(), terms.end(), step_back) == terms.end();
}

bool ascend(const Chunk& chunk, std::span<const Sentence> sentences) {
  std::uint32_t end = chunk.span.begin;
  for (const Sentence& sentence : sentences) {
    if (sentence.span.begin < end || sentence.span.end > chunk.span.end) return false;
    end = sentence.span.end;
  }
  return true;
}

std::span<const Term> terms_from(std::span<const Term> terms, std::uint32_t byte) {
  const auto first =
      std::find_if(terms.begin(), terms.end(), [byte](const Term& term) { return term.span.begin >= byte; });
  return {first, terms.end()};
}

bool same_texts(std::span<const Term> a, std::span<const Term> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Term& x, const Term& y) { return x.text == y.text; });
}

}  // namespace

std::vector<SentenceWords> sentence_words(std::string_view text, const Chunk& chunk,
                                          std::span<const Sentence> sentences, std::span<const Term> terms,
                                          Language language) {
  std::vector<SentenceWords> words(sentences.size());
  if (!ascend(chunk, sentences) || !in_order(terms)) return words;
  const std::uint32_t past = terms.empty() ? 0 : terms.back().position + 1;
  if (past > SentenceWords::first_max) return words;
  std::span<const Term> rest = terms;
  std::uint32_t before = 0;  // first position that is free of earlier sentences
  for (std::size_t s = 0; s < sentences.size(); ++s) {
    const ByteSpan span = without_trailing_space(text, sentences[s].span);
    const std::size_t left = rest.size();
    rest = terms_from(rest, span.begin - chunk.span.begin);
    if (rest.size() < left && s > 0) words[s - 1].count = SentenceWords::unlike;  // words between the two
    const std::span<const Term> after = terms_from(rest, sentences[s].span.end - chunk.span.begin);
    const std::span<const Term> inside = rest.first(rest.size() - after.size());
    const std::uint32_t first = rest.empty() ? past : rest.front().position;
    words[s].first = static_cast<std::uint16_t>(first);
    // A part of an identifier that is cut between sentences could share its position with the other side.
    const bool apart =
        first >= before && (inside.empty() || after.empty() || inside.back().position < after.front().position);
    if (apart && inside.size() < SentenceWords::unlike &&
        same_texts(inside, analyze(slice(text, span), language)))
      words[s].count = static_cast<std::uint16_t>(inside.size());
    before = inside.empty() ? before : inside.back().position + 1;
    rest = after;
  }
  if (!rest.empty() && !words.empty()) words.back().count = SentenceWords::unlike;
  return words;
}

}  // namespace kindling
