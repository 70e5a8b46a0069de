#include "engine/measure/test_set.h"

#include <cstdlib>

#include "base/files.h"
#include "base/json.h"
#include "formats/decode.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t text_bytes_max = 256u << 20;

// The file `name` or `name.gz` in `folder`.
Result<fs::path> find_file(const fs::path& folder, std::string_view name) {
  for (const char* ending : {"", ".gz"}) {
    fs::path path = folder / (std::string(name) + ending);
    if (system_files().info(path).ok()) return path;
  }
  return Error{ErrorCode::not_found, (folder / name).string(), "not there, with or without .gz",
               "name a folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv"};
}

Result<fs::path> find_corpus(const fs::path& folder) {
  if (system_files().list(folder / "corpus").ok()) return folder / "corpus";
  return find_file(folder, "corpus.jsonl");
}

Result<TestQuery> query_of(const DecodedDocument& document, const fs::path& path) {
  TestQuery query{document.id, document.text.utf8, {}, {}};
  for (const Json& answer : document.metadata["answers"].items()) {
    if (std::string folded = folded_answer(answer.as_string()); !folded.empty())
      query.answers.push_back(std::move(folded));
  }
  const Json& span = document.metadata["answer_span"];
  if (span.is_null()) return query;
  if (span.items().size() != 2 || span.items()[0].as_integer() < 0 ||
      span.items()[1].as_integer() <= span.items()[0].as_integer()) {
    return Error{ErrorCode::malformed, path.string() + " query " + query.id, "answer_span is not [begin, end]",
                 ""};
  }
  query.answer_span = ByteSpan{static_cast<std::uint32_t>(span.items()[0].as_integer()),
                               static_cast<std::uint32_t>(span.items()[1].as_integer())};
  return query;
}

// Reads a .jsonl or .jsonl.gz through the decoder, so that both are read as `index` reads them.
Result<std::vector<TestQuery>> read_queries(const fs::path& path, Decoder& decoder,
                                            const Cancellation& cancellation) {
  KINDLING_TRY(const std::string bytes, system_files().read(path, text_bytes_max));
  std::vector<TestQuery> queries;
  std::optional<Error> bad;
  const auto take = [&](DecodedDocument document) -> Status {
    KINDLING_TRY(TestQuery query, query_of(document, path));
    queries.push_back(std::move(query));
    return {};
  };
  KINDLING_TRY_VOID(
      decoder
          .decode(
              path.string(), bytes, take, [&](Error error) { bad = std::move(error); }, cancellation)
          .within(path.string()));
  if (bad) return std::move(*bad).within(path.string());
  return queries;
}

Result<std::map<std::string, Judgements>> read_judgements(const fs::path& path) {
  KINDLING_TRY(const std::string text, system_files().read(path, text_bytes_max));
  std::map<std::string, Judgements> judgements;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line_number == 1) continue;  // the first line names the columns
    const std::size_t first = line.find('\t');
    const std::size_t second = first == line.npos ? line.npos : line.find('\t', first + 1);
    const std::string grade(second == line.npos ? "" : line.substr(second + 1));
    if (grade.empty() || grade.find_first_not_of("-0123456789") != grade.npos || grade.size() > 6) {
      return Error{ErrorCode::malformed, path.string() + " line " + std::to_string(line_number),
                   "not a question, a document and a grade separated by tabs", ""};
    }
    judgements[std::string(line.substr(0, first))][std::string(line.substr(first + 1, second - first - 1))] =
        std::atoi(grade.c_str());
  }
  return judgements;
}

}  // namespace

Result<TestSet> read_test_set(const fs::path& folder, const fs::path& decoder,
                              const Cancellation& cancellation) {
  TestSet set;
  KINDLING_TRY(set.corpus, find_corpus(folder));
  KINDLING_TRY(const fs::path queries, find_file(folder, "queries.jsonl"));
  KINDLING_TRY(auto worker, Decoder::start({}, decoder));
  KINDLING_TRY(set.queries, read_queries(queries, *worker, cancellation));
  const fs::path judgements = folder / "qrels" / "test.tsv";
  if (system_files().info(judgements).ok()) {
    KINDLING_TRY(set.judgements, read_judgements(judgements));
    std::erase_if(set.queries, [&](const TestQuery& query) { return !set.judgements.contains(query.id); });
    if (set.queries.empty())
      return Error{ErrorCode::malformed, judgements.string(), "judges none of the questions", ""};
  }
  if (set.queries.empty()) return Error{ErrorCode::malformed, queries.string(), "holds no question", ""};
  return set;
}

std::string folded_answer(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace kindling
