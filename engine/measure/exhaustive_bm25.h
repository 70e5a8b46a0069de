// BM25 over passages by the definition: every posting of every term, sums in double precision. The twin that
// faster searches are held against (benches, tests); its speed does not matter.
//
//   score = sum over the question's terms of idf * tf / (tf + k1 (1 - b + b length / mean length))
//   idf   = ln(1 + (N - df + .5) / (df + .5)),  k1 = .9,  b = .6
//
// Not thread-safe while passages are added; afterwards `top` may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kindling {

struct ExhaustiveHit {
  std::uint32_t passage = 0;
  double score = 0;
};

class ExhaustiveBm25 {
 public:
  // The next passage, as the terms of its text in any order; its length is their number.
  void add(std::span<const std::string_view> terms);

  // The best `k` of the passages that hold a term, best first, ties in the order of adding. A term that the
  // question repeats counts once.
  [[nodiscard]] std::vector<ExhaustiveHit> top(std::span<const std::string_view> question, std::size_t k) const;

  // Of every passage; zero for those that hold no term of the question.
  [[nodiscard]] std::vector<double> scores(std::span<const std::string_view> question) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Postings = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // passage, occurrences

  std::unordered_map<std::string, Postings, Hash, std::equal_to<>> postings_;
  std::vector<std::uint32_t> lengths_;
  std::uint64_t length_sum_ = 0;
};

}  // namespace kindling
