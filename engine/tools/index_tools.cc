#include "engine/tools/index_tools.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/utf8.h"
#include "engine/retrieve/query.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/score.h"

namespace kindling {
namespace {

constexpr std::int64_t hits_max = 20;
constexpr std::int64_t hits_usual = 5;
constexpr std::size_t outline_lines_max = 100;
constexpr std::uint32_t beginning_tokens = 1'000;  // by the index's tokenizer
constexpr std::uint32_t span_bytes_max = 64u << 10;
constexpr std::size_t outline_lines_a_piece = 8;

// What all four know.
struct IndexView {
  const Snapshot& snapshot;
  const Encoder* encoder;
  SearchMode mode;
  const SentEvidence& sent;
  DocumentSet allowed;
};

Json text_parameter(std::string_view about) {
  return Json::object({{"type", "string"}, {"description", about}, {"minLength", 1}, {"maxLength", 2'000}});
}

Json count_parameter(std::string_view about, std::int64_t least, std::int64_t most) {
  return Json::object({{"type", "integer"}, {"description", about}, {"minimum", least}, {"maximum", most}});
}

Json object_schema(Json properties, std::initializer_list<std::string_view> required) {
  Json names = Json::array();
  for (const std::string_view name : required) names.push(name);
  return Json::object({{"type", "object"},
                       {"properties", std::move(properties)},
                       {"required", std::move(names)},
                       {"additionalProperties", false}});
}

constexpr std::string_view filter_about =
    "only documents for which this holds, for example: year >= 1900 and format = pdf";
constexpr std::string_view document_about =
    "its name as search gives it, or the number of a passage of it, such as [3]";

// "[3]" and "3"; absent: something else.
std::optional<std::uint32_t> passage_number(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Of documents that the user left out the model learns nothing, not even that they are there.
Result<DocumentIndex> find_in(const IndexView& view, std::string_view called) {
  const Error unknown{ErrorCode::not_found, "/document", "no document is called so",
                      "search, and use a name from there"};
  if (const auto found = view.snapshot.find(called)) {
    if (view.allowed.contains(*found)) return *found;
    return unknown;
  }
  const auto number = passage_number(called);
  const auto document = number ? view.sent.document_of(*number) : std::nullopt;
  if (document && view.allowed.contains(*document)) return *document;
  return unknown;
}

// The chunks that a span touches, as far as it does, the first the most valuable.
void add_chunks(const IndexView& view, const DocumentView& document, ByteSpan span, ToolOutput& output) {
  std::size_t rank = 0;
  for (std::uint32_t i = 0; i < document.chunk_count; ++i) {
    const ChunkView chunk = view.snapshot.chunk(ChunkIndex{position(document.first_chunk) + i});
    if (!chunk.span.overlaps(span)) continue;
    const ByteSpan part{std::max(chunk.span.begin, span.begin), std::min(chunk.span.end, span.end)};
    output.pieces.push_back({DocumentRun{chunk.section, part}, "", value_of_rank(rank++)});
  }
}

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

class SearchTool final : public Tool {
 public:
  explicit SearchTool(std::shared_ptr<const IndexView> view) : view_(std::move(view)) {
    spec_ = {
        "search",
        "Finds more passages of the collection. They are numbered on from those given and cited the same way. "
        "Use it when the passages given are not enough.",
        object_schema(Json::object({{"query", text_parameter("words or a question")},
                                    {"k", count_parameter("how many; 5 unless given", 1, hits_max)},
                                    {"filter", text_parameter(filter_about)}}),
                      {"query"})};
  }

  [[nodiscard]] const ToolSpec& spec() const override { return spec_; }

  Result<ToolOutput> run(const Json& arguments, double, const Cancellation& cancellation) override {
    Question question{std::string(arguments["query"].as_string()), view_->mode, {}};
    if (arguments.has("filter")) {
      KINDLING_TRY(question.filter, Filter::parse(arguments["filter"].as_string()).within("/filter"));
    }
    const Snapshot& snapshot = view_->snapshot;
    KINDLING_TRY(Query query, make_query(snapshot, view_->encoder, question, cancellation));
    query.allowed.intersect(view_->allowed);
    const auto k = static_cast<std::size_t>(arguments["k"].as_integer(hits_usual));
    const Candidates candidates = retrieve(snapshot, query, search_depth(k));
    const Scores scores = score(snapshot, query, candidates, question.mode);
    ToolOutput output;
    for (const RankedChunk& ranked : rank_chunks(snapshot, scores, k)) {
      const ChunkView chunk = snapshot.chunk(ranked.chunk);
      output.pieces.push_back(
          {DocumentRun{chunk.section, chunk.span}, "", value_of_rank(output.pieces.size())});
    }
    output.summary =
        output.pieces.empty() ? "nothing was found" : counted(output.pieces.size(), "place") + ", best first";
    return output;
  }

 private:
  std::shared_ptr<const IndexView> view_;
  ToolSpec spec_;
};

class OpenTool final : public Tool {
 public:
  explicit OpenTool(std::shared_ptr<const IndexView> view) : view_(std::move(view)) {
    spec_ = {"open",
             "Shows the headings of a document, with the bytes that each section takes, and the document's "
             "beginning.",
             object_schema(Json::object({{"document", text_parameter(document_about)}}), {"document"})};
  }

  [[nodiscard]] const ToolSpec& spec() const override { return spec_; }

  Result<ToolOutput> run(const Json& arguments, double, const Cancellation&) override {
    KINDLING_TRY(const DocumentIndex index, find_in(*view_, arguments["document"].as_string()));
    const DocumentView document = view_->snapshot.document(index);
    ToolOutput output;
    output.summary =
        counted(document.section_count, "section") + ", " + counted(document.text.size(), "byte") + " of text";
    add_outline(document, output);
    add_chunks(*view_, document, {0, beginning_end(document)}, output);
    return output;
  }

 private:
  void add_outline(const DocumentView& document, ToolOutput& output) const {
    const auto lines = std::min<std::uint32_t>(document.section_count, outline_lines_max);
    for (std::uint32_t i = 0; i < lines; ++i) {
      if (i % outline_lines_a_piece == 0)
        output.pieces.push_back({{}, "", value_of_rank(i / outline_lines_a_piece)});
      const SectionView section = view_->snapshot.section(SectionIndex{position(document.first_section) + i});
      std::string line =
          "bytes " + std::to_string(section.span.begin) + " to " + std::to_string(section.span.end) + ": ";
      for (std::size_t p = 0; p < section.heading_path.size(); ++p) {
        line += p == 0 ? "" : " > ";
        line += section.heading_path[p];
      }
      std::replace(line.begin(), line.end(), '\n', ' ');
      output.pieces.back().text += line + "\n";
    }
    if (lines < document.section_count)
      output.summary += ", of which the first " + std::to_string(lines) + " are listed";
  }

  std::uint32_t beginning_end(const DocumentView& document) const {
    std::uint32_t tokens = 0;
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < document.chunk_count && tokens < beginning_tokens; ++i) {
      const ChunkView chunk = view_->snapshot.chunk(ChunkIndex{position(document.first_chunk) + i});
      tokens += chunk.tokens;
      end = chunk.span.end;
    }
    return end;
  }

  std::shared_ptr<const IndexView> view_;
  ToolSpec spec_;
};

class ReadSpanTool final : public Tool {
 public:
  explicit ReadSpanTool(std::shared_ptr<const IndexView> view) : view_(std::move(view)) {
    constexpr std::int64_t offset_max = 0xffffffff;
    spec_ = {"read_span", "Reads bytes of a document's text as passages: what stands around or between others.",
             object_schema(Json::object({{"document", text_parameter(document_about)},
                                         {"begin", count_parameter("first byte", 0, offset_max)},
                                         {"end", count_parameter("behind the last byte", 1, offset_max)}}),
                           {"document", "begin", "end"})};
  }

  [[nodiscard]] const ToolSpec& spec() const override { return spec_; }

  Result<ToolOutput> run(const Json& arguments, double, const Cancellation&) override {
    KINDLING_TRY(const DocumentIndex index, find_in(*view_, arguments["document"].as_string()));
    const DocumentView document = view_->snapshot.document(index);
    const std::int64_t begin = arguments["begin"].as_integer();
    const auto size = static_cast<std::int64_t>(document.text.size());
    const std::int64_t end = std::min({arguments["end"].as_integer(), size, begin + span_bytes_max});
    if (begin >= end) {
      return Error{ErrorCode::usage, "/begin",
                   "the document has " + counted(document.text.size(), "byte") + " of text",
                   "choose begin below end and below that"};
    }
    const auto boundary = [&](std::int64_t at) {
      return static_cast<std::uint32_t>(floor_code_point(document.text, static_cast<std::size_t>(at)));
    };
    const ByteSpan span{boundary(begin), boundary(end)};
    ToolOutput output;
    add_chunks(*view_, document, span, output);
    output.summary = "bytes " + std::to_string(span.begin) + " to " + std::to_string(span.end) + " of " +
                     std::to_string(size);
    return output;
  }

 private:
  std::shared_ptr<const IndexView> view_;
  ToolSpec spec_;
};

class CountTool final : public Tool {
 public:
  explicit CountTool(std::shared_ptr<const IndexView> view) : view_(std::move(view)) {
    spec_ = {
        "count",
        "Counts documents of the collection: all of them, those that a filter keeps, or those that hold all "
        "words of a query in one place.",
        object_schema(Json::object({{"query", text_parameter("words that must all stand in one place")},
                                    {"filter", text_parameter(filter_about)}}),
                      {})};
  }

  [[nodiscard]] const ToolSpec& spec() const override { return spec_; }

  Result<ToolOutput> run(const Json& arguments, double, const Cancellation& cancellation) override {
    DocumentSet wanted = view_->allowed;
    if (arguments.has("filter")) {
      KINDLING_TRY(const Filter filter, Filter::parse(arguments["filter"].as_string()).within("/filter"));
      KINDLING_TRY(const DocumentSet kept, view_->snapshot.matching(filter).within("/filter"));
      wanted.intersect(kept);
    }
    ToolOutput output;
    if (!arguments.has("query")) {
      output.summary = counted(wanted.count(), "document");
      return output;
    }
    const Question question{std::string(arguments["query"].as_string()), SearchMode::keyword, {}};
    KINDLING_TRY(const Query query, make_query(view_->snapshot, nullptr, question, cancellation));
    if (query.terms.empty())
      return Error{ErrorCode::usage, "/query", "holds no word that can be looked for", "name some words"};
    output.summary = said(query, wanted);
    return output;
  }

 private:
  [[nodiscard]] std::string said(const Query& query, const DocumentSet& wanted) const {
    constexpr float all_words = .999f;  // of the share of idf
    DocumentSet whole(wanted.slots()), part(wanted.slots());
    std::size_t places = 0;
    for (const ChunkMatch& match : view_->snapshot.lexical(query.terms).chunks) {
      const DocumentIndex document = view_->snapshot.document_of(match.chunk);
      if (!wanted.contains(document)) continue;
      part.insert(document);
      if (match.coverage < all_words) continue;
      whole.insert(document);
      ++places;
    }
    return counted(whole.count(), "document") + " with all the words in one place (" +
           counted(places, "such place") + "), " + counted(part.count(), "document") + " with some of them";
  }

  std::shared_ptr<const IndexView> view_;
  ToolSpec spec_;
};

}  // namespace

Result<Tools> make_index_tools(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                               const SentEvidence& sent) {
  auto view = std::make_shared<IndexView>(IndexView{snapshot, encoder, question.mode, sent, {}});
  if (question.filter) {
    KINDLING_TRY(view->allowed, snapshot.matching(*question.filter));
  } else {
    view->allowed = snapshot.live_documents();
  }
  Tools tools;
  tools.push_back(std::make_unique<SearchTool>(view));
  tools.push_back(std::make_unique<OpenTool>(view));
  tools.push_back(std::make_unique<ReadSpanTool>(view));
  tools.push_back(std::make_unique<CountTool>(view));
  return tools;
}

}  // namespace kindling
