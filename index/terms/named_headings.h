// How well a question names the headings over a section: `named` of index/lexical.h.
//
// For one question and one segment; keeps what it found, for the same few headings stand over many sections.
// Not thread-safe; the weights of headings that the segment keeps are.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "index/terms/asked_question.h"

namespace kindling {

class NamedHeadings {
 public:
  // Borrows everything; `segment` is the place of the segment among `segments`.
  NamedHeadings(std::span<const LexicalSegment> segments, std::size_t segment, const AskedQuestion& asked);

  // Requires: a section of the segment.
  [[nodiscard]] float named(std::uint32_t section);

 private:
  float named_heading(std::uint32_t heading);
  double heading_weight(std::uint32_t heading);
  float section_idf(std::uint32_t term);

  std::span<const LexicalSegment> segments_;
  const LexicalSegment& part_;
  const Segment& segment_;
  const AskedQuestion& asked_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      known_terms_;                                        // number in the dictionary, place in question
  std::unordered_map<std::uint32_t, float> named_;         // by heading
  std::unordered_map<std::uint32_t, float> section_idfs_;  // by number in the dictionary
};

}  // namespace kindling
