// The one table of verbs, arguments and flags. The parser (cli/arguments.h), `help`, the man page and the shell
// completions (cli/help.h, cli/man_page.h, cli/completions.h) are all made from it, so that none can say what
// another does not do.
//
// Constant data with static storage; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kindling {

enum class FlagKind : std::uint8_t {
  toggle,  // takes no value
  text,
  count,   // a whole number >= 0
  number,  // a decimal number >= 0
  list,    // text; may be given several times
};

// What a shell can complete a value with, beyond the fixed choices.
enum class Completes : std::uint8_t { nothing, file, folder, path };

struct Flag {
  std::string_view name;  // without the dashes: "chunk-tokens"
  char letter = 0;        // 'k' for -k; 0: none
  FlagKind kind = FlagKind::toggle;
  std::string_view value;  // what stands for the value in help: "DIR"; empty for a toggle
  std::string_view about;  // half a sentence, lower case, no full stop
  std::span<const std::string_view> choices = {};  // the only values allowed; empty: any
  Completes completes = Completes::nothing;
};

struct Argument {
  std::string_view name;  // "PATH"
  std::string_view about;
  bool required = true;
  bool many = false;                               // only the last of a verb
  std::span<const std::string_view> choices = {};  // as in Flag
  Completes completes = Completes::nothing;
};

struct Example {
  std::string_view command;
  std::string_view about;
};

struct Verb {
  std::string_view name;
  std::string_view group;    // heading in `help`
  std::string_view summary;  // half a sentence
  std::string_view details;  // paragraphs, separated by blank lines
  std::span<const Argument> arguments;
  std::span<const std::string_view>
      flags;  // names in flags(), in the order of help; those of common_flags() not repeated
  std::span<const Example> examples;
};

[[nodiscard]] std::span<const Verb> verbs();
[[nodiscard]] std::span<const Flag> flags();
// Names of the flags that every verb takes.
[[nodiscard]] std::span<const std::string_view> common_flags();

// Null when there is none of that name.
[[nodiscard]] const Verb* find_verb(std::string_view name);
// Among the flags of a verb and the common ones.
[[nodiscard]] const Flag* find_flag(const Verb& verb, std::string_view name);
[[nodiscard]] const Flag* find_flag(const Verb& verb, char letter);
// Requires: a name in the table.
[[nodiscard]] const Flag& flag_named(std::string_view name);

}  // namespace kindling
