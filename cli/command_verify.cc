#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/text_layout.h"
#include "index/verify.h"

namespace kindling {

Result<ExitCode> command_verify(Session& session) {
  KINDLING_TRY(const auto problems,
               verify_index(session.files, session.settings.index(), session.cancellation));
  Console& console = session.console;
  if (console.json()) {
    Json array = Json::array();
    for (const Problem& problem : problems) {
      array.push(
          Json::object({{"file", problem.file}, {"place", problem.place}, {"message", problem.message}}));
    }
    console.print_json(Json::object({{"ok", problems.empty()}, {"problems", std::move(array)}}));
  } else if (problems.empty()) {
    console.print_line(console.tinted(Tint::good, "ok") + "  every checksum and cross-reference holds");
  } else {
    for (const Problem& problem : problems) {
      console.print_line(console.tinted(Tint::bad, "bad") + "  " + console.tinted(Tint::name, problem.file) +
                         ": " + (problem.place.empty() ? "" : harmless(problem.place) + ": ") +
                         harmless(problem.message));
    }
  }
  if (problems.empty()) return ExitCode::ok;
  session.note(shown_path(session.settings.index().string()) + ": " + counted(problems.size(), "problem") +
               "; delete the folder and index the documents again");
  return ExitCode::no_result;
}

}  // namespace kindling
