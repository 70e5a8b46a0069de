#include "engine/repeats.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

namespace kindling {
namespace {

constexpr double near_share = .9;  // of the pairs of words that two sentences have together
constexpr std::array<std::uint64_t, 2> odd_factors{0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full};

// Letters and digits, and all bytes beyond ASCII.
constexpr std::array<bool, 256> word_bytes = [] {
  std::array<bool, 256> in_word{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    in_word[byte] = byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9');
  }
  return in_word;
}();

bool in_word(char c) { return word_bytes[static_cast<unsigned char>(c)]; }

std::uint64_t mixed(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15ull;
  return value ^ (value >> 32);
}

// Of a word's bytes with the bit of small letters set: digits keep theirs, other bytes are told apart well
// enough, for what is found by a hash is compared afterwards.
std::uint64_t word_hash(std::string_view word) {
  constexpr std::uint64_t small_letters = 0x2020202020202020ull;
  std::uint64_t hash = word.size();
  for (; word.size() >= 8; word.remove_prefix(8)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, word.data(), 8);
    hash = mixed(hash ^ (eight | small_letters));
  }
  std::uint64_t rest = 0;
  if (!word.empty()) std::memcpy(&rest, word.data(), word.size());
  return mixed(hash ^ (rest | small_letters));
}

// Bytes of the sign between words that stands at `at`; 0 where a word goes on. Beside ASCII's: general
// punctuation (curly quotes, dashes, bullets), guillemets, the no-break space and the soft hyphen, for two
// renderings of a page differ in them.
std::size_t sign_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (!in_word(text[at])) return 1;
  if (byte(at) == 0xe2 && (byte(at + 1) == 0x80 || byte(at + 1) == 0x81))
    return std::min<std::size_t>(3, text.size() - at);
  const bool latin_sign =
      byte(at + 1) == 0xa0 || byte(at + 1) == 0xab || byte(at + 1) == 0xad || byte(at + 1) == 0xbb;
  return byte(at) == 0xc2 && latin_sign ? 2 : 0;
}

// Calls take(word) for each word of `text`, in order.
template <typename Take>
void each_word(std::string_view text, const Take& take) {
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t sign = sign_at(text, at); sign > 0) {
      at += sign;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && sign_at(text, at) == 0) ++at;
    take(text.substr(begin, at - begin));
  }
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  each_word(text, [&](std::string_view word) { words.push_back(word); });
  return words;
}

bool same_words(std::string_view a, std::string_view b) {
  const std::vector<std::string_view> first = words_of(a), second = words_of(b);
  return std::equal(first.begin(), first.end(), second.begin(), second.end(), same_word);
}

bool is_negation(std::string_view word) {
  static constexpr std::array<std::string_view, 12> negations{
      "not", "no", "never", "none", "without", "cannot", "nor", "non", "nicht", "kein", "keine", "t"};  // isn't
  return std::any_of(negations.begin(), negations.end(),
                     [&](std::string_view other) { return same_word(word, other); });
}

// A number, a name or a negation: must be the same in both sentences.
bool is_telling(std::string_view word, bool first) {
  const auto tells = [&](char c) { return (c >= '0' && c <= '9') || (!first && c >= 'A' && c <= 'Z'); };
  return std::any_of(word.begin(), word.end(), tells) || is_negation(word);
}

struct Pairs {
  std::vector<std::uint64_t> pairs;    // sorted, each once
  std::vector<std::uint64_t> telling;  // in order
};

std::uint64_t pair_hash(std::uint64_t first, std::uint64_t second) {
  return mixed(first * odd_factors[1] + second);
}

Pairs pairs_of(std::string_view text) {
  Pairs found;
  std::uint64_t previous = 0;
  each_word(text, [&](std::string_view word) {
    const std::uint64_t hash = word_hash(word);
    if (is_telling(word, previous == 0)) found.telling.push_back(hash);
    if (previous != 0) found.pairs.push_back(pair_hash(previous, hash));
    previous = hash;
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

// Two sentences whose lengths differ by more cannot have nine tenths of their pairs in common.
bool similar_length(std::uint32_t a, std::uint32_t b) {
  return static_cast<double>(std::min(a, b)) >= .85 * static_cast<double>(std::max(a, b));
}

}  // namespace

Repeats::Fingerprint Repeats::fingerprint(std::string_view text, bool near) {
  Fingerprint fingerprint;
  std::array<std::uint32_t, 4> minima;  // two of each product: its halves
  minima.fill(std::numeric_limits<std::uint32_t>::max());
  std::uint64_t previous = 0;
  each_word(text, [&](std::string_view word) {
    const std::uint64_t hash = word_hash(word);
    fingerprint.words_hash = mixed(fingerprint.words_hash ^ hash);
    fingerprint.letters += static_cast<std::uint32_t>(word.size());
    ++fingerprint.words;
    if (near && previous != 0) {
      const std::uint64_t pair = pair_hash(previous, hash);
      for (std::size_t i = 0; i < 2; ++i) {
        const std::uint64_t product = (pair ^ odd_factors[i]) * odd_factors[i];
        minima[2 * i] = std::min(minima[2 * i], static_cast<std::uint32_t>(product));
        minima[2 * i + 1] = std::min(minima[2 * i + 1], static_cast<std::uint32_t>(product >> 32));
      }
    }
    previous = hash;
  });
  if (!near || fingerprint.words < near_words_min) return fingerprint;
  // One minimum alone is shared by sentences that have little in common; two of them seldom are.
  static constexpr std::array<std::array<std::size_t, 2>, 4> pairings{{{0, 1}, {2, 3}, {0, 2}, {1, 3}}};
  for (std::size_t i = 0; i < pairings.size(); ++i) {
    fingerprint.bands[i] = pair_hash(minima[pairings[i][0]], minima[pairings[i][1]]);
  }
  return fingerprint;
}

std::optional<Repeats::Repeat> Repeats::find(std::string_view text, const Fingerprint& fingerprint) const {
  if (fingerprint.letters >= repeat_letters_min) {
    const std::uint32_t* same = by_words_.find(fingerprint.words_hash);
    if (same != nullptr && same_words(said_[*same].text, text)) return Repeat{said_[*same].name, Kind::exact};
  }
  if (fingerprint.bands[0] == 0) return std::nullopt;
  for (std::size_t i = 0; i < by_band_.size(); ++i) {
    const std::uint32_t* candidate = by_band_[i].find(fingerprint.bands[i]);
    if (candidate == nullptr) continue;
    const Said& said = said_[*candidate];
    if (similar_length(said.words, fingerprint.words) && nearly_same(said.text, text))
      return Repeat{said.name, Kind::near};
  }
  return std::nullopt;
}

void Repeats::add(std::string_view text, const Fingerprint& fingerprint, std::uint32_t name) {
  const auto index = static_cast<std::uint32_t>(said_.size());
  said_.push_back({text, name, fingerprint.words});
  if (fingerprint.letters >= repeat_letters_min) by_words_.add(fingerprint.words_hash, index);
  if (fingerprint.bands[0] == 0) return;
  for (std::size_t i = 0; i < by_band_.size(); ++i) by_band_[i].add(fingerprint.bands[i], index);
}

std::size_t Repeats::Table::place_of(std::uint32_t tag) const {
  std::size_t place = tag & (slots_.size() - 1);
  while (slots_[place].value != empty && slots_[place].tag != tag) place = (place + 1) & (slots_.size() - 1);
  return place;
}

const std::uint32_t* Repeats::Table::find(std::uint64_t key) const {
  if (slots_.empty()) return nullptr;
  const Slot& slot = slots_[place_of(static_cast<std::uint32_t>(key))];
  return slot.value == empty ? nullptr : &slot.value;
}

void Repeats::Table::add(std::uint64_t key, std::uint32_t value) {
  if (used_ * 2 >= slots_.size()) grow();
  const auto tag = static_cast<std::uint32_t>(key);
  Slot& slot = slots_[place_of(tag)];
  if (slot.value != empty) return;
  slot = {tag, value};
  ++used_;
}

void Repeats::Table::grow() {
  std::vector<Slot> old(std::max<std::size_t>(1'024, slots_.size() * 4));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.value != empty) slots_[place_of(slot.tag)] = slot;
  }
}

}  // namespace kindling
