// Kindling's side of keywords/compare.py, and what makes the peers' work the same.
//
//   terms < passages            the terms of each line, as an index has them
//   questions < questions       the same of questions, stop words dropped
//   search TERMS QUESTIONS ROUNDS K...
//                               over such files; for each K a JSON line, then hits
//   bm25 | ranked INDEX QUESTIONS ROUNDS K...
//                               an index on disk asked such questions, for its best chunks by BM25 alone or as
//                               `search` ranks words (with pairs and headings); for each K a JSON line
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "engine/retrieve/retrieve.h"
#include "index/snapshot.h"
#include "index/terms/block_postings.h"
#include "index/terms/top_documents.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

int print_terms(bool questions) {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto terms = questions ? analyze_question(line, Language::english) : analyze(line, Language::english);
    std::string out;
    for (const Term& term : terms) out.append(out.empty() ? "" : " ").append(term.text);
    std::cout << out << '\n';
  }
  return 0;
}

// One thread; the processor time of each question in ms, the best of the rounds.
template <typename Ask>
std::vector<double> best_times(std::size_t questions, int rounds, Ask ask) {
  std::vector<double> best(questions, std::numeric_limits<double>::max());
  std::size_t found = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < questions; ++i) {
      const double begun = process_usage().cpu_seconds;
      found += ask(i);
      best[i] = std::min(best[i], 1e3 * (process_usage().cpu_seconds - begun));
    }
  }
  if (found == 0) std::cerr << "kindling-keywords: nothing was found\n";
  return best;
}

void print_list(const std::vector<double>& best) {
  for (std::size_t i = 0; i < best.size(); ++i) std::printf("%s%.5f", i == 0 ? "" : ", ", best[i]);
  std::printf("]}\n");
}

void ask(const BlockPostings& postings, const std::vector<std::string>& texts, int rounds, std::size_t k,
         double build_s) {
  TopDocuments documents(postings);
  const std::vector<double> best = best_times(
      texts.size(), rounds, [&](std::size_t i) { return documents.top(words_of(texts[i]), k).size(); });
  std::printf("{\"documents\": %u, \"terms\": %u, \"bytes\": %llu, \"build_cpu_s\": %.2f, \"ms\": [",
              postings.documents(), postings.term_count(), static_cast<unsigned long long>(postings.bytes()),
              build_s);
  print_list(best);
  for (const std::string& text : texts) {
    for (const RankedDocument& each : documents.top(words_of(text), std::min<std::size_t>(k, 10)))
      std::printf("%u:%.5f ", each.document, static_cast<double>(each.score));
    std::printf("\n");
  }
}

int search(const char* data, const char* asked, int rounds, std::span<const std::size_t> ks) {
  std::ifstream lines(data);
  std::ifstream questions(asked);
  if (!lines || !questions) {
    std::cerr << "kindling-keywords: cannot read " << (lines ? asked : data) << '\n';
    return 1;
  }
  const double before = process_usage().cpu_seconds;
  BlockPostingsBuilder builder;
  for (std::string line; std::getline(lines, line);) builder.add(words_of(line));
  auto postings = std::move(builder).finish();
  if (!postings) {
    std::cerr << "kindling-keywords: " << postings.error().sentence() << '\n';
    return 1;
  }
  const double build_s = process_usage().cpu_seconds - before;
  std::vector<std::string> texts;
  for (std::string line; std::getline(questions, line);) texts.push_back(line);

  for (const std::size_t k : ks) ask(*postings, texts, rounds, k, build_s);
  return 0;
}

// A word a term, one behind the other.
std::vector<Term> terms_of(std::string_view line) {
  std::vector<Term> terms;
  for (const std::string_view word : words_of(line)) {
    const auto at = static_cast<std::uint32_t>(word.data() - line.data());
    terms.push_back({std::string(word),
                     static_cast<std::uint32_t>(terms.size()),
                     {at, at + static_cast<std::uint32_t>(word.size())}});
  }
  return terms;
}

int search_index(const char* folder, const char* asked, int rounds, std::span<const std::size_t> ks,
                 bool ranked) {
  auto snapshot = Snapshot::open(system_files(), folder);
  std::ifstream lines(asked);
  if (!snapshot || !lines) {
    std::cerr << "kindling-keywords: " << (lines ? snapshot.error().sentence() : "no questions") << '\n';
    return 1;
  }
  std::vector<std::vector<Term>> questions;
  for (std::string line; std::getline(lines, line);) questions.push_back(terms_of(line));
  for (const std::size_t k : ks) {
    const LexicalSelection selection{.count = k,
                                     .bigram_weight = ranked ? bigram_weight : 0,
                                     .named_weight = ranked ? named_weight : 0,
                                     .also = {},
                                     .allowed = nullptr};
    const std::vector<double> best = best_times(questions.size(), rounds, [&](std::size_t i) {
      return (*snapshot)->lexical(questions[i], selection).chunks.size();
    });
    std::printf("{\"documents\": %u, \"bytes\": %llu, \"build_cpu_s\": 0, \"ms\": [",
                (*snapshot)->chunk_slots(), static_cast<unsigned long long>((*snapshot)->statistics().bytes));
    print_list(best);
  }
  return 0;
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "terms" || what == "questions") return kindling::print_terms(what == "questions");
  const bool of_index = what == "bm25" || what == "ranked";
  if ((what == "search" || of_index) && argc >= 6) {
    std::vector<std::size_t> ks;
    for (int i = 5; i < argc; ++i) ks.push_back(std::strtoul(argv[i], nullptr, 10));
    return of_index ? kindling::search_index(argv[2], argv[3], std::atoi(argv[4]), ks, what == "ranked")
                    : kindling::search(argv[2], argv[3], std::atoi(argv[4]), ks);
  }
  std::cerr
      << "kindling-keywords: terms, questions, search TERMS QUESTIONS ROUNDS K..., or bm25 or ranked INDEX "
         "QUESTIONS ROUNDS K...\n";
  return 2;
}
