// The keyword leg of an index on disk, timed inside one process: the best chunks of each question, with their
// sections, as retrieval asks for them (index/lexical.h).
//
//   kindling-selection INDEX QUESTIONS ROUNDS COUNT... [check]
//
// One thread; of each question the least wall and processor time of the rounds; a line for each count, and one
// for all matches when COUNT is 0. With `check` every tenth question is held against all matches for each
// count: the selected must be the best of them, with the same numbers.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "engine/retrieve/retrieve.h"
#include "index/snapshot.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

using Question = std::vector<Term>;

double at_share(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

LexicalMatches ask(const Snapshot& snapshot, const Question& question, std::size_t count) {
  if (count == 0) return snapshot.lexical(question);
  return snapshot.lexical(question, {.count = count,
                                     .bigram_weight = bigram_weight,
                                     .named_weight = named_weight,
                                     .also = {},
                                     .allowed = nullptr});
}

void time_questions(const Snapshot& snapshot, const std::vector<Question>& questions, int rounds,
                    std::size_t count) {
  std::vector<double> wall(questions.size(), 1e9);
  std::vector<double> processor(questions.size(), 1e9);
  std::size_t chunks = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const double before = process_usage().cpu_seconds;
      const Stopwatch watch;
      chunks += ask(snapshot, questions[i], count).chunks.size();
      wall[i] = std::min(wall[i], watch.milliseconds());
      processor[i] = std::min(processor[i], 1e3 * (process_usage().cpu_seconds - before));
    }
  }
  std::printf(
      "count %zu: wall p50 %.3f p90 %.3f p99 %.3f max %.3f, processor p50 %.3f p99 %.3f ms, %.0f chunks\n",
      count, at_share(wall, .5), at_share(wall, .9), at_share(wall, .99), at_share(wall, 1),
      at_share(processor, .5), at_share(processor, .99),
      static_cast<double>(chunks) / static_cast<double>(questions.size()) / std::max(rounds, 1));
}

bool same(const ChunkMatch& a, const ChunkMatch& b) {
  return a.chunk == b.chunk && a.score == b.score && a.bigram == b.bigram && a.coverage == b.coverage;
}

// How many of the selected differ from the best of all.
std::size_t differences(const Snapshot& snapshot, const Question& question, std::size_t count) {
  const LexicalMatches all = ask(snapshot, question, 0);
  const LexicalMatches selected = ask(snapshot, question, count);
  std::vector<std::pair<float, const ChunkMatch*>> ranked;
  for (const ChunkMatch& match : all.chunks) {
    const SectionIndex section = snapshot.section_of(match.chunk);
    const auto at = std::lower_bound(all.sections.begin(), all.sections.end(), section,
                                     [](const SectionMatch& each, SectionIndex s) { return each.section < s; });
    float value = match.score + bigram_weight * match.bigram;
    value += named_weight * at->named_heading;
    ranked.emplace_back(-value, &match);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(count, ranked.size()));
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::size_t differing = ranked.size() == selected.chunks.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(ranked.size(), selected.chunks.size()); ++i)
    differing += same(*ranked[i].second, selected.chunks[i]) ? 0 : 1;
  const float within = 1e-6F * static_cast<float>(question.size());
  return differing + (std::abs(all.coverage_max - selected.coverage_max) < within ? 0 : 1);
}

int run(const char* folder, const char* asked, int rounds, std::span<char*> counts) {
  const bool checks = std::string_view(counts.back()) == "check";
  if (checks) counts = counts.first(counts.size() - 1);
  auto snapshot = Snapshot::open(system_files(), folder);
  std::ifstream lines(asked);
  if (!snapshot || !lines) {
    std::cerr << "kindling-selection: " << (lines ? snapshot.error().sentence() : "no questions") << '\n';
    return 1;
  }
  std::vector<Question> questions;
  for (std::string line; std::getline(lines, line);) {
    Question question = analyze_question(line, Language::english);
    if (question.size() >= 3 && question.size() <= 12) questions.push_back(std::move(question));
  }
  std::printf("%zu questions, %u chunks, %llu segments\n", questions.size(), (*snapshot)->chunk_slots(),
              static_cast<unsigned long long>((*snapshot)->statistics().segments));
  std::size_t differing = 0;
  for (char* text : counts) {
    const std::size_t count = std::strtoul(text, nullptr, 10);
    time_questions(**snapshot, questions, rounds, count);
    for (std::size_t i = 0; checks && count > 0 && i < questions.size(); i += 10)
      differing += differences(**snapshot, questions[i], count);
  }
  if (checks) std::printf("%zu differences\n", differing);
  return differing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "kindling-selection: INDEX QUESTIONS ROUNDS COUNT... [check]\n";
    return 2;
  }
  return kindling::run(argv[1], argv[2], std::atoi(argv[3]),
                       std::span(argv, static_cast<std::size_t>(argc)).subspan(4));
}
