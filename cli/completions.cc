#include "cli/completions.h"

#include <span>
#include <vector>

#include "base/check.h"
#include "cli/flags.h"

namespace kindling {
namespace {

std::vector<const Flag*> flags_of(const Verb& verb) {
  std::vector<const Flag*> all;
  for (const std::string_view name : verb.flags) all.push_back(&flag_named(name));
  for (const std::string_view name : common_flags()) all.push_back(&flag_named(name));
  return all;
}

std::string long_spelling(const Flag& flag) {
  return flag.name.size() == 1 ? "-" + std::string(flag.name) : "--" + std::string(flag.name);
}

std::string joined(std::span<const std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : " ") + std::string(word);
  return all;
}

std::string verb_names() {
  std::string all;
  for (const Verb& verb : verbs()) all += (all.empty() ? "" : " ") + std::string(verb.name);
  return all;
}

// Single-quoted for a shell.
std::string quoted(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string{c};
  return safe + "'";
}

std::string bash_value_cases() {
  std::string cases;
  for (const Flag& flag : flags()) {
    if (flag.kind == FlagKind::toggle) continue;
    std::string pattern = long_spelling(flag);
    if (flag.letter != 0 && flag.name.size() > 1) pattern += std::string("|-") + flag.letter;
    std::string action = "COMPREPLY=()";
    if (!flag.choices.empty())
      action = "COMPREPLY=($(compgen -W " + quoted(joined(flag.choices)) + " -- \"$word\"))";
    if (flag.completes == Completes::folder) action = "COMPREPLY=($(compgen -d -- \"$word\"))";
    if (flag.completes == Completes::file) action = "COMPREPLY=($(compgen -f -- \"$word\"))";
    cases += "    " + pattern + ") " + action + "; return ;;\n";
  }
  return cases;
}

std::string bash_verb_cases() {
  std::string cases;
  for (const Verb& verb : verbs()) {
    std::string words;
    for (const Flag* flag : flags_of(verb)) words += (words.empty() ? "" : " ") + long_spelling(*flag);
    std::string values;
    for (const Argument& argument : verb.arguments) values += joined(argument.choices);
    if (verb.name == "help") values = verb_names();
    const bool files = !verb.arguments.empty() && verb.arguments.back().completes != Completes::nothing;
    cases += "    " + std::string(verb.name) + ") flags=" + quoted(words) + " values=" + quoted(values) +
             " files=" + (files ? "yes" : "") + " ;;\n";
  }
  return cases;
}

std::string bash_script() {
  return "# bash completion for kindling; made by 'kindling completions bash'\n"
         "_kindling() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags= values= files=\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    COMPREPLY=($(compgen -W " +
         quoted(verb_names() + " --help --version") +
         " -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case $before in\n" +
         bash_value_cases() +
         "  esac\n"
         "  case ${COMP_WORDS[1]} in\n" +
         bash_verb_cases() +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
         "  elif [[ $files ]]; then\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _kindling kindling\n";
}

// Brackets and colons mean something to _arguments.
std::string zsh_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':') safe.push_back('\\');
    safe.push_back(c);
  }
  return safe;
}

std::string zsh_action(std::span<const std::string_view> choices, Completes completes) {
  if (!choices.empty()) return "(" + joined(choices) + ")";
  if (completes == Completes::folder) return "_files -/";
  if (completes == Completes::nothing) return "";
  return "_files";
}

std::string zsh_script() {
  std::string text =
      "#compdef kindling\n# zsh completion for kindling; made by 'kindling completions zsh'\n_kindling() {\n"
      "  local -a commands=(\n";
  for (const Verb& verb : verbs())
    text += "    " + quoted(std::string(verb.name) + ":" + std::string(verb.summary)) + "\n";
  text +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n  local "
      "verb=$words[2]\n"
      "  shift words\n  ((CURRENT--))\n  case $verb in\n";
  for (const Verb& verb : verbs()) {
    text += "    " + std::string(verb.name) + ") _arguments";
    for (const Flag* flag : flags_of(verb)) {
      const bool value = flag->kind != FlagKind::toggle;
      const std::string about =
          "[" + zsh_text(flag->about) + "]" +
          (value ? ":" + zsh_text(flag->value) + ":" + zsh_action(flag->choices, flag->completes) : "");
      const std::string many = flag->kind == FlagKind::list ? "*" : "";
      text += " \\\n      " + quoted(many + long_spelling(*flag) + about);
      if (flag->letter != 0 && flag->name.size() > 1)
        text += " \\\n      " + quoted(std::string{'-', flag->letter} + about);
    }
    for (const Argument& argument : verb.arguments) {
      const std::string action =
          verb.name == "help" ? "(" + verb_names() + ")" : zsh_action(argument.choices, argument.completes);
      text += " \\\n      " + quoted((argument.many ? "*:" : ":") + zsh_text(argument.name) + ":" + action);
    }
    text += " ;;\n";
  }
  return text + "  esac\n}\n_kindling \"$@\"\n";
}

std::string fish_script() {
  std::string text =
      "# fish completion for kindling; made by 'kindling completions fish'\ncomplete -c kindling -f\n";
  for (const Verb& verb : verbs()) {
    const std::string name(verb.name);
    text += "complete -c kindling -n __fish_use_subcommand -a " + name + " -d " + quoted(verb.summary) + "\n";
    const std::string when = "complete -c kindling -n " + quoted("__fish_seen_subcommand_from " + name);
    for (const Flag* flag : flags_of(verb)) {
      text += when;
      if (flag->letter != 0) text += std::string(" -s ") + flag->letter;
      if (flag->name.size() > 1) text += " -l " + std::string(flag->name);
      if (flag->kind != FlagKind::toggle) text += " -r";
      if (!flag->choices.empty()) text += " -a " + quoted(joined(flag->choices));
      if (flag->completes != Completes::nothing) text += " -F";
      text += " -d " + quoted(flag->about) + "\n";
    }
    for (const Argument& argument : verb.arguments) {
      if (argument.completes != Completes::nothing) text += when + " -F\n";
      if (!argument.choices.empty()) text += when + " -a " + quoted(joined(argument.choices)) + "\n";
    }
    if (verb.name == "help") text += when + " -a " + quoted(verb_names()) + "\n";
  }
  return text;
}

}  // namespace

std::string completions(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  KINDLING_CHECK(shell == "fish");
  return fish_script();
}

}  // namespace kindling
