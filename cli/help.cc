#include "cli/help.h"

#include <vector>

#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::size_t help_width = 100;

std::string indented(std::string_view text, std::size_t indent) {
  std::string lines;
  for (const std::string& line : wrapped(text, help_width - indent))
    lines += std::string(indent, ' ') + line + "\n";
  return lines;
}

// "  NAME   about", the about wrapped in its own column.
std::string entry(std::string_view name, std::string_view about, std::size_t name_width) {
  const std::size_t indent = name_width + 4;
  std::string text = "  " + padded(name, name_width) + "  ";
  bool first = true;
  for (const std::string& line : wrapped(about, help_width - indent)) {
    text += (first ? "" : std::string(indent, ' ')) + line + "\n";
    first = false;
  }
  return text;
}

std::string flag_entries(std::span<const std::string_view> names) {
  constexpr std::size_t name_width = 24;
  std::string text;
  for (const std::string_view name : names)
    text += entry(flag_spelling(flag_named(name)), flag_named(name).about, name_width);
  return text;
}

std::string paragraphs(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    all += "\n" + indented(text.substr(0, end), 0);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return all;
}

}  // namespace

std::string flag_spelling(const Flag& flag) {
  const bool short_only = flag.name.size() == 1;
  std::string text = flag.letter != 0 ? std::string{'-', flag.letter} : std::string("   ");
  if (!short_only) text += (flag.letter != 0 ? ", --" : " --") + std::string(flag.name);
  if (!flag.value.empty()) text += " " + std::string(flag.value);
  return text;
}

std::string usage_line(const Verb& verb) {
  std::string line = "kindling " + std::string(verb.name);
  for (const Argument& argument : verb.arguments) {
    const std::string name = std::string(argument.name) + (argument.many ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  return line + " [flags]";
}

std::string overall_help() {
  std::string text =
      "kindling finds, packs and cites: hybrid search over your documents, evidence packed into a model's "
      "window,\nanswers whose every quotation is checked.\n\nusage: kindling COMMAND [arguments] [flags]\n";
  std::string_view group;
  for (const Verb& verb : verbs()) {
    if (verb.group != group) text += "\n" + std::string(verb.group) + "\n";
    group = verb.group;
    text += entry(verb.name, verb.summary, 12);
  }
  text += "\nEvery command\n" + flag_entries(common_flags());
  text +=
      "\nThe index is --index, else $KINDLING_INDEX, else the nearest .kindling/ upwards, else the default "
      "one.\n"
      "'kindling help COMMAND' explains a command, 'kindling help --man' prints the manual page.\n";
  return text;
}

std::string verb_help(const Verb& verb) {
  std::string text = "kindling " + std::string(verb.name) + ": " + std::string(verb.summary) +
                     "\n\nusage: " + usage_line(verb) + "\n";
  text += paragraphs(verb.details);
  if (!verb.arguments.empty()) text += "\nArguments\n";
  for (const Argument& argument : verb.arguments) text += entry(argument.name, argument.about, 12);
  if (!verb.flags.empty()) text += "\nFlags\n" + flag_entries(verb.flags);
  text += "\nEvery command\n" + flag_entries(common_flags());
  if (!verb.examples.empty()) text += "\nExamples\n";
  for (const Example& example : verb.examples) {
    text += "  " + std::string(example.command) + "\n      " + std::string(example.about) + "\n";
  }
  return text;
}

}  // namespace kindling
