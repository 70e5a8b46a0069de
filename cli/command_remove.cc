#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/json_views.h"
#include "cli/text_layout.h"
#include "index/writer.h"

namespace kindling {
namespace {

struct Removal {
  std::vector<KnownDocument> removed;
  std::vector<std::string> not_found;
};

// A source that holds many documents (a .jsonl file) is removed with all of them; a document that is a whole
// source, with what the index remembers of the file, so that indexing it again brings it back.
Status remove_one(const Snapshot& snapshot, Writer& writer, const std::string& word, Removal& removal) {
  const auto found = find_document(snapshot, word);
  if (!found && found.error().code != ErrorCode::not_found) return found.error();
  std::error_code failed;
  const std::string source = found ? std::string(snapshot.document(*found).uri)
                                   : std::filesystem::weakly_canonical(word, failed).string();
  KINDLING_TRY(const auto record, writer.source(source));
  if (record) {
    KINDLING_TRY(auto documents, writer.documents_of(source));
    removal.removed.insert(removal.removed.end(), documents.begin(), documents.end());
    return writer.remove_source(source);
  }
  if (!found) {
    removal.not_found.push_back(word);
    return {};
  }
  removal.removed.push_back({source, std::string(snapshot.document(*found).name), ""});
  return writer.remove_document(source);
}

void print_removal(Session& session, const Removal& removal, const Snapshot& after) {
  Console& console = session.console;
  if (!console.json()) {
    for (const KnownDocument& document : removal.removed)
      console.print_line("removed  " + console.tinted(Tint::name, shown_path(document.uri)));
    console.print_line(counted(after.statistics().documents, "document") + " left");
    return;
  }
  Json removed = Json::array();
  for (const KnownDocument& document : removal.removed) {
    removed.push(Json::object({{"document", document.name}, {"uri", document.uri}}));
  }
  Json not_found = Json::array();
  for (const std::string& word : removal.not_found) not_found.push(word);
  Json object = status_json(after);
  object.set("removed", std::move(removed));
  object.set("not_found", std::move(not_found));
  console.print_json(object);
}

}  // namespace

Result<ExitCode> command_remove(Session& session) {
  KINDLING_TRY(const auto before, open_snapshot(session));
  KINDLING_TRY(const auto writer, Writer::open(session.files, session.settings.index(), before->settings()));
  KINDLING_TRY(const auto current, open_snapshot(session));  // under the lock: nobody changes it any more
  Removal removal;
  for (const std::string& word : session.arguments.words()) {
    KINDLING_TRY_VOID(remove_one(*current, *writer, word, removal));
  }
  KINDLING_TRY_VOID(writer->commit(session.cancellation));
  for (bool merged = true; merged;) {
    KINDLING_TRY(merged, writer->merge(session.cancellation));
  }
  KINDLING_TRY(const auto after, open_snapshot(session));
  print_removal(session, removal, *after);
  for (const std::string& word : removal.not_found)
    session.note(word + ": not in the index; 'kindling documents' lists what is");
  if (removal.not_found.empty()) return ExitCode::ok;
  return removal.removed.empty() ? ExitCode::no_result : ExitCode::partial;
}

}  // namespace kindling
