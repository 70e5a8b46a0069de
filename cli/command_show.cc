#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/text_layout.h"
#include "formats/text.h"

namespace kindling {
namespace {

Json chunk_json(const Snapshot& snapshot, const Text& text, const ChunkView& chunk) {
  Json path = Json::array();
  for (const std::string_view heading : snapshot.section(chunk.section).heading_path) path.push(heading);
  const bool mapped = !text.sources.empty();
  return Json::object({{"span", to_json(mapped ? source_span(text, chunk.span) : chunk.span)},
                       {"span_in_source", mapped},
                       {"text_span", to_json(chunk.span)},
                       {"page", page_json(chunk.page)},
                       {"heading_path", std::move(path)},
                       {"token_count", chunk.tokens},
                       {"text", chunk.text}});
}

Result<Json> document_json(const Snapshot& snapshot, const DocumentView& document, const Text& text) {
  Json chunks = Json::array();
  for (std::uint32_t i = 0; i < document.chunk_count; ++i) {
    chunks.push(chunk_json(snapshot, text, snapshot.chunk(ChunkIndex{position(document.first_chunk) + i})));
  }
  Json warnings = Json::array();
  for (const std::string& warning : text.warnings) warnings.push(warning);
  KINDLING_TRY(Json metadata, snapshot.metadata_of(document.index));
  return Json::object(
      {{"document", document.name},
       {"uri", document.uri},
       {"title", document.title},
       {"format", document.format},
       {"language", to_string(document.language)},
       {"modified", document.modified_ms == 0 ? Json() : Json(shown_time(document.modified_ms))},
       {"metadata", std::move(metadata)},
       {"text", document.text},
       {"chunks", std::move(chunks)},
       {"warnings", std::move(warnings)}});
}

}  // namespace

Result<ExitCode> command_show(Session& session) {
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  const auto found = find_document(*snapshot, session.arguments.words().front());
  if (!found && found.error().code == ErrorCode::not_found) {
    session.console.report(session.verb(), found.error());
    return ExitCode::no_result;
  }
  if (!found) return found.error();
  const DocumentView document = snapshot->document(*found);
  KINDLING_TRY(const Text text, snapshot->structure_of(*found));
  if (session.console.json()) {
    KINDLING_TRY(const Json object, document_json(*snapshot, document, text));
    session.console.print_json(object);
    return ExitCode::ok;
  }
  session.console.print(harmless(document.text));
  if (!document.text.ends_with('\n')) session.console.print_line();
  for (const std::string& warning : text.warnings) session.note("warning: " + warning);
  return ExitCode::ok;
}

}  // namespace kindling
