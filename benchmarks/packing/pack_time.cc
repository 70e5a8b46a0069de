// How long packing takes once retrieval is done: choosing, printing and counting, on one thread.
//
//   kindling-pack-time INDEX MODEL TOKENIZER BUDGET CANDIDATES REPEATS < questions
//
// MODEL: the encoder's folder. TOKENIZER: as in a profile ("estimator", a vocabulary's name or file). BUDGET:
// tokens for the request; for the estimator, which promises bytes, about four for each token meant. CANDIDATES:
// the so many most valuable sentences of each question are packed, or all there are. stdin: a question a line.
// stdout: one line, milliseconds of CPU.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/files.h"
#include "encoder/encoder.h"
#include "engine/measure/measures.h"
#include "engine/pack/context.h"
#include "engine/retrieve/evidence.h"

namespace kindling {
namespace {

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// The `count` most valuable, in the order given.
std::vector<Unit> best_of(const std::vector<Unit>& units, std::size_t count) {
  if (units.size() <= count) return units;
  std::vector<std::size_t> places(units.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  const auto end = places.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(places.begin(), end, places.end(), [&](std::size_t a, std::size_t b) {
    return units[a].value != units[b].value ? units[a].value > units[b].value : a < b;
  });
  std::sort(places.begin(), end);
  std::vector<Unit> best;
  for (auto place = places.begin(); place != end; ++place) best.push_back(units[*place]);
  return best;
}

struct Means {
  double questions = 0, candidates = 0, chosen = 0, tokens_max = 0;
};

Status run(char** arguments) {
  KINDLING_TRY(const auto snapshot, Snapshot::open(system_files(), arguments[1]));
  KINDLING_TRY(const auto encoder, open_encoder(arguments[2], Precision::f32));
  ModelProfile profile;
  profile.tokenizer = arguments[3];
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(profile));
  const std::uint64_t tokens = std::stoull(arguments[4]);
  const Budget budget{tokens, 0, tokens};
  std::vector<double> times;
  Means means;
  for (std::string question; std::getline(std::cin, question);) {
    KINDLING_TRY(
        Evidence evidence,
        gather_evidence(*snapshot, encoder.get(), {.text = question, .mode = SearchMode::hybrid, .filter = {}},
                        {.candidates = candidate_chunks(*tokenizer, tokens), .pinned = {}, .deadline_ms = {}},
                        Stopwatch(), never_cancelled()));
    const std::vector<Unit> units = best_of(evidence.units, std::stoull(arguments[5]));
    for (int round = std::stoi(arguments[6]); round > 0; --round) {
      const double begin = cpu_ms();
      const auto context = build_context(*snapshot, question, units, profile, *tokenizer, budget, {});
      times.push_back(cpu_ms() - begin);
      if (!context.ok()) return context.error();
      if (round > 1) continue;
      means.questions += 1;
      means.candidates += static_cast<double>(units.size());
      means.chosen += static_cast<double>(context->filling.chosen.size());
      means.tokens_max += static_cast<double>(context->certificate.tokens_max);
    }
  }
  if (means.questions == 0) return Error{ErrorCode::usage, "stdin", "no questions", "give one a line"};
  std::printf(
      "%.0f questions, %.0f candidates, %.0f chosen, tokens_max %.0f: min %.2f p50 %.2f p90 %.2f p99 %.2f ms\n",
      means.questions, means.candidates / means.questions, means.chosen / means.questions,
      means.tokens_max / means.questions, percentile(times, 0), percentile(times, .5), percentile(times, .9),
      percentile(times, .99));
  return {};
}

}  // namespace
}  // namespace kindling

int main(int count, char** arguments) {
  if (count != 7) {
    std::fputs("usage: kindling-pack-time INDEX MODEL TOKENIZER BUDGET CANDIDATES REPEATS < questions\n",
               stderr);
    return 2;
  }
  if (const auto done = kindling::run(arguments); !done.ok()) {
    std::fprintf(stderr, "%s\n", done.error().sentence().c_str());
    return 1;
  }
  return 0;
}
