// The commands, one file each: glue from flags to a room, and from what it returns to words or JSON.
//
// A command prints what it found and returns the exit code, or an error that is reported in the one way for
// all.
#pragma once

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace kindling {

using Command = Result<ExitCode> (*)(Session& session);

Result<ExitCode> command_index(Session& session);
Result<ExitCode> command_documents(Session& session);
Result<ExitCode> command_show(Session& session);
Result<ExitCode> command_remove(Session& session);
Result<ExitCode> command_search(Session& session);
Result<ExitCode> command_pack(Session& session);
Result<ExitCode> command_ask(Session& session);
Result<ExitCode> command_chat(Session& session);
Result<ExitCode> command_replay(Session& session);
Result<ExitCode> command_tokens(Session& session);
Result<ExitCode> command_embed(Session& session);
Result<ExitCode> command_eval(Session& session);
Result<ExitCode> command_bench(Session& session);
Result<ExitCode> command_ab(Session& session);
Result<ExitCode> command_status(Session& session);
Result<ExitCode> command_verify(Session& session);
Result<ExitCode> command_compact(Session& session);
Result<ExitCode> command_snapshot(Session& session);
Result<ExitCode> command_reencode(Session& session);
Result<ExitCode> command_models(Session& session);
Result<ExitCode> command_config(Session& session);
Result<ExitCode> command_doctor(Session& session);
Result<ExitCode> command_completions(Session& session);
Result<ExitCode> command_help(Session& session);

// Null when there is none; every verb of the table has one.
[[nodiscard]] Command find_command(std::string_view verb);

}  // namespace kindling
