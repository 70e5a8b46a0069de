// What packing decided about a sentence, and about a document: values that are shown, made by
// engine/pack/explain.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/retrieve/search.h"

namespace kindling {

// One sentence that packing looked at.
struct LedgerEntry {
  std::uint32_t passage = 0;  // number of the passage that it is in; 0: not in
  Place place;
  std::uint64_t tokens = 0;  // paid for, heading and mark included; 0 when not in
  float value = 0;           // V of engine/retrieve/value.h
  float chunk_score = 0;     // F of its chunk; 0 when it came in by its neighbours alone
  float section_score = 0;   // F of its section
  float words = 0;           // how much of the question its own words hold, against the best sentence
  std::string reason;        // "value", "pinned", or as Dropped::reason
  std::string same_as;       // uri of the document that says the same, for duplicates
};

struct WhyPacked {
  std::string document;
  std::uint64_t sentences_in = 0, sentences_out = 0;  // of the document
  std::string reason;                                 // a sentence: why it is in, or why not
  float value_needed = 0;                             // of the least valuable sentence that is in
  std::vector<LedgerEntry> best;                      // its most valuable sentences, at most three
};

}  // namespace kindling
