#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/text_layout.h"
#include "index/named_snapshots.h"
#include "index/timestamps.h"
#include "index/writer.h"

namespace kindling {
namespace {

Result<ExitCode> list_snapshots(Session& session) {
  KINDLING_TRY(const auto all, named_snapshots(session.files, session.settings.index()));
  Console& console = session.console;
  if (console.json()) {
    Json list = Json::array();
    for (const NamedSnapshot& one : all) {
      list.push(Json::object({{"name", one.name},
                              {"commit", one.commits},
                              {"created", to_minute(one.created_ms)},
                              {"documents", one.documents},
                              {"bytes", one.bytes},
                              {"bytes_held", one.bytes_held}}));
    }
    console.print_json(Json::object({{"snapshots", std::move(list)}}));
    return ExitCode::ok;
  }
  for (const NamedSnapshot& one : all) {
    console.print_line(console.tinted(Tint::strong, one.name) + "  " + to_minute(one.created_ms) + "  commit " +
                       grouped(one.commits) + ", " + counted(one.documents, "document") + ", " +
                       shown_bytes(one.bytes_held) + " of " + shown_bytes(one.bytes) + " for it alone");
  }
  if (all.empty()) session.note("there is none; 'kindling snapshot create NAME' makes one");
  return ExitCode::ok;
}

Result<ExitCode> change_snapshots(Session& session, const std::string& action, const std::string& name) {
  KINDLING_TRY_VOID(check_snapshot_name(name));
  IndexSettings settings;
  {
    KINDLING_TRY(const auto current, open_snapshot(session));
    settings = current->settings();
  }
  KINDLING_TRY(const auto writer, Writer::open(session.files, session.settings.index(), settings));
  const bool creates = action == "create";
  KINDLING_TRY_VOID(creates ? writer->keep_snapshot(name) : writer->drop_snapshot(name));
  if (session.console.json()) {
    session.console.print_json(Json::object({{"name", name}, {creates ? "created" : "dropped", true}}));
  } else {
    session.console.print_line(creates ? name + " is kept: search it with --at " + name : name + " is dropped");
  }
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> command_snapshot(Session& session) {
  const auto& words = session.arguments.words();
  const std::string& action = words.front();
  if (action == "list") {
    if (words.size() == 1) return list_snapshots(session);
    return Error{ErrorCode::usage, "snapshot list", "takes no name", "leave it out"};
  }
  if (words.size() < 2) {
    return Error{ErrorCode::usage, "snapshot " + action, "which snapshot?",
                 "write for example: kindling snapshot " + action + " before-merge"};
  }
  return change_snapshots(session, action, words[1]);
}

}  // namespace kindling
