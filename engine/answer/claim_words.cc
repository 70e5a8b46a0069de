#include "engine/answer/claim_words.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/answer/claim_lists.h"

namespace kindling {
namespace {

// The words of a list, folded as texts are.
std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    std::string word;
    for (const PlainWord& part : plain_words(list.substr(0, end))) word += part.text;
    if (!word.empty()) words.push_back(std::move(word));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

struct Negations {
  std::vector<std::string> words;   // whole words, sorted
  std::vector<std::string> inside;  // parts of running text
  std::vector<std::string> harmless;
};

const Negations& negations_of(Language language) {
  static const auto table = [] {
    std::array<Negations, language_count> all;
    for (const NegationList& list : negation_lists()) {
      Negations& negations = all[static_cast<std::size_t>(list.language)];
      negations.words = split(list.words);
      std::sort(negations.words.begin(), negations.words.end());
      negations.inside = split(list.inside);
      negations.harmless = split(list.harmless);
    }
    return all;
  }();
  const Negations& own = table[static_cast<std::size_t>(language)];
  return own.words.empty() && own.inside.empty() ? table[static_cast<std::size_t>(Language::english)] : own;
}

std::uint32_t count_inside(std::string_view text, const Negations& negations, bool lexical) {
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto starts = [&](std::string_view part) { return text.substr(at).starts_with(part); };
    const auto harmless = std::find_if(negations.harmless.begin(), negations.harmless.end(), starts);
    if (lexical && harmless != negations.harmless.end()) {
      at += harmless->size();
      continue;
    }
    const auto found = std::find_if(negations.inside.begin(), negations.inside.end(), starts);
    count += found != negations.inside.end() ? 1 : 0;
    at += found != negations.inside.end() ? found->size() : 1;
  }
  return count;
}

bool negates(std::string_view word, const Negations& negations, Language language) {
  if (std::binary_search(negations.words.begin(), negations.words.end(), word, std::less<>())) return true;
  if (word.ends_with("n't")) return true;
  return (language == Language::french || language == Language::catalan) && word.starts_with("n'");
}

}  // namespace

std::uint32_t count_negations(const Wording& wording, WordRange range, Language language, bool lexical) {
  const Negations& negations = negations_of(language);
  std::uint32_t count = 0;
  if (!negations.inside.empty()) count += count_inside(wording.joined(range), negations, lexical);
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    count += negates(wording.words()[i].text, negations, language) ? 1 : 0;
  }
  return count;
}

bool negates_behind(Language language) {
  switch (language) {
    case Language::german:
    case Language::dutch:
    case Language::swedish:
    case Language::danish:
    case Language::norwegian:
    case Language::turkish:
    case Language::hindi:
    case Language::nepali:
    case Language::japanese:
    case Language::korean:
    case Language::tamil:
      return true;
    default:
      return false;
  }
}

Side side_of(std::string_view word) {
  struct Stem {
    std::string text;
    Side side;
    bool open;  // "increas*"
  };
  static const auto stems = [] {
    std::vector<Stem> all;
    int family = 0;
    for (const OppositeList& list : opposite_lists()) {
      ++family;
      for (const auto& [words, side] : {std::pair(list.one, 1), std::pair(list.other, -1)}) {
        for (std::string_view rest = words; !rest.empty();) {
          const std::size_t end = std::min(rest.find(' '), rest.size());
          const bool open = end > 0 && rest[end - 1] == '*';
          for (std::string& stem : split(rest.substr(0, end)))
            all.push_back({std::move(stem), {family, side}, open});
          rest.remove_prefix(std::min(end + 1, rest.size()));
        }
      }
    }
    return all;
  }();
  for (const Stem& stem : stems) {
    if (stem.open ? word.starts_with(stem.text) : word == stem.text) return stem.side;
  }
  return {};
}

bool opposite_by_prefix(std::string_view a, std::string_view b) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> prefixes{{
      {"hyper", "hypo"},
      {"inter", "intra"},
      {"macro", "micro"},
      {"over", "under"},
      {"pre", "post"},
      {"in", "ex"},
      {"im", "ex"},
      {"up", "down"},
      {"pro", "anti"},
      {"", "un"},
      {"", "in"},
      {"", "im"},
      {"", "ir"},
      {"", "dis"},
      {"", "non"},
      {"", "anti"},
      {"endo", "exo"},
  }};
  constexpr std::size_t rest_min = 4;
  const auto are = [&](std::string_view x, std::string_view y) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& pair) {
      return x.starts_with(pair.first) && y.starts_with(pair.second) &&
             x.size() >= pair.first.size() + rest_min &&
             x.substr(pair.first.size()) == y.substr(pair.second.size());
    });
  };
  return are(a, b) || are(b, a);
}

std::optional<MeasureUnit> unit_of(std::string_view word) {
  static const auto units = [] {
    std::map<std::string, MeasureUnit, std::less<>> all;
    for (const UnitList& list : unit_lists()) {
      const std::string_view name = list.spellings.substr(0, list.spellings.find(' '));
      for (std::string& spelling : split(list.spellings))
        all.try_emplace(std::move(spelling), MeasureUnit{list.dimension, name, list.factor});
    }
    return all;
  }();
  const auto found = units.find(word);
  return found == units.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int> spelled_number(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, int>, 33> numbers{{
      {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
      {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
      {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
      {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
      {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fifty", 50},    {"sixty", 60},
      {"seventy", 70}, {"eighty", 80},  {"ninety", 90},    {"hundred", 100}, {"twice", 2},
      {"double", 2},   {"triple", 3},   {"half", 50},
  }};
  const auto found =
      std::find_if(numbers.begin(), numbers.end(), [&](const auto& number) { return number.first == word; });
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace kindling
