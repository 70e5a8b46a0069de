// Chosen sentences as an answer to read: documents by their strongest sentence, each in reading order, what
// stands together as one quotation, rows of tables under their header, code as code.
//
// Prose loses the line breaks of its source; the quotation of the citation keeps every byte. Each quotation has
// the number of its citation, from 1, behind it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/pack/fill.h"
#include "engine/retrieve/value.h"
#include "index/snapshot.h"

namespace kindling {

// A quotation: whole sentences of one paragraph that follow each other; one row of a table; one piece of code.
struct Quotation {
  DocumentIndex document{};
  SectionIndex section{};
  ByteSpan span;
};

// `strongest_first`: units of `units`, each once.
[[nodiscard]] std::vector<Quotation> quotations(const Snapshot& snapshot, std::span<const Unit> units,
                                                std::span<const UnitIndex> strongest_first);

// The text of an answer made of these. A header that is shown above its rows is quoted nowhere: the documents'
// own words, but no part of the answer.
[[nodiscard]] std::string answer_text(const Snapshot& snapshot, std::span<const Quotation> quotations);

}  // namespace kindling
