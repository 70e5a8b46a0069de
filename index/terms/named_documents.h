// How well a question names a document by its file, its record or its site: the formula of `named` in
// index/lexical.h, over the words of terms/document_names.h.
//
// These names stand in no postings: they are read where a document is worked out anyway, and analysed only when
// some word of them begins as a term of the question does (its first two letters), which few do. So an index
// needs nothing more than it has always held, and such a name lifts chunks that are found by something else.
//
// In a name the parts of identifiers count, not their wholes, and a number only where it is asked for
// ("0017_report"). A word that is several terms of the question without the blanks between them is named by
// these ("sciencenews" by "science news").
//
// For one question and one segment; not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/terms/asked_question.h"

namespace kindling {

class NamedDocuments {
 public:
  // Borrows everything; `segment` is the place of the segment among `segments`.
  NamedDocuments(std::span<const LexicalSegment> segments, std::size_t segment, const AskedQuestion& asked);

  // Requires: a document of the segment. Cheapest when those of one document follow each other.
  [[nodiscard]] float named(std::uint32_t document);

 private:
  static constexpr std::size_t beginnings = 36 * 36;  // of two letters or digits of ASCII

  [[nodiscard]] bool may_name(std::string_view name) const;
  float named_by(std::string_view name, Language language);
  float named_by_joined(std::string_view word) const;
  double squared_idf(const std::string& term);

  std::span<const LexicalSegment> segments_;
  const Segment& segment_;
  const AskedQuestion& asked_;
  std::vector<bool> begins_;         // by the first two letters of the question's terms
  bool beyond_ascii_ = false;        // some term has other letters
  std::uint32_t last_ = 0xffffffff;  // document
  float last_named_ = 0;
  std::string copy_;
  std::unordered_map<std::string, double> squared_idfs_;  // of terms that are not the question's
};

}  // namespace kindling
