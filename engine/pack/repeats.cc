#include "engine/pack/repeats.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>

#include "base/check.h"
#include "engine/pack/sentence_words.h"

namespace kindling {
namespace {

constexpr double near_share = .9;  // of the pairs of words that two sentences have together
constexpr std::array<std::uint64_t, 2> odd_factors{0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full};

std::uint64_t mixed(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15ull;
  return value ^ (value >> 32);
}

// The up to eight bytes of `text` at [begin, end), zeros behind them.
std::uint64_t up_to_eight(std::string_view text, std::size_t begin, std::size_t end) {
  std::uint64_t bytes = 0;
  for (std::size_t i = std::min(end, begin + 8); i-- > begin;)
    bytes = bytes << 8 | static_cast<unsigned char>(text[i]);
  return bytes;
}

std::uint64_t eight_at(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data() + at, 8);
  return bytes;
}

// Of a word's bytes with the bit of small letters set: digits keep theirs, other bytes are told apart well
// enough, for what is found by a hash is compared afterwards.
inline std::uint64_t word_hash(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::uint64_t small_letters = 0x2020202020202020ull;
  const std::size_t size = end - begin;
  if (size < 16 && begin + 16 <= text.size()) {
    // Without a branch on whether there are more than seven: it would be guessed wrong at every fifth word.
    const bool long_word = size >= 8;
    const std::uint64_t whole = ~std::uint64_t{0}, part = (std::uint64_t{1} << 8 * (size & 7)) - 1;
    const std::uint64_t first = eight_at(text, begin) & (long_word ? whole : part);
    const std::uint64_t second = eight_at(text, begin + 8) & part;
    const std::uint64_t of_first = mixed(size ^ (first | small_letters));
    const std::uint64_t of_both = mixed(of_first ^ (second | small_letters));
    return long_word ? of_both : of_first;
  }
  std::uint64_t hash = size;
  for (; end - begin >= 8; begin += 8) hash = mixed(hash ^ (eight_at(text, begin) | small_letters));
  return mixed(hash ^ (up_to_eight(text, begin, end) | small_letters));
}

std::uint64_t pair_hash(std::uint64_t first, std::uint64_t second) {
  return mixed(first * odd_factors[1] + second);
}

// Two of each product of each pair of neighbours: its halves.
std::array<std::uint32_t, 4> minima_of(std::span<const std::uint64_t> hashes) {
  std::array<std::uint32_t, 4> minima;
  minima.fill(std::numeric_limits<std::uint32_t>::max());
  for (std::size_t w = 1; w < hashes.size(); ++w) {
    const std::uint64_t pair = pair_hash(hashes[w - 1], hashes[w]);
    for (std::size_t i = 0; i < 2; ++i) {
      const std::uint64_t product = (pair ^ odd_factors[i]) * odd_factors[i];
      minima[2 * i] = std::min(minima[2 * i], static_cast<std::uint32_t>(product));
      minima[2 * i + 1] = std::min(minima[2 * i + 1], static_cast<std::uint32_t>(product >> 32));
    }
  }
  return minima;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  each_word(text,
            [&](std::size_t begin, std::size_t end) { words.push_back(text.substr(begin, end - begin)); });
  return words;
}

bool same_words(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::vector<std::string_view> first = words_of(a), second = words_of(b);
  return std::equal(first.begin(), first.end(), second.begin(), second.end(), same_word);
}

bool is_negation(std::string_view word) {
  static constexpr std::size_t longest = 7;
  static constexpr std::array<std::string_view, 12> negations{
      "not", "no", "never", "none", "without", "cannot", "nor", "non", "nicht", "kein", "keine", "t"};  // isn't
  return word.size() <= longest && std::any_of(negations.begin(), negations.end(),
                                               [&](std::string_view other) { return same_word(word, other); });
}

// A number, a name or a negation: must be the same in both sentences.
bool is_telling(std::string_view word, bool first) {
  const auto tells = [&](char c) { return (c >= '0' && c <= '9') || (!first && c >= 'A' && c <= 'Z'); };
  return std::any_of(word.begin(), word.end(), tells) || is_negation(word);
}

std::size_t common_size(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::size_t common = 0;
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    common += a[i] == b[k] ? 1 : 0;
    const bool first = a[i] <= b[k], second = b[k] <= a[i];
    i += first ? 1 : 0;
    k += second ? 1 : 0;
  }
  return common;
}

// Two sentences whose lengths differ by more cannot have nine tenths of their pairs in common.
bool similar_length(std::uint32_t a, std::uint32_t b) {
  return static_cast<double>(std::min(a, b)) >= .85 * static_cast<double>(std::max(a, b));
}

}  // namespace

Repeats::Fingerprint Repeats::fingerprint(std::string_view text, bool near) {
  Fingerprint fingerprint;
  if (hashes_.size() <= text.size() / 2) hashes_.resize(text.size() / 2 + 1);  // words end before others begin
  std::uint64_t* next = hashes_.data();
  each_word(text, [&](std::size_t begin, std::size_t end) {
    *next = word_hash(text, begin, end);
    fingerprint.words_hash = mixed(fingerprint.words_hash ^ *next++);
    fingerprint.letters += static_cast<std::uint32_t>(end - begin);
  });
  fingerprint.words = static_cast<std::uint32_t>(next - hashes_.data());
  if (!near || fingerprint.words < near_words_min) return fingerprint;
  const std::array<std::uint32_t, 4> minima = minima_of(std::span(hashes_.data(), next));
  // One minimum alone is shared by sentences that have little in common; two of them seldom are.
  static constexpr std::array<std::array<std::size_t, 2>, 4> pairings{{{0, 1}, {2, 3}, {0, 2}, {1, 3}}};
  for (std::size_t i = 0; i < pairings.size(); ++i) {
    fingerprint.bands[i] = pair_hash(minima[pairings[i][0]], minima[pairings[i][1]]);
  }
  return fingerprint;
}

std::optional<Repeats::Repeat> Repeats::find(std::string_view text, const Fingerprint& fingerprint) {
  if (fingerprint.letters >= repeat_letters_min) {
    const Said* same = said_under(by_words_, fingerprint.words_hash);
    if (same != nullptr && same_words(same->text, text)) return Repeat{same->name, Kind::exact};
  }
  if (fingerprint.bands[0] == 0) return std::nullopt;
  asked_.read = false;
  const Said* compared = nullptr;
  for (std::size_t i = 0; i < by_band_.size(); ++i) {
    const Said* said = said_under(by_band_[i], fingerprint.bands[i]);
    if (said == nullptr || said == compared) continue;
    compared = said;
    if (similar_length(said->words, fingerprint.words) && nearly_same(text, said->text))
      return Repeat{said->name, Kind::near};
  }
  return std::nullopt;
}

void Repeats::add(std::string_view text, const Fingerprint& fingerprint, std::uint32_t name) {
  const auto index = static_cast<std::uint32_t>(said_.size());
  said_.push_back({text, name, fingerprint.words, false});
  if (fingerprint.letters >= repeat_letters_min) add_to(by_words_, fingerprint.words_hash, index);
  if (fingerprint.bands[0] == 0) return;
  for (std::size_t i = 0; i < by_band_.size(); ++i) add_to(by_band_[i], fingerprint.bands[i], index);
}

void Repeats::withdraw(std::size_t count) {
  KINDLING_CHECK(count <= size());
  for (std::size_t i = said_.size(); count > 0; --i) {
    if (said_[i - 1].withdrawn) continue;
    said_[i - 1].withdrawn = true;
    ++withdrawn_;
    --count;
  }
}

const Repeats::Said* Repeats::said_under(const Table& table, std::uint64_t key) const {
  const std::uint32_t index = table.find(key);
  if (index == Table::none || said_[index].withdrawn) return nullptr;
  return &said_[index];
}

// The first that was said stays, unless it was withdrawn.
void Repeats::add_to(Table& table, std::uint64_t key, std::uint32_t index) {
  if (said_under(table, key) == nullptr) table.put(key, index);
}

bool Repeats::nearly_same(std::string_view text, std::string_view said) {
  if (!asked_.read) read_pairs(text, asked_);
  read_pairs(said, known_);
  if (asked_.telling != known_.telling) return false;
  const std::size_t common = common_size(asked_.pairs, known_.pairs);
  const std::size_t together = asked_.pairs.size() + known_.pairs.size() - common;
  return static_cast<double>(common) >= near_share * static_cast<double>(together);
}

void Repeats::read_pairs(std::string_view text, Pairs& pairs) {
  pairs.read = true;
  pairs.pairs.clear();
  pairs.telling.clear();
  std::uint64_t previous = 0;
  each_word(text, [&](std::size_t begin, std::size_t end) {
    const std::uint64_t hash = word_hash(text, begin, end);
    if (is_telling(text.substr(begin, end - begin), previous == 0)) pairs.telling.push_back(hash);
    if (previous != 0) pairs.pairs.push_back(pair_hash(previous, hash));
    previous = hash;
  });
  std::sort(pairs.pairs.begin(), pairs.pairs.end());
  pairs.pairs.erase(std::unique(pairs.pairs.begin(), pairs.pairs.end()), pairs.pairs.end());
}

std::size_t Repeats::Table::place_of(std::uint32_t tag) const {
  std::size_t place = tag & (slots_.size() - 1);
  while (slots_[place].value != none && slots_[place].tag != tag) place = (place + 1) & (slots_.size() - 1);
  return place;
}

std::uint32_t Repeats::Table::find(std::uint64_t key) const {
  return slots_.empty() ? none : slots_[place_of(static_cast<std::uint32_t>(key))].value;
}

void Repeats::Table::put(std::uint64_t key, std::uint32_t value) {
  if (used_ * 2 >= slots_.size()) grow();
  const auto tag = static_cast<std::uint32_t>(key);
  Slot& slot = slots_[place_of(tag)];
  used_ += slot.value == none ? 1 : 0;
  slot = {tag, value};
}

void Repeats::Table::grow() {
  std::vector<Slot> old(std::max<std::size_t>(2'048, slots_.size() * 8));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.value != none) slots_[place_of(slot.tag)] = slot;
  }
}

}  // namespace kindling
