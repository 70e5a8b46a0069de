// How much of a question a sentence speaks of, read where it stands.
//
// A sentence rarely repeats what it is about: "It has 17 locks" stands below the sentence, or the heading, that
// names the canal. So the question's words count in the sentence, in the one before it, in the last line above
// it that reads like a heading ("work_mem (integer)" in a list of terms), in the section's headings and the
// title. Measured: the largest single gain in choosing three sentences (docs/answers.md).
//
// Not thread-safe; borrows snapshot and evidence. Sentences are analysed once each.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/pack/fill.h"
#include "engine/retrieve/evidence.h"
#include "index/snapshot.h"

namespace kindling {

struct Coverage {
  float share = 0;     // of the question's idf, in the sentence and what stands above it
  bool opens = false;  // most of the question stands in the sentence itself, and begins it
};

class CoverageReader {
 public:
  CoverageReader(const Snapshot& snapshot, const Evidence& evidence);

  // Of a unit of the evidence.
  [[nodiscard]] Coverage of(UnitIndex unit);

 private:
  // Which of the question's terms a text holds.
  struct Held {
    std::vector<bool> terms;
    std::uint32_t first = ~std::uint32_t{0};  // byte of the first
  };

  [[nodiscard]] Held read(std::string_view text, Language language) const;
  const Held& sentence(std::uint32_t unit);
  const Held& headings(SectionIndex section);
  [[nodiscard]] std::string_view text_of(std::uint32_t unit) const;
  [[nodiscard]] float share_of(const std::vector<bool>& terms) const;

  const Snapshot& snapshot_;
  const Evidence& evidence_;
  std::unordered_map<std::string_view, std::size_t> index_of_term_;
  std::vector<float> idf_;
  float total_ = 0;
  std::unordered_map<std::uint32_t, Held> sentences_;  // by unit
  std::unordered_map<std::uint32_t, Held> headings_;   // by section
};

}  // namespace kindling
