// All pairs of two models together: who wins, by how much in each measure, how surely, and whether to go on.
//
// A comparison is of one first and one second profile: those of the newest pair unless told otherwise; pairs of
// others are counted and left aside. Pairs come in the order of time, so that the sequence which decides when
// to stop (engine/mirror/sequential.h) is the one that anybody who looked earlier has seen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/mirror/answer_match.h"
#include "engine/mirror/grade.h"
#include "engine/mirror/judge.h"
#include "engine/mirror/pair_folder.h"
#include "engine/mirror/paired.h"
#include "engine/mirror/sequential.h"

namespace kindling {

struct ComparisonOptions {
  std::string first;             // profile; empty: the newest pair's
  std::string second;            // profile; empty: the newest pair's
  double margin = .1;            // of the mean score, within which two models count as equally good; > 0
  std::size_t judged_max = 200;  // pairs that the judge is asked about in one run
  const References* references = nullptr;  // borrowed
  Judge* judge = nullptr;                  // borrowed
};

struct GradedPair {
  std::string id;
  std::string question;
  AnswerMeasures first;
  AnswerMeasures second;
  Grade grade;
  std::string reason;  // the judge's, in the first order; empty: none was asked
};

enum class Wanted : std::uint8_t { more, less, neither };

// One measure of both answers, over the pairs where it is known of both.
struct MeasureComparison {
  std::string name;
  std::string unit;  // "share", "words", "tokens", "$", "ms"
  Wanted wanted = Wanted::neither;
  double first = 0;  // mean; of times the median
  double second = 0;
  MeanDifference difference = {};  // second less first
};

struct Comparison {
  std::string first, first_model;  // profile, and what its endpoint calls it
  std::string second, second_model;
  std::uint64_t wins = 0;  // of the second
  std::uint64_t losses = 0;
  std::uint64_t ties = 0;
  double sign_test_p = 1;  // looked at once
  double margin = 0;
  Stopping stopping;
  std::vector<MeasureComparison> measures;
  std::vector<GradedPair> graded;                   // in the order of time
  std::map<std::string, std::uint64_t> decided_by;  // wins and losses, by what decided
  std::map<std::string, std::uint64_t> failures;    // of the second, by error code; not graded
  std::uint64_t unreadable = 0;                     // files that are no pairs
  std::uint64_t others = 0;                         // pairs of other profiles
  std::uint64_t without_verdict = 0;                // the judge failed, or had judged enough for one run
  std::string judge_error;                          // of the last that failed
  std::uint64_t judged = 0;                         // in this run
  double judge_cost = 0;                            // US dollars, in this run, as far as known

  [[nodiscard]] std::uint64_t pairs() const { return graded.size(); }
};

// Called before each pair: how many of how many.
using OnPair = std::function<void(std::size_t done, std::size_t all)>;

// Memory grows with the number of pairs, not with their packs. With a judge, pairs that it gave no verdict on
// are left out rather than graded by another rule. Without a pair of these profiles everything is empty.
// Errors: `authentication` of the judge; `cancelled`; those of files.
[[nodiscard]] Result<Comparison> compare(PairFolder& folder, const ComparisonOptions& options,
                                         const OnPair& on_pair, const Cancellation& cancellation);

}  // namespace kindling
