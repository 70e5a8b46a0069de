// Kindling's side of keywords/compare.py, and what makes the peers' work the same.
//
//   terms < passages            the terms of each line, as an index has them
//   questions < questions       the same of questions, stop words dropped
//   search TERMS QUESTIONS ROUNDS K...
//                               over such files; for each K a JSON line, then hits
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

// One thread; the processor time of each question, the best of the rounds.
void ask(const BlockPostings& postings, const std::vector<std::string>& texts, int rounds, std::size_t k,
         double build_s) {
  TopDocuments documents(postings);
  std::vector<double> best(texts.size(), std::numeric_limits<double>::max());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const double begun = process_usage().cpu_seconds;
      const auto found = documents.top(words_of(texts[i]), k);
      best[i] = std::min(best[i], 1e3 * (process_usage().cpu_seconds - begun));
    }
  }
  std::printf("{\"documents\": %u, \"terms\": %u, \"bytes\": %llu, \"build_cpu_s\": %.2f, \"ms\": [",
              postings.documents(), postings.term_count(), static_cast<unsigned long long>(postings.bytes()),
              build_s);
  for (std::size_t i = 0; i < best.size(); ++i) std::printf("%s%.5f", i == 0 ? "" : ", ", best[i]);
  std::printf("]}\n");
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

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "terms" || what == "questions") return kindling::print_terms(what == "questions");
  if (what == "search" && argc >= 6) {
    std::vector<std::size_t> ks;
    for (int i = 5; i < argc; ++i) ks.push_back(std::strtoul(argv[i], nullptr, 10));
    return kindling::search(argv[2], argv[3], std::atoi(argv[4]), ks);
  }
  std::cerr << "kindling-keywords: terms, questions, or search TERMS QUESTIONS ROUNDS K...\n";
  return 2;
}
