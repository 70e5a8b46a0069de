// The table of flags against CONTRACT and against itself, and what is made from it.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/man_page.h"

namespace kindling {
namespace {

struct PromisedVerb {
  std::string_view name;
  std::vector<std::string_view> flags;
};

// What CONTRACT names; more may join.
const PromisedVerb promised[] = {
    {"index",
     {"index", "json", "prune", "dry-run", "no-embed", "include", "exclude", "metadata", "chunk-tokens",
      "encoder"}},
    {"search", {"index", "json", "k", "mode", "filter", "explain", "why"}},
    {"pack", {"index", "json", "model", "budget", "reserve", "order"}},
    {"ask",
     {"index", "json", "stream", "model", "thinking", "no-stream", "record", "require-citations", "base-url",
      "key-env"}},
    {"embed", {"json", "out", "query"}},
    {"tokens", {"json", "tokenizer", "model"}},
    {"eval", {"json", "run", "answers"}},
    {"bench", {"index", "json", "queries", "threads", "seconds", "data", "recall", "k"}},
    {"status", {"index", "json"}},
    {"documents", {"index", "json"}},
    {"remove", {"index", "json"}},
    {"show", {"index", "json"}},
    {"verify", {"index", "json"}},
    {"compact", {"index", "json"}},
    {"snapshot", {"index", "json"}},
    {"reencode", {"index", "json", "encoder", "dry-run"}},
    {"models", {"json"}},
    {"doctor", {"json"}},
    {"config", {"json"}},
    {"completions", {}},
    {"help", {}},
};

TEST(Table, HoldsEveryVerbAndFlagOfTheContract) {
  for (const PromisedVerb& promise : promised) {
    const Verb* verb = find_verb(promise.name);
    ASSERT_NE(verb, nullptr) << promise.name;
    for (const std::string_view flag : promise.flags)
      EXPECT_NE(find_flag(*verb, flag), nullptr) << promise.name << " --" << flag;
  }
}

TEST(Table, EveryVerbHasACommand) {
  for (const Verb& verb : verbs()) EXPECT_NE(find_command(verb.name), nullptr) << verb.name;
}

TEST(Table, NamesAndLettersAreUnique) {
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const Flag& flag : flags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    EXPECT_TRUE(flag.letter == 0 || letters.insert(flag.letter).second) << flag.name;
    EXPECT_EQ(flag.value.empty(), flag.kind == FlagKind::toggle) << flag.name;
    EXPECT_FALSE(flag.about.ends_with('.')) << flag.name;
  }
}

TEST(Table, EveryFlagBelongsToAVerbAndEveryNamedFlagIsThere) {
  std::set<std::string_view> used(common_flags().begin(), common_flags().end());
  for (const Verb& verb : verbs()) {
    for (const std::string_view name : verb.flags) used.insert(flag_named(name).name);
    for (std::size_t i = 0; i + 1 < verb.arguments.size(); ++i)
      EXPECT_FALSE(verb.arguments[i].many) << verb.name;
  }
  for (const Flag& flag : flags()) EXPECT_TRUE(used.contains(flag.name)) << flag.name;
}

TEST(Table, HelpManualAndCompletionsSayAllOfIt) {
  const std::string help = overall_help();
  const std::string manual = man_page();
  const std::string scripts[] = {completions("bash"), completions("zsh"), completions("fish")};
  for (const Verb& verb : verbs()) {
    EXPECT_NE(help.find(verb.name), std::string::npos) << verb.name;
    const std::string verb_text = verb_help(verb);
    for (const std::string_view name : verb.flags) {
      EXPECT_NE(verb_text.find(name), std::string::npos) << verb.name << " --" << name;
      for (const std::string& script : scripts) EXPECT_NE(script.find(name), std::string::npos) << name;
    }
    EXPECT_NE(manual.find(verb.name), std::string::npos) << verb.name;
  }
}

TEST(ExitCodes, AreThoseOfTheContract) {
  const std::pair<ErrorCode, int> promises[] = {
      {ErrorCode::usage, 2},
      {ErrorCode::configuration, 3},
      {ErrorCode::authentication, 3},
      {ErrorCode::index_missing, 4},
      {ErrorCode::index_corrupt, 4},
      {ErrorCode::index_locked, 4},
      {ErrorCode::index_version, 4},
      {ErrorCode::encoder_mismatch, 4},
      {ErrorCode::endpoint_refused, 5},
      {ErrorCode::disk_full, 4},
      {ErrorCode::io, 4},
      {ErrorCode::endpoint_unreachable, 5},
      {ErrorCode::no_evidence, 1},
      {ErrorCode::budget_impossible, 7},
      {ErrorCode::cancelled, 130},
      {ErrorCode::not_found, 2},
  };
  for (const auto& [code, exit] : promises)
    EXPECT_EQ(static_cast<int>(exit_code(code)), exit) << to_string(code);
}

}  // namespace
}  // namespace kindling
