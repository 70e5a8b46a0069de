#include "engine/repeats.h"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/bare_words.h"

namespace kindling {
namespace {

constexpr double near_share = .9;  // of the pairs of words that two sentences have together
constexpr std::array<std::uint64_t, 4> odd_factors{0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full,
                                                   0x165667b19e3779f9ull, 0xd6e8feb86659fd93ull};

bool in_word(unsigned char byte) {
  return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9');
}
unsigned char lower(unsigned char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte + 32) : byte;
}

struct Word {
  std::uint64_t hash = 0;  // of its letters in lower case
  bool telling = false;    // a number, a name or a negation: must be the same in both
};

bool is_negation(std::string_view word) {
  static constexpr std::array<std::string_view, 12> negations{
      "not", "no", "never", "none", "without", "cannot", "nor", "non", "nicht", "kein", "keine", "t"};  // isn't
  return std::find(negations.begin(), negations.end(), word) != negations.end();
}

// Calls take(Word) for each word of `text`, in order.
template <typename Take>
void each_word(std::string_view text, const Take& take) {
  std::string folded;
  bool first = true;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !in_word(static_cast<unsigned char>(text[at]))) ++at;
    if (at == text.size()) return;
    Word word{0xcbf29ce484222325ull, false};
    folded.clear();
    for (; at < text.size() && in_word(static_cast<unsigned char>(text[at])); ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if ((byte >= 'A' && byte <= 'Z' && !first) || (byte >= '0' && byte <= '9')) word.telling = true;
      word.hash = (word.hash ^ lower(byte)) * 0x100000001b3ull;
      if (folded.size() < 8) folded.push_back(static_cast<char>(lower(byte)));
    }
    first = false;
    if (folded.size() <= 7 && is_negation(folded)) word.telling = true;
    take(word);
  }
}

std::uint64_t pair_hash(std::uint64_t first, std::uint64_t second) {
  const std::uint64_t joined = first * 0x9e3779b97f4a7c15ull + second;
  return joined ^ (joined >> 29);
}

struct Pairs {
  std::vector<std::uint64_t> pairs;    // sorted, each once
  std::vector<std::uint64_t> telling;  // in order
};

Pairs pairs_of(std::string_view text) {
  Pairs found;
  std::uint64_t previous = 0;
  each_word(text, [&](const Word& word) {
    if (previous != 0) found.pairs.push_back(pair_hash(previous, word.hash));
    if (word.telling) found.telling.push_back(word.hash);
    previous = word.hash;
  });
  std::sort(found.pairs.begin(), found.pairs.end());
  found.pairs.erase(std::unique(found.pairs.begin(), found.pairs.end()), found.pairs.end());
  return found;
}

bool nearly_same(std::string_view a, std::string_view b) {
  const Pairs first = pairs_of(a), second = pairs_of(b);
  if (first.telling != second.telling) return false;
  std::vector<std::uint64_t> common;
  std::set_intersection(first.pairs.begin(), first.pairs.end(), second.pairs.begin(), second.pairs.end(),
                        std::back_inserter(common));
  const std::size_t together = first.pairs.size() + second.pairs.size() - common.size();
  return static_cast<double>(common.size()) >= near_share * static_cast<double>(together);
}

}  // namespace

Repeats::Fingerprint Repeats::fingerprint(std::string_view text, bool near) {
  Fingerprint fingerprint;
  fingerprint.letters_hash = 0xcbf29ce484222325ull;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!in_word(byte)) continue;
    fingerprint.letters_hash = (fingerprint.letters_hash ^ lower(byte)) * 0x100000001b3ull;
    ++fingerprint.letters;
  }
  if (!near) return fingerprint;
  fingerprint.minima.fill(std::numeric_limits<std::uint64_t>::max());
  std::uint64_t previous = 0;
  each_word(text, [&](const Word& word) {
    ++fingerprint.words;
    if (previous != 0) {
      const std::uint64_t pair = pair_hash(previous, word.hash);
      for (std::size_t i = 0; i < odd_factors.size(); ++i) {
        fingerprint.minima[i] = std::min(fingerprint.minima[i], (pair ^ odd_factors[i]) * odd_factors[i]);
      }
    }
    previous = word.hash;
  });
  return fingerprint;
}

std::optional<Repeats::Repeat> Repeats::find(std::string_view text, const Fingerprint& fingerprint) const {
  if (fingerprint.letters >= repeat_letters_min) {
    const auto same = by_letters_.find(fingerprint.letters_hash);
    if (same != by_letters_.end() && bare_words(said_[same->second].text) == bare_words(text)) {
      return Repeat{said_[same->second].name, Kind::exact};
    }
  }
  if (fingerprint.words < near_words_min) return std::nullopt;
  for (std::size_t i = 0; i < by_minimum_.size(); ++i) {
    const auto candidate = by_minimum_[i].find(fingerprint.minima[i]);
    if (candidate == by_minimum_[i].end()) continue;
    const Said& said = said_[candidate->second];
    if (nearly_same(said.text, text)) return Repeat{said.name, Kind::near};
  }
  return std::nullopt;
}

void Repeats::add(std::string_view text, const Fingerprint& fingerprint, std::uint32_t name) {
  const auto index = static_cast<std::uint32_t>(said_.size());
  said_.push_back({text, name});
  if (fingerprint.letters >= repeat_letters_min) by_letters_.emplace(fingerprint.letters_hash, index);
  if (fingerprint.words < near_words_min) return;
  for (std::size_t i = 0; i < by_minimum_.size(); ++i) by_minimum_[i].emplace(fingerprint.minima[i], index);
}

}  // namespace kindling
