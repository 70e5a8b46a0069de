// How well citations are checked, measured: answers whose true and false sentences are known
// (benchmarks/citations/make_answers.py makes them).
//
//   make_answers.py ... | kindling-citations [--show N] > tables.md
//
// stdin: one answer a line,
// {"passages":[{"number","text"}],"answer","sentences":[{"begin","end","kind","true"}]}. stdout: Markdown: what
// became of each kind of sentence, and of each language. --show prints up to N sentences of each kind that were
// judged wrongly. A sentence is refused when any part of it does not hold. What is measured is the shipped
// code: check_citations.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "engine/answer/cite.h"

namespace kindling {
namespace {

struct Tally {
  std::size_t sentences = 0, accepted = 0;
  std::map<std::string, std::size_t> verdicts;  // of those refused, by problem
  std::size_t shown = 0;
};

struct Tables {
  std::map<std::string, Tally> kinds[2];  // false, true sentences
  std::map<std::string, Tally> languages[2];
  std::vector<double> milliseconds;  // of an answer
};

// What was made of the bytes [begin, end): the worst of the sentences that overlap them.
const CheckedSentence* worst(const CitationCheck& check, ByteSpan span) {
  const CheckedSentence* found = nullptr;
  for (const CheckedSentence& sentence : check.sentences) {
    if (!sentence.span.overlaps(span)) continue;
    if (found == nullptr || (found->holds() && !sentence.holds())) found = &sentence;
  }
  return found;
}

void show(const CheckedSentence& sentence, std::string_view text, std::string_view kind, bool is_true) {
  std::fprintf(stderr, "%s %s: %s, %s, passage %u: %s\n\n", is_true ? "refused" : "missed",
               std::string(kind).c_str(), std::string(to_string(sentence.support)).c_str(),
               std::string(to_string(sentence.problem)).c_str(), sentence.passage, std::string(text).c_str());
}

void count(Tally& tally, const CheckedSentence* sentence) {
  ++tally.sentences;
  if (sentence == nullptr || sentence->holds()) {
    ++tally.accepted;
  } else {
    ++tally.verdicts[std::string(to_string(sentence->problem))];
  }
}

void measure(const Json& made, Tables& tables, std::size_t show_max) {
  std::vector<CitablePassage> passages;
  for (const Json& passage : made["passages"].items()) {
    passages.push_back({static_cast<std::uint32_t>(passage["number"].as_integer()), passage["text"].as_string(),
                        passage["heading"].as_string()});
  }
  const std::string_view answer = made["answer"].as_string();
  const auto begin = std::chrono::steady_clock::now();
  const CitationCheck check = check_citations(answer, passages);
  tables.milliseconds.push_back(
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  for (const Json& sentence : made["sentences"].items()) {
    const ByteSpan span{static_cast<std::uint32_t>(sentence["begin"].as_integer()),
                        static_cast<std::uint32_t>(sentence["end"].as_integer())};
    const bool is_true = sentence["true"].as_bool();
    const std::string kind(sentence["kind"].as_string());
    const CheckedSentence* verdict = worst(check, span);
    Tally& tally = tables.kinds[is_true][kind];
    count(tally, verdict);
    count(tables.languages[is_true][std::string(made["language"].as_string())], verdict);
    if (verdict != nullptr && verdict->holds() != is_true && tally.shown++ < show_max)
      show(*verdict, slice(answer, span), kind, is_true);
  }
}

void print_rows(const std::map<std::string, Tally>& rows) {
  Tally all;
  const auto print = [](const std::string& name, const Tally& tally) {
    std::string verdicts;
    for (const auto& [problem, times] : tally.verdicts)
      verdicts += (verdicts.empty() ? "" : ", ") + problem + " " + std::to_string(times);
    const double refused = 100. * static_cast<double>(tally.sentences - tally.accepted) /
                           static_cast<double>(std::max<std::size_t>(1, tally.sentences));
    std::printf("| %s | %zu | %zu | %zu | %.2f %% | %s |\n", name.c_str(), tally.sentences, tally.accepted,
                tally.sentences - tally.accepted, refused, verdicts.c_str());
  };
  for (const auto& [name, tally] : rows) {
    print(name, tally);
    all.sentences += tally.sentences;
    all.accepted += tally.accepted;
    for (const auto& [problem, times] : tally.verdicts) all.verdicts[problem] += times;
  }
  print("all", all);
}

int run(std::size_t show_max) {
  Tables tables;
  for (std::string line; std::getline(std::cin, line);) {
    const auto made = parse_json(line);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.error().why.c_str());
      return EXIT_FAILURE;
    }
    measure(*made, tables, show_max);
  }
  for (const bool is_true : {false, true}) {
    for (const auto* rows : {&tables.kinds[is_true], &tables.languages[is_true]}) {
      std::printf("| %s | sentences | accepted | refused | | as |\n|---|---|---|---|---|---|\n",
                  is_true ? "true" : "planted");
      print_rows(*rows);
      std::printf("\n");
    }
  }
  std::sort(tables.milliseconds.begin(), tables.milliseconds.end());
  if (tables.milliseconds.empty()) return EXIT_SUCCESS;
  const auto at = [&](double share) {
    return tables
        .milliseconds[static_cast<std::size_t>(share * static_cast<double>(tables.milliseconds.size() - 1))];
  };
  std::printf("Milliseconds an answer: p50 %.2f, p99 %.2f, most %.2f.\n", at(.5), at(.99), at(1));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace kindling

int main(int count, char** words) {
  const bool show = count == 3 && std::string(words[1]) == "--show";
  return kindling::run(show ? std::strtoul(words[2], nullptr, 10) : 0);
}
