#include "cli/run.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/help.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/version.h"

namespace kindling {
namespace {

// Before the words are understood: an error in them should be answered in the form that they ask for.
bool asks_for_json(std::span<const std::string> words) {
  const auto flags_end = std::ranges::find(words, "--");
  return std::find(words.begin(), flags_end, "--json") != flags_end;
}

// A verb to put into the line of an error in the words.
std::string verb_named_by(std::span<const std::string> words) {
  const Verb* verb = words.empty() ? nullptr : find_verb(words.front());
  return verb == nullptr ? "usage" : std::string(verb->name);
}

ExitCode fail(Console& console, std::string_view verb, const Error& error) {
  console.report(verb, error);
  if (const auto signalled = exit_code_of_signal(); signalled && error.code == ErrorCode::cancelled)
    return *signalled;
  return exit_code(error.code);
}

ExitCode run_verb(const Arguments& arguments, const Cancellation& cancellation) {
  const std::string_view verb = arguments.verb()->name;
  const bool json = arguments.toggle("json");
  const bool stream = find_flag(*arguments.verb(), "stream") != nullptr && arguments.toggle("stream");
  Console plain(json, stream, "auto");
  if (arguments.toggle("help")) {
    plain.print(verb_help(*arguments.verb()));
    return ExitCode::ok;
  }
  if (stream && !json)
    return fail(plain, verb, {ErrorCode::usage, "--stream", "only with --json", "add --json"});
  const auto settings = Settings::load(arguments);
  if (!settings) return fail(plain, verb, settings.error());
  if (arguments.toggle("verbose")) set_log_level(LogLevel::info);

  Console console(json, stream, settings->text("color").value_or("auto"));
  Session session{arguments, *settings, console, cancellation, system_files()};
  const auto code = find_command(verb)(session);
  if (!code) return fail(console, verb, code.error());
  if (const auto written = console.flush(); !written) return fail(console, verb, written.error());
  return *code;
}

}  // namespace

ExitCode run(std::span<const std::string> words, const Cancellation& cancellation) {
  Console console(asks_for_json(words), false, "auto");
  const auto arguments = Arguments::parse(words);
  if (!arguments) return fail(console, verb_named_by(words), arguments.error());
  if (arguments->version()) {
    console.print_line("kindling " + std::string(version));
    return ExitCode::ok;
  }
  if (arguments->verb() == nullptr) {
    console.note("usage", "a command is missing; see 'kindling help'");
    return ExitCode::usage;
  }
  return run_verb(*arguments, cancellation);
}

}  // namespace kindling
