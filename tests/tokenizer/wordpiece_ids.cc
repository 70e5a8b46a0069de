// wordpiece_ids VOCABULARY: reads one JSON string a line, prints the ids of each as one line of numbers. The
// counterpart of check_wordpiece.py; `--bench` instead prints megabytes a second over all lines.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
#include "tokenizer/wordpiece.h"

namespace {

constexpr std::uint64_t vocabulary_bytes_max = 64 << 20;

kindling::Status print_ids(const kindling::WordPiece& tokenizer) {
  std::string line;
  while (std::getline(std::cin, line)) {
    KINDLING_TRY(const auto text, kindling::parse_json(line));
    KINDLING_TRY(const auto ids, tokenizer.encode(text.as_string()));
    for (std::size_t i = 0; i < ids.size(); ++i) std::cout << (i == 0 ? "" : " ") << ids[i];
    std::cout << '\n';
  }
  return {};
}

kindling::Status measure(const kindling::WordPiece& tokenizer) {
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  for (std::string line; std::getline(std::cin, line);) {
    KINDLING_TRY(const auto text, kindling::parse_json(line));
    texts.emplace_back(text.as_string());
    bytes += texts.back().size();
  }
  const kindling::Stopwatch watch;
  std::uint64_t tokens = 0;
  std::vector<kindling::TokenId> ids;
  for (const std::string& text : texts) {
    ids.clear();
    tokenizer.encode_into(text, ids, SIZE_MAX);
    tokens += ids.size();
  }
  const double seconds = watch.seconds();
  std::cout << bytes << " bytes, " << tokens << " tokens, " << static_cast<double>(bytes) / seconds / 1e6
            << " MB/s\n";
  return {};
}

kindling::Status run(const char* path, bool bench) {
  KINDLING_TRY(const std::string vocabulary, kindling::system_files().read(path, vocabulary_bytes_max));
  KINDLING_TRY(const auto tokenizer, kindling::WordPiece::from_vocabulary(vocabulary).within(path));
  return bench ? measure(*tokenizer) : print_ids(*tokenizer);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const bool bench = argc == 3 && std::string_view(argv[2]) == "--bench";
  if (argc != 2 && !bench) {
    std::cerr << "usage: wordpiece_ids VOCABULARY [--bench] < strings.jsonl\n";
    return 2;
  }
  if (const auto status = run(argv[1], bench); !status) {
    std::cerr << "wordpiece_ids: " << status.error().sentence() << '\n';
    return 1;
  }
  return 0;
}
