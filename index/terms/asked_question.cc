#include "index/terms/asked_question.h"

#include <algorithm>
#include <cmath>

namespace kindling {
namespace {

LexicalLevel make_level(std::uint64_t count, std::uint64_t lengths) {
  LexicalLevel level;
  level.count = count;
  if (lengths > 0)
    level.mean_length = static_cast<float>(static_cast<double>(lengths) / static_cast<double>(count));
  return level;
}

}  // namespace

float LexicalLevel::idf_of(std::uint64_t frequency) const {
  const auto n = static_cast<double>(count);
  // A damaged frequency must not turn the logarithm's argument negative.
  const auto df = std::min(static_cast<double>(frequency), n);
  return static_cast<float>(std::log(1.0 + (n - df + 0.5) / (df + 0.5)));
}

AskedQuestion ask_collection(std::span<const LexicalSegment> segments, std::span<const Term> question) {
  SegmentSummary sum;
  std::uint64_t chunks = 0;
  std::uint64_t sections = 0;
  for (const LexicalSegment& part : segments) {
    const SegmentSummary& summary = part.segment->summary();
    chunks += summary.chunks;
    sections += summary.sections;
    sum.chunk_lengths += summary.chunk_lengths;
    sum.section_lengths += summary.section_lengths;
  }
  AskedQuestion asked{
      make_level(chunks, sum.chunk_lengths), make_level(sections, sum.section_lengths), 0, {}, {}, {}};
  asked.terms.resize(segments.size());
  std::size_t word_end = 0;  // of the term before
  for (const Term& term : question) {
    asked.texts.push_back(term.text);
    asked.follows.push_back(asked.texts.size() > 1 && term.span.begin >= word_end);
    word_end = term.span.end;
    std::uint64_t chunk_df = 0;
    std::uint64_t section_df = 0;
    for (std::size_t s = 0; s < segments.size(); ++s) {
      const Dictionary& dictionary = segments[s].segment->dictionary();
      const auto number = dictionary.find(term.text);
      asked.terms[s].push_back(number.value_or(unknown_term));
      if (!number) continue;
      const PostingBlock block = dictionary.block(*number);
      chunk_df += block.chunk_frequency();
      section_df += block.section_frequency();
    }
    asked.chunks.idf.push_back(asked.chunks.idf_of(chunk_df));
    asked.sections.idf.push_back(asked.sections.idf_of(section_df));
    asked.chunks.upper_bound += asked.chunks.idf.back();
    asked.sections.upper_bound += asked.sections.idf.back();
    asked.idf2 += std::pow(asked.sections.idf.back(), 2.0);
  }
  return asked;
}

std::uint64_t section_frequency(std::span<const LexicalSegment> segments, std::string_view term) {
  std::uint64_t frequency = 0;
  for (const LexicalSegment& part : segments) {
    const Dictionary& dictionary = part.segment->dictionary();
    if (const auto number = dictionary.find(term)) frequency += dictionary.block(*number).section_frequency();
  }
  return frequency;
}

}  // namespace kindling
