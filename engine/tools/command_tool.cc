#include "engine/tools/command_tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/env.h"
#include "base/process.h"
#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::chrono::milliseconds patience{20};  // between two looks at the user's wish to stop
constexpr std::size_t piece_bytes = 512;           // at least, so that a result is cut in lines, not in crumbs

struct Printed {
  std::string text;
  bool too_much = false;
  bool too_slow = false;
  std::string ending;  // as ChildProcess::end says it
};

Result<Printed> run_program(const CommandSpec& command, const std::string& input, double seconds,
                            const Cancellation& cancellation) {
  const Stopwatch watch;
  KINDLING_TRY(
      const auto child,
      ChildProcess::start(command.command.front(), {command.command.begin() + 1, command.command.end()},
                          {.speaks_on_stdout = true, .variables = {"PATH", "HOME", "TZ", "TMPDIR"}}));
  Printed printed;
  std::string_view rest = input;
  for (bool told = false;;) {
    KINDLING_TRY_VOID(cancellation.check());
    if (rest.empty() && !told) {
      child->finish_input();
      told = true;
    }
    KINDLING_TRY(const auto event, child->exchange(rest, printed.text, patience));
    if (event == ChildProcess::Event::closed) break;
    printed.too_much = printed.text.size() > command.output_bytes_max;
    printed.too_slow = watch.seconds() >= seconds;
    if (printed.too_much || printed.too_slow) break;
  }
  printed.ending = child->end();
  return printed;
}

// Lines, as many as make a piece; the first ones are the most valuable, since that is how people print.
std::vector<ToolPiece> pieces_of(std::string_view text) {
  std::vector<ToolPiece> pieces;
  while (!text.empty()) {
    const std::size_t line = text.size() <= piece_bytes ? text.npos : text.find('\n', piece_bytes - 1);
    std::size_t end = line == text.npos ? text.size() : line + 1;
    if (end > 2 * piece_bytes) end = floor_code_point(text, 2 * piece_bytes);
    pieces.push_back({{}, std::string(text.substr(0, end)), value_of_rank(pieces.size())});
    text.remove_prefix(end);
  }
  return pieces;
}

class CommandTool final : public Tool {
 public:
  explicit CommandTool(CommandSpec command) : command_(std::move(command)) {}

  [[nodiscard]] const ToolSpec& spec() const override { return command_.spec; }

  Result<ToolOutput> run(const Json& arguments, double seconds, const Cancellation& cancellation) override {
    const double allowed = std::min(seconds, command_.seconds_max);
    KINDLING_TRY(Printed printed, run_program(command_, to_string(arguments) + "\n", allowed, cancellation));
    ToolOutput output;
    if (printed.too_much) printed.text.resize(floor_code_point(printed.text, command_.output_bytes_max));
    if (!is_valid_utf8(printed.text) || printed.text.find('\0') != std::string::npos) {
      output.failure = "it printed bytes that are not text";
      return output;
    }
    output.pieces = pieces_of(printed.text);
    if (printed.too_slow) {
      output.failure = fmt::format("it was stopped after {:.3g} s", allowed);
    } else if (printed.too_much) {
      output.summary =
          fmt::format("stopped after {} bytes, which is all that is taken", command_.output_bytes_max);
    } else if (printed.ending != "exit status 0") {
      output.failure = "it ended with " + printed.ending;
    } else {
      output.summary = printed.text.empty() ? "it printed nothing" : "what it printed";
    }
    return output;
  }

 private:
  CommandSpec command_;
};

}  // namespace

std::unique_ptr<Tool> make_command_tool(CommandSpec command) {
  return std::make_unique<CommandTool>(std::move(command));
}

}  // namespace kindling
