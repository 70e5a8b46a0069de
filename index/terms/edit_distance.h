// How many edits lead from one word to each of many others that come in order: a letter more, a letter less,
// another letter, two neighbours exchanged (no letter edited twice: optimal string alignment).
//
// Words that begin alike share the work for what they have in common, and once a beginning is hopeless, all
// words with it are: a sorted dictionary is passed by leaps. Letters are code points. For one thread.
//
// Wagner and Fischer, "The string-to-string correction problem" (1974); transpositions after Damerau (1964).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

[[nodiscard]] std::u32string code_points_of(std::string_view text);

class EditDistance {
 public:
  EditDistance(std::string_view wanted, unsigned edits_max);

  // None: more than `edits_max`.
  [[nodiscard]] std::optional<unsigned> to(std::string_view word);
  // After none: as many bytes of that word as no word within reach begins with; 0: other words with the same
  // beginning may be.
  [[nodiscard]] std::size_t hopeless_bytes() const { return hopeless_bytes_; }

 private:
  void add_row(std::size_t depth, char32_t letter);
  [[nodiscard]] bool hopeless(std::size_t depth) const;

  std::u32string wanted_;
  unsigned edits_max_;
  std::u32string path_;                      // whose rows are known
  std::vector<std::vector<unsigned>> rows_;  // [letters of the path + 1][letters wanted + 1]
  std::vector<unsigned> least_;              // of each row
  std::size_t hopeless_bytes_ = 0;
};

}  // namespace kindling
