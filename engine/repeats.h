// Sentences that say what has been said already: told before they spend tokens twice.
//
// Exact: the same letters and digits, at least `repeat_letters_min` of them; case, blanks, line breaks and
// punctuation aside. Near: sentences of `near_words_min` words or more whose pairs of neighbouring words are at
// least nine tenths the same (Jaccard index), found through four minima of hashes (MinHash, Broder 1997) and
// then compared in full. What makes a difference in meaning makes a difference here: numbers, words with a
// capital and negations must be the same.
//
// Not thread-safe; borrows the texts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kindling {

inline constexpr std::size_t repeat_letters_min = 40;
inline constexpr std::size_t near_words_min = 16;

class Repeats {
 public:
  enum class Kind : std::uint8_t { exact, near };
  struct Repeat {
    std::uint32_t of = 0;  // the name under which the text was added
    Kind kind = Kind::exact;
  };

  // What `text` is fingerprinted by; made once for `find` and `add`.
  struct Fingerprint {
    std::uint64_t letters_hash = 0;
    std::size_t letters = 0;
    std::array<std::uint64_t, 4> minima{};
    std::size_t words = 0;
  };
  // `near`: also what near repeats are found by; leaving it out saves most of the time.
  [[nodiscard]] static Fingerprint fingerprint(std::string_view text, bool near);

  [[nodiscard]] std::optional<Repeat> find(std::string_view text, const Fingerprint& fingerprint) const;
  void add(std::string_view text, const Fingerprint& fingerprint, std::uint32_t name);

 private:
  struct Said {
    std::string_view text;
    std::uint32_t name = 0;
  };
  std::vector<Said> said_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_letters_;  // -> index of said_
  std::array<std::unordered_map<std::uint64_t, std::uint32_t>, 4>
      by_minimum_;  // the first text of each minimum
};

}  // namespace kindling
