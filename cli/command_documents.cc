#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

std::uint64_t tokens_of(const Snapshot& snapshot, const DocumentView& document) {
  std::uint64_t tokens = 0;
  for (std::uint32_t i = 0; i < document.chunk_count; ++i) {
    tokens += snapshot.chunk(ChunkIndex{position(document.first_chunk) + i}).tokens;
  }
  return tokens;
}

Json document_json(const Snapshot& snapshot, const DocumentView& document) {
  return Json::object(
      {{"document", document.name},
       {"uri", document.uri},
       {"title", document.title},
       {"format", document.format},
       {"language", to_string(document.language)},
       {"chunks", document.chunk_count},
       {"tokens", tokens_of(snapshot, document)},
       {"bytes", document.text.size()},
       {"modified", document.modified_ms == 0 ? Json() : Json(shown_time(document.modified_ms))}});
}

}  // namespace

Result<ExitCode> command_documents(Session& session) {
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  Console& console = session.console;
  Json documents = Json::array();
  for (std::uint32_t slot = 0; slot < snapshot->document_slots(); ++slot) {
    if (!snapshot->live(DocumentIndex{slot})) continue;
    KINDLING_TRY_VOID(session.cancellation.check());
    const DocumentView document = snapshot->document(DocumentIndex{slot});
    if (console.json()) {
      documents.push(document_json(*snapshot, document));
      continue;
    }
    console.print_line(
        console.tinted(Tint::faint, padded(document.name, 16)) + "  " + padded(document.format, 8) +
        padded_left(grouped(tokens_of(*snapshot, document)), 11) + " tokens  " +
        console.tinted(Tint::name, shown_path(document.uri)) +
        (document.title.empty() ? "" : "  " + console.tinted(Tint::none, on_one_line(document.title))));
  }
  if (console.json()) console.print_json(Json::object({{"documents", std::move(documents)}}));
  return ExitCode::ok;
}

}  // namespace kindling
