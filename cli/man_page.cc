#include "cli/man_page.h"

#include <span>
#include <string_view>
#include <utility>

#include "cli/flags.h"
#include "cli/help.h"
#include "cli/version.h"

namespace kindling {
namespace {

// Text as roff prints it: a backslash, a dash that must stay one, and a dot or quote where a macro would begin.
std::string escaped(std::string_view text) {
  std::string safe;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) safe += "\\&";
    line_begins = c == '\n';
    switch (c) {
      case '\\':
        safe += "\\e";
        break;
      case '-':
        safe += "\\-";
        break;
      default:
        safe.push_back(c);
    }
  }
  return safe;
}

std::string tagged(std::string_view tag, std::string_view about) {
  return ".TP\n.B " + escaped(tag) + "\n" + escaped(about) + "\n";
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  return text;
}

std::string paragraphs(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    all += ".PP\n" + escaped(text.substr(0, end)) + "\n";
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return all;
}

std::string flag_entries(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names)
    text += tagged(trimmed(flag_spelling(flag_named(name))), flag_named(name).about);
  return text;
}

constexpr std::pair<std::string_view, std::string_view> exit_codes[] = {
    {"0", "done"},
    {"1", "no result, or a check failed"},
    {"2", "a command line that cannot be carried out as given"},
    {"3", "configuration or authentication"},
    {"4", "the index is missing, corrupt, locked or of another make, or its disk fails"},
    {"5", "the endpoint refused or is unreachable"},
    {"6", "partial success: some inputs could not be used"},
    {"7", "a token budget that cannot hold the question and one piece of evidence"},
    {"130, 143", "ended by SIGINT, SIGTERM"},
};

constexpr std::pair<std::string_view, std::string_view> variables[] = {
    {"KINDLING_INDEX", "the index folder"},
    {"KINDLING_MODELS", "the folder with embedding models"},
    {"KINDLING_MODEL, KINDLING_ENCODER, KINDLING_BASE_URL, KINDLING_KEY_ENV, KINDLING_THREADS, KINDLING_COLOR, "
     "KINDLING_BUDGET, KINDLING_RESERVE, KINDLING_MODE, KINDLING_K, KINDLING_ENCODER_PRECISION, "
     "KINDLING_ENCODER_KEY_ENV",
     "settings, as the flags of the same names"},
    {"KINDLING_SIMD", "vector instructions to use: scalar, sse4, avx2, avx2-vnni, avx512, amx or neon"},
    {"KINDLING_LOG", "what to say on stderr: error, warning, info or debug"},
    {"NO_COLOR", "no colours"},
};

}  // namespace

std::string man_page() {
  std::string page = ".TH KINDLING 1 \"\" \"kindling " + std::string(version) + "\" \"User Commands\"\n";
  page += ".SH NAME\nkindling \\- hybrid search, packed evidence and cited answers over your documents\n";
  page += ".SH SYNOPSIS\n.B kindling\n.I COMMAND\n[arguments] [flags]\n.SH COMMANDS\n";
  for (const Verb& verb : verbs()) {
    page +=
        ".SS " + escaped(usage_line(verb)) + "\n" + escaped(verb.summary) + ".\n" + paragraphs(verb.details);
    for (const Argument& argument : verb.arguments) page += tagged(argument.name, argument.about);
    page += flag_entries(verb.flags);
    for (const Example& example : verb.examples) {
      page += ".PP\n" + escaped(example.about) + ":\n.EX\n" + escaped(example.command) + "\n.EE\n";
    }
  }
  page += ".SH FLAGS OF EVERY COMMAND\n" + flag_entries(common_flags());
  page += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes) page += tagged(code, meaning);
  page += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] : variables) page += tagged(name, meaning);
  page += ".SH FILES\n" + tagged("kindling.toml", "settings of a project, in its folder or above it");
  page += tagged("$XDG_CONFIG_HOME/kindling/config.toml", "settings of a user");
  page += tagged("$XDG_CONFIG_HOME/kindling/profiles/*.toml", "model profiles of a user");
  page += tagged("$XDG_DATA_HOME/kindling/default", "the index when no other is named or near");
  return page;
}

}  // namespace kindling
