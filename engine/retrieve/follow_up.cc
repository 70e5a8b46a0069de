#include "engine/retrieve/follow_up.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>
#include <vector>

#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

struct Pointers {
  Language language;
  std::string_view words;       // that point back; blanks between words
  std::string_view beginnings;  // of continuations; bars between
};

// Closed classes of words, of the languages that have them as words of their own.
// Left out: words that are articles, conjunctions or fillers as well ("are there", "that", "das", "il y a"). A
// short question leans on what was said before anyway, and a long one would be led astray.
constexpr std::array pointers{
    Pointers{
        Language::english,
        "it its they them their theirs he him his she her hers this these those ones former latter same such "
        "else instead",
        "and |what about|how about|but |or |also |then |so "},
    Pointers{Language::german,
             "er sie ihn ihm ihr ihre ihren ihrem sein seine seinen seinem dies diese dieser dieses diesen "
             "jene jener "
             "dort davon dazu darin damit dabei derselbe dieselbe",
             "und |was ist mit|wie steht es mit|aber |oder |auch |dann "},
    Pointers{Language::french, "elle elles lui leur leurs cela cette celui celle ceux celles son sa ses",
             "et |mais |ou |alors |qu'en est-il"},
    Pointers{Language::spanish, "ella ellos ellas ese esa eso esos esas esto aquel aquella su sus alli ahi",
             "y |pero |o |entonces |que hay de|que pasa con"},
    Pointers{Language::italian,
             "esso essa essi esse lui lei loro questo questa questi queste quello quella suo sua suoi",
             "e |ma |o |allora |che dire di"},
    Pointers{Language::portuguese, "ele ela eles elas isso isto aquilo seu sua seus suas ali nele nela",
             "e |mas |ou |entao |e quanto a"},
    Pointers{Language::dutch, "hij zij hem haar hun deze ervan erin daarvan",
             "en |maar |of |dan |hoe zit het met"},
    Pointers{Language::russian, "он она оно они его её ее их ему ей им этот эта эти тот те него неё них",
             "и |а |но |или |тогда |а что насчёт"},
};

// Chinese and Japanese do not part their words.
constexpr std::array<std::string_view, 14> pointers_within{
    "它", "他", "她", "这", "那", "此", "其", "這", "それ", "これ", "その", "この", "あれ", "そこ"};

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view visible(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
    const bool begins = at == 0 || list[at - 1] == ' ';
    const bool ends = at + word.size() == list.size() || list[at + word.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

bool begins_with_any(std::string_view text, std::string_view beginnings) {
  while (!beginnings.empty()) {
    const std::size_t bar = std::min(beginnings.find('|'), beginnings.size());
    if (text.starts_with(beginnings.substr(0, bar))) return true;
    beginnings.remove_prefix(std::min(bar + 1, beginnings.size()));
  }
  return false;
}

bool points_back(std::string_view question, Language language) {
  const std::string lower = lower_ascii(visible(question));
  if (language == Language::chinese || language == Language::japanese) {
    return std::any_of(pointers_within.begin(), pointers_within.end(),
                       [&](std::string_view word) { return lower.find(word) != lower.npos; });
  }
  const auto found =
      std::find_if(pointers.begin(), pointers.end(), [&](const Pointers& p) { return p.language == language; });
  const Pointers& known = found == pointers.end() ? pointers.front() : *found;
  if (begins_with_any(lower, known.beginnings)) return true;
  // Unstemmed, as natural words: analysed in no language.
  const std::vector<Term> words = analyze(lower, Language::unknown);
  return std::any_of(words.begin(), words.end(),
                     [&](const Term& word) { return has_word(known.words, word.text); });
}

bool begins_with_capital(std::string_view word) {
  return !word.empty() && word.front() >= 'A' && word.front() <= 'Z';
}

// Appends words of `from` that the question lacks, as they were written there.
class Carrier {
 public:
  Carrier(std::string_view question, Language language) : question_(question), language_(language) {
    for (const Term& term : analyze_question(question, language)) known_.insert(term.text);
  }

  void carry(std::string_view from, std::size_t count, bool names_only) {
    std::uint32_t end = 0;
    for (const Term& term : analyze_question(from, language_)) {
      if (count == 0) return;
      const std::string_view word = slice(from, term.span);
      if (term.part || (names_only && !begins_a_name(from, term.span))) continue;
      if (!known_.insert(term.text).second) continue;
      // Character pairs of a run overlap: what is new of each.
      const bool overlaps = term.span.begin < end && end < term.span.end;
      carried_ += overlaps ? std::string(slice(from, {end, term.span.end})) : " " + std::string(word);
      end = term.span.end;
      --count;
    }
  }

  [[nodiscard]] std::string result() const { return std::string(visible(question_)) + carried_; }

 private:
  // A capital that does not begin a sentence.
  static bool begins_a_name(std::string_view text, ByteSpan word) {
    if (!begins_with_capital(slice(text, word)) || word.begin < 2) return false;
    return text[word.begin - 1] == ' ' &&
           std::string_view(".!?:\n").find(text[word.begin - 2]) == std::string_view::npos;
  }

  std::string_view question_;
  Language language_;
  std::unordered_set<std::string> known_;
  std::string carried_;
};

}  // namespace

bool leans_on_before(std::string_view question, Language language) {
  constexpr std::size_t words_alone = 2;
  return points_back(question, language) || analyze_question(question, language).size() < words_alone;
}

std::string standalone_question(std::string_view question, std::string_view before, std::string_view answer,
                                Language language) {
  if (before.empty() || !leans_on_before(question, language)) return std::string(visible(question));
  Carrier carrier(question, language);
  carrier.carry(before, carried_words_max, false);
  carrier.carry(answer, carried_names_max, true);
  return carrier.result();
}

}  // namespace kindling
