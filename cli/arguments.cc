#include "cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace kindling {
namespace {

Error usage_error(std::string where, std::string why, std::string mend) {
  return {ErrorCode::usage, std::move(where), std::move(why), std::move(mend)};
}

std::string see_help(const Verb* verb) {
  return verb == nullptr ? "see 'kindling help'" : "see 'kindling help " + std::string(verb->name) + "'";
}

std::string joined(std::span<const std::string_view> names) {
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] =
          std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::vector<std::string_view> flag_names(const Verb& verb) {
  std::vector<std::string_view> names(verb.flags.begin(), verb.flags.end());
  names.insert(names.end(), common_flags().begin(), common_flags().end());
  return names;
}

std::vector<std::string_view> verb_names() {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) names.push_back(verb.name);
  return names;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return value;
}

std::string_view closest(std::string_view word, std::span<const std::string_view> names) {
  constexpr std::size_t word_bytes_max = 40;  // longer ones are no slips, and the distance is quadratic
  if (word.empty() || word.size() > word_bytes_max) return {};
  std::string_view best;
  std::size_t best_distance = word.size() <= 4 ? 2 : 3;  // anything nearer than this
  for (const std::string_view name : names) {
    const bool begins = word.size() >= 3 && name.starts_with(word);
    const std::size_t distance = begins ? 1 : edit_distance(word, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

// Reads the words from left to right.
class ArgumentReader {
 public:
  explicit ArgumentReader(std::span<const std::string> words) : rest_(words) {}

  Result<Arguments> read() {
    KINDLING_TRY_VOID(read_verb());
    if (arguments_.verb_ == nullptr) return std::move(arguments_);
    while (!rest_.empty()) {
      const std::string& word = next();
      if (flags_ended_ || word.size() < 2 || word[0] != '-') {
        KINDLING_TRY_VOID(take_word(word));
      } else if (word == "--") {
        flags_ended_ = true;
      } else if (word[1] == '-') {
        KINDLING_TRY_VOID(take_long(word));
      } else {
        KINDLING_TRY_VOID(take_short(word));
      }
    }
    if (!arguments_.toggle("help")) KINDLING_TRY_VOID(check_complete());
    return std::move(arguments_);
  }

 private:
  const std::string& next() {
    const std::string& word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  Status read_verb() {
    if (rest_.empty()) return {};
    const std::string& word = next();
    if (word == "--version") {
      if (!rest_.empty())
        return usage_error(rest_.front(), "--version takes nothing after it", see_help(nullptr));
      arguments_.version_ = true;
      return {};
    }
    const bool help = word == "--help" || word == "-h";
    arguments_.verb_ = find_verb(help ? "help" : word);
    if (arguments_.verb_ != nullptr) return {};
    if (word.starts_with('-')) return usage_error(word, "a command comes first", see_help(nullptr));
    const std::string_view meant = closest(word, verb_names());
    return usage_error(word, "no such command",
                       meant.empty() ? see_help(nullptr) : "did you mean '" + std::string(meant) + "'?");
  }

  Status take_word(const std::string& word) {
    const Verb& verb = *arguments_.verb_;
    const std::size_t at = arguments_.words_.size();
    const bool fits = at < verb.arguments.size() || (!verb.arguments.empty() && verb.arguments.back().many);
    if (!fits) {
      const std::string shown = word.size() > 60 ? word.substr(0, 60) + "..." : word;
      return usage_error(
          shown, verb.arguments.empty() ? "this command takes no such argument" : "one argument too many",
          verb.arguments.empty() ? see_help(&verb) : "put a text of several words in quotes");
    }
    const Argument& argument = verb.arguments[std::min(at, verb.arguments.size() - 1)];
    KINDLING_TRY_VOID(check_choice(std::string(argument.name), word, argument.choices));
    arguments_.words_.push_back(word);
    return {};
  }

  Status take_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* flag = find_flag(*arguments_.verb_, name);
    if (flag == nullptr) return unknown_flag(word.substr(0, equals), name);
    if (equals == std::string::npos) return take_flag(*flag, "--" + name);
    if (flag->kind == FlagKind::toggle)
      return usage_error("--" + name, "takes no value", "leave out '" + word.substr(equals) + "'");
    return set(*flag, "--" + name, word.substr(equals + 1));
  }

  Status take_short(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      const Flag* flag = find_flag(*arguments_.verb_, word[at]);
      const std::string shown{'-', word[at]};
      if (flag == nullptr) return unknown_flag(shown, {});
      if (flag->kind == FlagKind::toggle || at + 1 == word.size()) {
        KINDLING_TRY_VOID(take_flag(*flag, shown));
        continue;
      }
      return set(*flag, shown, word.substr(at + 1));
    }
    return {};
  }

  Status unknown_flag(const std::string& shown, std::string_view name) const {
    const Verb& verb = *arguments_.verb_;
    const std::string_view meant = closest(name, flag_names(verb));
    return usage_error(shown, "no such flag of '" + std::string(verb.name) + "'",
                       meant.empty() ? see_help(&verb) : "did you mean '--" + std::string(meant) + "'?");
  }

  Status take_flag(const Flag& flag, const std::string& shown) {
    if (flag.kind == FlagKind::toggle) {
      arguments_.values_[std::string(flag.name)] = {"true"};
      return {};
    }
    if (rest_.empty())
      return usage_error(shown, "needs a value", "give " + std::string(flag.value) + " after it");
    return set(flag, shown, next());
  }

  Status set(const Flag& flag, const std::string& shown, const std::string& value) {
    if (flag.kind == FlagKind::count && !parse_count(value)) {
      return usage_error(shown, "'" + value + "' is not a whole number", "give one, zero or greater");
    }
    if (flag.kind == FlagKind::number && !parse_number(value)) {
      return usage_error(shown, "'" + value + "' is not a number", "give one, zero or greater");
    }
    KINDLING_TRY_VOID(check_choice(shown, value, flag.choices));
    auto& values = arguments_.values_[std::string(flag.name)];
    if (flag.kind != FlagKind::list) values.clear();
    values.push_back(value);
    return {};
  }

  static Status check_choice(const std::string& where, const std::string& value,
                             std::span<const std::string_view> choices) {
    if (choices.empty() || std::ranges::find(choices, std::string_view(value)) != choices.end()) return {};
    const std::string_view meant = closest(value, choices);
    return usage_error(where, "'" + value + "' is not one of " + joined(choices),
                       meant.empty() ? "choose one of them" : "did you mean '" + std::string(meant) + "'?");
  }

  Status check_complete() const {
    const Verb& verb = *arguments_.verb_;
    const auto required = std::ranges::count_if(verb.arguments, &Argument::required);
    if (arguments_.words_.size() >= static_cast<std::size_t>(required)) return {};
    return usage_error("", std::string(verb.arguments[arguments_.words_.size()].name) + " is missing",
                       see_help(&verb));
  }

  std::span<const std::string> rest_;
  bool flags_ended_ = false;
  Arguments arguments_;
};

Result<Arguments> Arguments::parse(std::span<const std::string> words) { return ArgumentReader(words).read(); }

std::optional<std::string> Arguments::given(std::string_view flag) const {
  const auto found = values_.find(flag);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::optional<std::string> Arguments::text(std::string_view flag) const {
  KINDLING_CHECK(flag_named(flag).kind == FlagKind::text);
  return given(flag);
}

bool Arguments::toggle(std::string_view flag) const {
  KINDLING_CHECK(flag_named(flag).kind == FlagKind::toggle);
  return values_.contains(flag);
}

std::optional<std::uint64_t> Arguments::count(std::string_view flag) const {
  KINDLING_CHECK(flag_named(flag).kind == FlagKind::count);
  const auto value = given(flag);
  return value ? parse_count(*value) : std::nullopt;
}

std::optional<double> Arguments::number(std::string_view flag) const {
  KINDLING_CHECK(flag_named(flag).kind == FlagKind::number);
  const auto value = given(flag);
  return value ? parse_number(*value) : std::nullopt;
}

std::vector<std::string> Arguments::list(std::string_view flag) const {
  KINDLING_CHECK(flag_named(flag).kind == FlagKind::list);
  const auto found = values_.find(flag);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace kindling
