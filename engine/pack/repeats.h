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

  // What a text is found by; made once for `find` and `add`.
  struct Fingerprint {
    std::uint64_t words_hash = 0;
    std::uint32_t letters = 0;  // and digits
    std::uint32_t words = 0;
    std::array<std::uint64_t, 4> bands{};  // two minima each; of texts of near_words_min words and more
  };
  // `near`: also what near repeats are found by.
  [[nodiscard]] Fingerprint fingerprint(std::string_view text, bool near);

  [[nodiscard]] std::optional<Repeat> find(std::string_view text, const Fingerprint& fingerprint);
  void add(std::string_view text, const Fingerprint& fingerprint, std::uint32_t name);

  // Texts added and not withdrawn.
  [[nodiscard]] std::size_t size() const { return said_.size() - withdrawn_; }
  // Takes back the last `count` that were added.
  void withdraw(std::size_t count);

 private:
  struct Said {
    std::string_view text;
    std::uint32_t name = 0;
    std::uint32_t words = 0;
    bool withdrawn = false;
  };

  // Key -> index of said_, the first that came; open addressing.
  class Table {
   public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    // `none` where the key is not known.
    [[nodiscard]] std::uint32_t find(std::uint64_t key) const;
    void put(std::uint64_t key, std::uint32_t value);

   private:
    struct Slot {
      std::uint32_t tag = 0;  // half of the key: enough, for what is found is compared
      std::uint32_t value = none;
    };
    [[nodiscard]] std::size_t place_of(std::uint32_t tag) const;
    void grow();

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
  };

  // A sentence as near repeats are compared.
  struct Pairs {
    bool read = false;
    std::vector<std::uint64_t> pairs;    // of neighbouring words; sorted, each once
    std::vector<std::uint64_t> telling;  // numbers, names and negations, in order
  };

  static void read_pairs(std::string_view text, Pairs& pairs);
  [[nodiscard]] const Said* said_under(const Table& table, std::uint64_t key) const;
  void add_to(Table& table, std::uint64_t key, std::uint32_t index);
  [[nodiscard]] bool nearly_same(std::string_view text, std::string_view said);

  std::vector<Said> said_;
  std::size_t withdrawn_ = 0;
  Table by_words_;
  std::array<Table, 4> by_band_;
  // Kept between calls for their memory.
  std::vector<std::uint64_t> hashes_;
  Pairs asked_, known_;
};

}  // namespace kindling
