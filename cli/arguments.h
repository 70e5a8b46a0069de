// A command line, read strictly against the table of flags: what is not in the table is an error, never
// ignored.
//
// GNU style: flags and words mix; --flag VALUE, --flag=VALUE, -f VALUE, -fVALUE; -- ends the flags; a lone - is
// a word (stdin). Long names are not abbreviated. Words are taken as they are: a question may hold anything.
//
// Own code rather than CLI11's: that library takes a word like "[sic]" apart as a list (2.1.2,
// Option::_add_result).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/flags.h"

namespace kindling {

class Arguments {
 public:
  // `words` without the program's name. The first word that is no flag is the verb; before it only --help and
  // --version may stand, which become the verb `help` and, with `version()`, no verb. Errors: `usage`, with a
  // suggestion where one comes close.
  [[nodiscard]] static Result<Arguments> parse(std::span<const std::string> words);

  [[nodiscard]] bool version() const { return version_; }
  // Null only when version() holds or nothing was given at all.
  [[nodiscard]] const Verb* verb() const { return verb_; }

  // Positional words, in order; as many as the verb's table allows.
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  // Requires: a flag of the kind named, of this verb or common. Absent or false when not given.
  [[nodiscard]] bool toggle(std::string_view flag) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view flag) const;  // the last one given
  [[nodiscard]] std::optional<std::uint64_t> count(std::string_view flag) const;
  [[nodiscard]] std::optional<double> number(std::string_view flag) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view flag) const;

  // Whether the verb has the flag at all, and what it was given, as text.
  [[nodiscard]] std::optional<std::string> given(std::string_view flag) const;

 private:
  friend class ArgumentReader;
  const Verb* verb_ = nullptr;
  bool version_ = false;
  std::vector<std::string> words_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Whole, without sign or blanks.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

// The member of `names` that `word` was probably meant to be; empty when none comes close.
[[nodiscard]] std::string_view closest(std::string_view word, std::span<const std::string_view> names);

}  // namespace kindling
