// The tokenizers for benchmarks/peers: ids of many texts, and how fast one file is counted.
//
//   kindling-token-tool ids TOKENIZER          stdin: (u32 size, bytes) for each text; stdout: (u32 count, u32
//   ids,
//                                              i32 each id), little-endian; `count` is what counting says
//   kindling-token-tool time TOKENIZER FILE ROUNDS  JSON: tokens, bytes, CPU seconds of each round on one
//   thread
#include <ctime>
#include <iostream>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

constexpr std::uint64_t text_bytes_max = 1u << 30;

int complain(const Error& error) {
  std::cerr << "kindling-token-tool: " << error.sentence() << "\n";
  return 1;
}

void put(std::uint32_t number) { std::cout.write(reinterpret_cast<const char*>(&number), sizeof number); }

int print_ids(const Tokenizer& tokenizer) {
  std::uint32_t size = 0;
  std::string text;
  while (std::cin.read(reinterpret_cast<char*>(&size), sizeof size)) {
    text.resize(size);
    std::cin.read(text.data(), size);
    const auto ids = tokenizer.encode(text);
    if (!ids) return complain(ids.error());
    put(static_cast<std::uint32_t>(tokenizer.count(text).tokens));
    put(static_cast<std::uint32_t>(ids->size()));
    std::cout.write(reinterpret_cast<const char*>(ids->data()),
                    static_cast<std::streamsize>(ids->size() * sizeof(TokenId)));
  }
  return 0;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int print_times(const Tokenizer& tokenizer, const std::string& file, int rounds) {
  const auto text = system_files().read(file, text_bytes_max);
  if (!text) return complain(text.error());
  std::uint64_t tokens = 0;
  Json seconds = Json::array();
  for (int round = 0; round < rounds; ++round) {
    const double start = cpu_seconds();
    tokens = tokenizer.count(*text).tokens;
    seconds.push(cpu_seconds() - start);
  }
  std::cout << to_string(Json::object({{"tokens", tokens}, {"bytes", text->size()}, {"cpu_s", seconds}}))
            << "\n";
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const bool ids = arguments.size() == 2 && arguments[0] == "ids";
  const bool time = arguments.size() == 4 && arguments[0] == "time";
  if (!ids && !time) {
    std::cerr << "usage: kindling-token-tool ids TOKENIZER | time TOKENIZER FILE ROUNDS\n";
    return 2;
  }
  const auto tokenizer = open_tokenizer(system_files(), arguments[1]);
  if (!tokenizer) return complain(tokenizer.error());
  return ids ? print_ids(**tokenizer) : print_times(**tokenizer, arguments[2], std::stoi(arguments[3]));
}

}  // namespace
}  // namespace kindling

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  return kindling::run({arguments + 1, arguments + count});
}
