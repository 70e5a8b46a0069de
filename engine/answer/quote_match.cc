#include "engine/answer/quote_match.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::uint32_t equal_cost = 0, alike_cost = 1, missing_cost = 2, other_cost = 2;
// Pairs that must agree along a diagonal, as a share of the statement's words, for an alignment to be worth its
// time: of a statement with three words of five in place at least one pair in five is.
constexpr float votes_share = .1f;
constexpr std::uint32_t unreachable = 1u << 30;

std::uint32_t hash_of(std::string_view a, std::string_view b) {
  std::uint32_t hash = 2166136261u;  // FNV-1a
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  };
  add(a);
  add("\x1f");
  add(b);
  return hash;
}

std::uint32_t substitution_cost(const PlainWord& a, const PlainWord& b) {
  if (a.text == b.text) return equal_cost;
  if (a.kind != b.kind) return other_cost;
  return a.kind == PlainKind::word && alike(a.text, b.text) ? alike_cost : other_cost;
}

// Letters of Latin, Greek and Cyrillic words; of other scripts nothing: a letter there is often a syllable.
std::vector<char32_t> letters_of(std::string_view word) {
  constexpr char32_t end_of_cyrillic = 0x530;
  std::vector<char32_t> letters;
  for (std::size_t at = 0; at < word.size();) {
    letters.push_back(next_code_point(word, at));
    if (letters.back() >= end_of_cyrillic) return {};
  }
  return letters;
}

// One alignment inside a band: row i has consumed i words of the statement, and cell k of it the first
// diagonal + i + k words of the passage.
class BandedAlignment {
 public:
  BandedAlignment(const Wording& passage, const Wording& claim, WordRange range, std::int64_t diagonal)
      : passage_(passage), claim_(claim), range_(range) {
    const std::int64_t half = std::min<std::int64_t>(64, 8 + range.size() / 4);
    first_ = diagonal - half;
    width_ = static_cast<std::size_t>(2 * half + 1);
    steps_.assign((range.size() + 1) * width_, Step::none);
  }

  std::uint32_t run() {
    std::vector<std::uint32_t> before(width_, unreachable), row(width_);
    for (std::size_t k = 0; k < width_; ++k) {
      if (inside(at(0, k))) before[k] = 0;
    }
    for (std::uint32_t i = 1; i <= range_.size(); ++i) {
      fill(i, before, row);
      std::swap(before, row);
    }
    // Of equal ones the last: a word that was exchanged at the end stands for the passage's.
    for (std::size_t k = 0; k < width_; ++k) {
      if (before[k] <= before[last_]) last_ = k;
    }
    return before[last_];
  }

  [[nodiscard]] NearMatch traced() const;

 private:
  enum class Step : std::uint8_t { none, equal, other, claim_only, passage_only };

  [[nodiscard]] std::int64_t at(std::uint32_t i, std::size_t k) const {
    return first_ + i + static_cast<std::int64_t>(k);
  }
  [[nodiscard]] bool inside(std::int64_t p) const { return p >= 0 && p <= passage_.size(); }

  void fill(std::uint32_t i, const std::vector<std::uint32_t>& before, std::vector<std::uint32_t>& row) {
    const PlainWord& word = claim_.words()[range_.begin + i - 1];
    for (std::size_t k = 0; k < width_; ++k) {
      const std::int64_t p = at(i, k);
      row[k] = unreachable;
      if (!inside(p)) continue;
      const auto take = [&](std::uint32_t cost, Step step) {
        if (cost >= row[k]) return;
        row[k] = cost;
        steps_[i * width_ + k] = step;
      };
      if (p > 0 && before[k] < unreachable) {
        const std::uint32_t cost = substitution_cost(word, passage_.words()[static_cast<std::size_t>(p - 1)]);
        take(before[k] + cost, cost == equal_cost ? Step::equal : Step::other);
      }
      if (k + 1 < width_ && before[k + 1] < unreachable) take(before[k + 1] + missing_cost, Step::claim_only);
      if (k > 0 && row[k - 1] < unreachable) take(row[k - 1] + missing_cost, Step::passage_only);
    }
  }

  const Wording& passage_;
  const Wording& claim_;
  WordRange range_;
  std::int64_t first_ = 0;
  std::size_t width_ = 0;
  std::size_t last_ = 0;
  std::vector<Step> steps_;
};

NearMatch BandedAlignment::traced() const {
  NearMatch match;
  std::uint32_t i = range_.size(), equal = 0;
  std::size_t k = last_;
  match.passage.end = static_cast<std::uint32_t>(at(i, k));
  bool differing = false;
  while (i > 0) {
    const Step step = steps_[i * width_ + k];
    const auto p = static_cast<std::uint32_t>(at(i, k));
    if (step == Step::none) break;
    const std::uint32_t c = range_.begin + i;
    if (step == Step::equal) {
      ++equal;
      differing = false;
    } else {
      if (!differing) match.differences.push_back({{c, c}, {p, p}});
      differing = true;
      WordDifference& difference = match.differences.back();
      if (step != Step::passage_only) difference.claim.begin = c - 1;
      if (step != Step::claim_only) difference.passage.begin = p - 1;
    }
    if (step != Step::passage_only) --i;
    if (step == Step::claim_only) ++k;
    if (step == Step::passage_only) --k;
  }
  match.passage.begin = static_cast<std::uint32_t>(at(i, k));
  std::reverse(match.differences.begin(), match.differences.end());
  match.equal = static_cast<float>(equal) / static_cast<float>(std::max<std::uint32_t>(1, range_.size()));
  return match;
}

// Diagonals on which most pairs agree, most first.
std::vector<std::int64_t> likely_diagonals(const WordPairs& pairs, const Wording& claim, WordRange range) {
  constexpr std::int64_t bucket = 8;
  std::map<std::int64_t, std::uint32_t> votes;
  std::vector<std::uint32_t> positions;
  for (std::uint32_t i = range.begin; i + 1 < range.end; ++i) {
    pairs.positions(claim.words()[i], claim.words()[i + 1], positions);
    for (const std::uint32_t p : positions) {
      const std::int64_t shifted = std::int64_t{p} - (i - range.begin) + near_words_max;
      ++votes[shifted / bucket];
    }
  }
  std::vector<std::pair<std::uint32_t, std::int64_t>> ranked;
  for (const auto& [place, count] : votes) {
    const auto next = votes.find(place + 1);
    const std::uint32_t both = count + (next == votes.end() ? 0 : next->second);
    if (static_cast<float>(both) < votes_share * static_cast<float>(range.size())) continue;
    ranked.emplace_back(both, (place + 1) * bucket - near_words_max);
  }
  const std::size_t kept = std::min(diagonals_max, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept), ranked.end(),
                    [](const auto& a, const auto& b) {
                      return a.first != b.first ? a.first > b.first : a.second < b.second;
                    });
  std::vector<std::int64_t> diagonals;
  for (std::size_t i = 0; i < kept; ++i) diagonals.push_back(ranked[i].second);
  return diagonals;
}

}  // namespace

Wording::Wording(std::string_view text) : words_(plain_words(text)) {
  begins_.reserve(words_.size() + 1);
  for (const PlainWord& word : words_) {
    begins_.push_back(static_cast<std::uint32_t>(joined_.size()));
    joined_ += word.text;
  }
  begins_.push_back(static_cast<std::uint32_t>(joined_.size()));
}

std::string_view Wording::joined(WordRange range) const {
  return std::string_view(joined_).substr(begins_[range.begin], begins_[range.end] - begins_[range.begin]);
}

ByteSpan Wording::bytes(WordRange range) const {
  if (range.empty()) return {};
  return {words_[range.begin].span.begin, words_[range.end - 1].span.end};
}

std::optional<WordRange> Wording::find(std::string_view joined, std::uint32_t from) const {
  if (joined.empty()) return std::nullopt;
  for (std::size_t next = begins_[from];; ++next) {
    // Linear in the worst case, which std::string::find is not.
    const void* found = ::memmem(joined_.data() + next, joined_.size() - next, joined.data(), joined.size());
    if (found == nullptr) return std::nullopt;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - joined_.data());
    next = at;
    const auto begin = std::lower_bound(begins_.begin(), begins_.end(), at);
    const auto end = std::lower_bound(begin, begins_.end(), at + joined.size());
    if (*begin != at || end == begins_.end() || *end != at + joined.size()) continue;
    return WordRange{static_cast<std::uint32_t>(begin - begins_.begin()),
                     static_cast<std::uint32_t>(end - begins_.begin())};
  }
}

WordPairs::WordPairs(const Wording& passage) {
  const auto& words = passage.words();
  if (words.size() < 2) return;
  pairs_.reserve(words.size() - 1);
  for (std::uint32_t i = 0; i + 1 < words.size(); ++i)
    pairs_.emplace_back(hash_of(words[i].text, words[i + 1].text), i);
  std::sort(pairs_.begin(), pairs_.end());
}

void WordPairs::positions(const PlainWord& first, const PlainWord& second,
                          std::vector<std::uint32_t>& out) const {
  out.clear();
  const std::uint32_t hash = hash_of(first.text, second.text);
  auto at = std::lower_bound(pairs_.begin(), pairs_.end(), std::pair<std::uint32_t, std::uint32_t>(hash, 0));
  for (; at != pairs_.end() && at->first == hash && out.size() < positions_max; ++at) out.push_back(at->second);
}

std::optional<NearMatch> find_near(const Wording& passage, const WordPairs& pairs, const Wording& claim,
                                   WordRange claim_range) {
  if (claim_range.size() < 2 || claim_range.size() > near_words_max) return std::nullopt;
  std::optional<NearMatch> best;
  std::uint32_t best_cost = unreachable;
  for (const std::int64_t diagonal : likely_diagonals(pairs, claim, claim_range)) {
    BandedAlignment alignment(passage, claim, claim_range, diagonal);
    const std::uint32_t cost = alignment.run();
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = alignment.traced();
  }
  return best;
}

bool alike(std::string_view a_text, std::string_view b_text) {
  constexpr std::size_t shortest = 4, longest = 64;
  if (a_text.size() > longest || b_text.size() > longest) return false;
  auto a = letters_of(a_text), b = letters_of(b_text);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() < shortest) return false;
  const std::size_t allowed = a.size() >= 8 && a.front() == b.front() ? 2 : 1;
  if (b.size() - a.size() > allowed || (a.front() != b.front() && a.back() != b.back())) return false;
  std::array<std::size_t, longest + 1> row{}, before{}, second{};  // of the last three letters of `a`
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    second = before;
    before = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], second[j - 2] + 1);
    }
  }
  return row[b.size()] <= allowed;
}

}  // namespace kindling
