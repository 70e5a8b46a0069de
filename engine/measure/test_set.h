// A test set in BEIR's layout: corpus.jsonl[.gz], queries.jsonl[.gz], qrels/test.tsv.
//
// Two things may differ: instead of corpus.jsonl there may be a folder `corpus/` of documents of any format,
// and without qrels every query counts and every document may hold its answer. A query may carry `answers` (any
// of them is right) and `answer_span`, [begin, end) in bytes of the document's text as read, where the answer
// stands when its words alone are too common ("on", "0").
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "base/span.h"
#include "engine/measure/measures.h"

namespace kindling {

struct TestQuery {
  std::string id;
  std::string text;
  std::vector<std::string> answers;
  std::optional<ByteSpan> answer_span;
};

struct TestSet {
  std::filesystem::path corpus;                  // a file or a folder
  std::vector<TestQuery> queries;                // the judged ones; all when nothing is judged
  std::map<std::string, Judgements> judgements;  // by query; empty without qrels

  [[nodiscard]] bool judged() const { return !judgements.empty(); }
};

// Errors: `not_found`; `malformed`, naming file and line; those of the decoder. `decoder`: path of
// kindling-decode.
[[nodiscard]] Result<TestSet> read_test_set(const std::filesystem::path& folder,
                                            const std::filesystem::path& decoder,
                                            const Cancellation& cancellation);

// How answers are compared: ASCII in lower case, white space as single blanks, none at the ends.
[[nodiscard]] std::string folded_answer(std::string_view text);

}  // namespace kindling
