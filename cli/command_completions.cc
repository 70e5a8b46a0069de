#include "cli/commands.h"
#include "cli/completions.h"

namespace kindling {

Result<ExitCode> command_completions(Session& session) {
  const std::string& shell = session.arguments.words().front();
  const std::string script = completions(shell);
  if (session.console.json()) {
    session.console.print_json(Json::object({{"shell", shell}, {"script", script}}));
  } else {
    session.console.print(script);
  }
  return ExitCode::ok;
}

}  // namespace kindling
