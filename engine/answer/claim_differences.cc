#include "engine/answer/claim_differences.h"

#include <algorithm>
#include <string>

#include "engine/answer/claim_words.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr std::uint32_t words_before_max = 3, words_behind_max = 3;

bool is_number(const PlainWord& word) { return word.kind == PlainKind::number; }
bool is_separate(Gap gap) { return gap >= Gap::space; }

// A negation that stands by itself in `text` and is only letters within a word of `other`.
bool swallows_negation(const Wording& text, WordRange range, const Wording& other, WordRange other_range,
                       Language language) {
  std::size_t offset = 0, other_offset = 0;
  std::uint32_t j = other_range.begin;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const PlainWord& word = text.words()[i];
    while (j < other_range.end && other_offset < offset) other_offset += other.words()[j++].text.size();
    const std::size_t end = offset + word.text.size();
    const bool begins_alike = other_offset == offset;
    offset = end;
    const bool alone =
        is_separate(word.before) && (i + 1 == range.end || is_separate(text.words()[i + 1].before));
    if (!alone || count_negations(text, {i, i + 1}, language) == 0) continue;
    std::size_t reach = other_offset;
    for (std::uint32_t k = j; k < other_range.end && reach < end; ++k) reach += other.words()[k].text.size();
    if (!begins_alike || reach != end) return true;
  }
  return false;
}

std::string numbers_of(const Wording& text, WordRange range, bool spelled) {
  std::string digits;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const PlainWord& word = text.words()[i];
    if (is_number(word)) digits += word.text + (i + 1 < range.end && is_number(text.words()[i + 1]) ? "" : " ");
    if (const auto number = spelled_number(word.text); number && spelled)
      digits += std::to_string(*number) + " ";
  }
  return digits;
}

bool touches_number(const Wording& text, WordRange range) {
  const auto& words = text.words();
  if (range.begin > 0 && is_number(words[range.begin - 1]) && words[range.begin].before <= Gap::space)
    return true;
  if (range.end < words.size() && is_number(words[range.end])) return true;
  return std::any_of(words.begin() + range.begin, words.begin() + range.end, is_number);
}

bool has_unit(const Wording& text, WordRange range) {
  return std::any_of(
      text.words().begin() + range.begin, text.words().begin() + range.end, [](const PlainWord& word) {
        return (word.kind == PlainKind::sign && word.text != "-") || unit_of(word.text).has_value();
      });
}

std::string term_of(const std::string& word, Language language) {
  const std::vector<Term> terms = analyze(word, language);
  return terms.empty() ? word : terms.front().text;
}

// The words of one side that carry meaning.
std::vector<const PlainWord*> content(const Wording& text, WordRange range, Language language) {
  std::vector<const PlainWord*> words;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const PlainWord& word = text.words()[i];
    if (word.kind == PlainKind::word && !is_stop_word(word.text, language)) words.push_back(&word);
  }
  return words;
}

class DifferenceJudge {
 public:
  DifferenceJudge(const Wording& claim, const Wording& passage, WordDifference difference, WordRange matched,
                  Language language)
      : claim_(claim),
        passage_(passage),
        in_claim_(difference.claim),
        in_passage_(difference.passage),
        matched_(matched),
        language_(language) {}

  Judgement judge() const {
    if (!in_claim_.empty() && claim_.joined(in_claim_) == passage_.joined(in_passage_)) {
      return {judge_equal(claim_, in_claim_, passage_, in_passage_, language_), 0};
    }
    if ((negations(claim_, in_claim_) > 0) != (negations(passage_, in_passage_) > 0))
      return {ClaimProblem::negation, 0};
    if (numbers_differ()) return {ClaimProblem::number, 0};
    if (sides_differ()) return {ClaimProblem::direction, 0};
    if (units_differ()) return {ClaimProblem::unit, 0};
    if (names_differ()) return {ClaimProblem::name, 0};
    return {ClaimProblem::none, foreign_words()};
  }

 private:
  [[nodiscard]] std::uint32_t negations(const Wording& text, WordRange range) const {
    return count_negations(text, range, language_, false);
  }

  // A number that the passage has and the statement leaves out is no error; a spelled one ("one") that stands
  // against none is a word.
  [[nodiscard]] bool numbers_differ() const {
    if (minuses(claim_, in_claim_) != minuses(passage_, in_passage_)) return true;
    const std::string there = numbers_of(passage_, in_passage_, true);
    const std::string said = numbers_of(claim_, in_claim_, !there.empty());
    return !said.empty() && said != there;
  }

  static std::ptrdiff_t minuses(const Wording& text, WordRange range) {
    return std::count_if(
        text.words().begin() + range.begin, text.words().begin() + range.end,
        [](const PlainWord& word) { return word.kind == PlainKind::sign && word.text == "-"; });
  }

  [[nodiscard]] bool sides_differ() const {
    for (std::uint32_t i = in_claim_.begin; i < in_claim_.end; ++i) {
      const std::string& word = claim_.words()[i].text;
      const Side side = side_of(word);
      for (std::uint32_t j = in_passage_.begin; j < in_passage_.end; ++j) {
        const std::string& other = passage_.words()[j].text;
        const Side there = side_of(other);
        if (side.family != 0 && side.family == there.family && side.side != there.side) return true;
        if (opposite_by_prefix(word, other)) return true;
      }
    }
    return false;
  }

  // The same dimension otherwise measured, anywhere: "several million".
  [[nodiscard]] bool known_units_differ() const {
    const std::vector<MeasureUnit> there = units(passage_, in_passage_);
    const std::vector<MeasureUnit> here = units(claim_, in_claim_);
    return std::any_of(here.begin(), here.end(), [&](const MeasureUnit& unit) {
      return std::any_of(there.begin(), there.end(), [&](const MeasureUnit& other) {
        return other.dimension == unit.dimension && other.name != unit.name;
      });
    });
  }

  // Of each word, and of the range as one: in scripts without spaces a unit may have several characters.
  static std::vector<MeasureUnit> units(const Wording& text, WordRange range) {
    std::vector<MeasureUnit> found;
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (const auto unit = unit_of(text.words()[i].text)) found.push_back(*unit);
    }
    if (const auto whole = unit_of(text.joined(range)); whole && found.empty()) found.push_back(*whole);
    return found;
  }

  [[nodiscard]] bool units_differ() const {
    if (known_units_differ()) return true;
    if (!touches_number(claim_, in_claim_) && !touches_number(passage_, in_passage_)) return false;
    const bool unit_here = has_unit(claim_, in_claim_), unit_there = has_unit(passage_, in_passage_);
    const auto here = content(claim_, in_claim_, language_), there = content(passage_, in_passage_, language_);
    if (!unit_here && !unit_there && (here.empty() || there.empty())) return false;
    // What is counted may be inflected otherwise, but it is the same.
    return !(here.size() == there.size() && !here.empty() &&
             std::equal(here.begin(), here.end(), there.begin(),
                        [&](auto a, auto b) { return !is_foreign(*a, {b}); }) &&
             signs(claim_, in_claim_) == signs(passage_, in_passage_));
  }

  // A name for a name: "Edison" where the passage says "Tesla". Beginnings of sentences have capitals anyway.
  [[nodiscard]] bool names_differ() const {
    const auto is_name = [](const PlainWord* word) { return word->capital && word->before < Gap::stop; };
    const auto here = content(claim_, in_claim_, language_), there = content(passage_, in_passage_, language_);
    if (std::none_of(there.begin(), there.end(), is_name)) return false;
    const auto around = content(passage_, matched_, language_);
    return std::any_of(here.begin(), here.end(),
                       [&](const PlainWord* word) { return is_name(word) && is_foreign(*word, around); });
  }

  [[nodiscard]] bool is_foreign(const PlainWord& word, const std::vector<const PlainWord*>& there) const {
    return std::none_of(there.begin(), there.end(), [&](const PlainWord* other) {
      return same_term(word, *other) ||
             (alike(word.text, other->text) && !unit_of(word.text) && !unit_of(other->text));
    });
  }

  static std::string signs(const Wording& text, WordRange range) {
    std::string all;
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (text.words()[i].kind == PlainKind::sign) all += text.words()[i].text;
    }
    return all;
  }

  [[nodiscard]] bool same_term(const PlainWord& a, const PlainWord& b) const {
    if (a.text == b.text) return true;
    const auto unit = unit_of(a.text), other = unit_of(b.text);
    if (unit || other) return unit && other && unit->name == other->name;
    return term_of(a.text, language_) == term_of(b.text, language_);
  }

  [[nodiscard]] std::uint32_t foreign_words() const {
    const auto there = content(passage_, in_passage_, language_);
    std::uint32_t foreign = 0;
    for (const PlainWord* word : content(claim_, in_claim_, language_))
      foreign += is_foreign(*word, there) ? 1 : 0;
    return foreign;
  }

  const Wording& claim_;
  const Wording& passage_;
  WordRange in_claim_, in_passage_, matched_;
  Language language_;
};

}  // namespace

ClaimProblem judge_equal(const Wording& claim, WordRange in_claim, const Wording& passage, WordRange in_passage,
                         Language language) {
  const bool swallowed = swallows_negation(claim, in_claim, passage, in_passage, language) ||
                         swallows_negation(passage, in_passage, claim, in_claim, language);
  return swallowed ? ClaimProblem::negation : ClaimProblem::none;
}

Judgement judge_near(const Wording& claim, WordRange in_claim, const Wording& passage, const NearMatch& match,
                     Language language) {
  Judgement whole;
  for (const WordDifference& difference : match.differences) {
    const Judgement one = DifferenceJudge(claim, passage, difference, match.passage, language).judge();
    if (whole.problem == ClaimProblem::none) whole.problem = one.problem;
    whole.foreign += one.foreign;
  }
  // In scripts without spaces a difference may hold half of a negation.
  if (whole.problem == ClaimProblem::none && count_negations(claim, in_claim, language, false) !=
                                                 count_negations(passage, match.passage, language, false)) {
    whole.problem = ClaimProblem::negation;
  }
  return whole;
}

ClaimProblem judge_edges(const Wording& claim, WordRange in_claim, const Wording& passage, WordRange found,
                         Language language) {
  if (found.empty() || in_claim.empty()) return ClaimProblem::none;
  const auto& words = passage.words();
  const bool unspaced =
      language == Language::thai || language == Language::chinese || language == Language::japanese;
  const Gap end = unspaced ? Gap::space : Gap::clause;  // of what belongs together
  std::uint32_t before = found.begin;
  while (before > 0 && found.begin - before < words_before_max && words[before].before < end) --before;
  if (count_negations(passage, {before, found.begin}, language) > 0) return ClaimProblem::negation;
  std::uint32_t behind = found.end;
  while (behind < words.size() && behind - found.end < words_behind_max && words[behind].before < end) ++behind;
  if (negates_behind(language) && count_negations(passage, {found.end, behind}, language) > 0)
    return ClaimProblem::negation;
  if (found.begin > 0 && is_number(words[found.begin]) && words[found.begin].before == Gap::none &&
      words[found.begin - 1].text == "-") {
    return ClaimProblem::number;
  }
  const bool cut_behind_number = is_number(claim.words()[in_claim.end - 1]) && behind > found.end;
  if (cut_behind_number && has_unit(passage, {found.end, found.end + 1})) return ClaimProblem::unit;
  return ClaimProblem::none;
}

}  // namespace kindling
