// What Kindling adds to an endpoint's own time, against a bare client of the same server, by turns.
//
//   kindling-overhead [--rounds N] [--first-token-ms N]
//   kindling-overhead --index DIR --questions FILE [--budget TOKENS]    (one question a line; the default
//   encoder)
//
// The first form: time to the first token, and from a token's leaving the server to its display. The second:
// from the question to the request's being at the server whole, retrieval, packing and transfer included.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "benchmarks/endpoint/timing_server.h"
#include "encoder/encoder.h"
#include "engine/ask.h"
#include "engine/endpoint/chat_request.h"
#include "engine/endpoint/rate_limit.h"
#include "index/snapshot.h"

namespace kindling {
namespace {

struct Wishes {
  int rounds = 200;
  int first_token_ms = 100;
  std::string index;
  std::string questions;
  std::optional<std::uint64_t> budget;
};

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

void print_row(const char* what, const std::vector<double>& values) {
  std::printf("| %s | %.3f | %.3f | %zu |\n", what, quantile(values, .5), quantile(values, .99), values.size());
}

// Muse Spark's profile with its limits shared as in earnest, led to this machine.
ModelProfile profile_of(const TimingServer& server) {
  ModelProfile profile = find_profile("muse-spark").value();
  profile.base_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1";
  profile.key_env.clear();
  profile.rate_folder = default_rate_folder();
  profile.requests_per_minute = profile.tokens_per_minute = 1'000'000'000;  // kept, and never in the way
  return profile;
}

std::vector<double> token_delays(ChatEndpoint& endpoint, const GenerationRequest& request,
                                 double& first_token_ms) {
  std::vector<double> delays;
  const auto generation = endpoint.complete(
      request,
      [&](std::string_view token) {
        const std::int64_t now = steady_ns();
        delays.push_back(static_cast<double>(now - std::stoll(std::string(token))) / 1e3);
        return true;
      },
      never_cancelled());
  if (generation.ok()) first_token_ms = generation->first_token_ms;
  return delays;
}

void compare_with_bare_client(const Wishes& wishes, std::size_t prompt_bytes) {
  TimingServer server({.first_token = std::chrono::milliseconds(wishes.first_token_ms)});
  const ModelProfile profile = profile_of(server);
  GenerationRequest request;
  request.messages = {{"user", std::string(prompt_bytes, 'x')}};
  request.prompt_tokens_expected = prompt_bytes / 4;
  const std::string body = to_string(chat_body(profile, request));
  const auto endpoint = ChatEndpoint::open(profile, {}).value();
  std::vector<double> own_first, bare_first, ratio, own_delay, bare_delay;
  for (int round = 0; round < wishes.rounds; ++round) {
    double first_ms = 0;
    const auto own = [&] {
      for (const double delay : token_delays(*endpoint, request, first_ms)) own_delay.push_back(delay);
      own_first.push_back(first_ms);
    };
    const auto bare = [&] {
      const BareTimes times = ask_barely(server.port(), body);
      bare_first.push_back(times.first_token_ms);
      bare_delay.insert(bare_delay.end(), times.token_delay_us.begin(), times.token_delay_us.end());
    };
    if (round % 2 == 0) own(), bare();
    if (round % 2 == 1) bare(), own();
    ratio.push_back(own_first.back() / bare_first.back());
  }
  std::printf(
      "\n%zu bytes of prompt, the server's first token after %d ms\n\n| | median | p99 | n "
      "|\n|---|---|---|---|\n",
      prompt_bytes, wishes.first_token_ms);
  print_row("first token, Kindling, ms", own_first);
  print_row("first token, bare client, ms", bare_first);
  print_row("quotient of a pair", ratio);
  print_row("token from server to display, Kindling, us", own_delay);
  print_row("token from server to hand, bare client, us", bare_delay);
}

int measure_asking(const Wishes& wishes) {
  TimingServer server({.first_token = std::chrono::microseconds(0), .tokens = 1});
  const ModelProfile profile = profile_of(server);
  const auto snapshot = Snapshot::open(system_files(), wishes.index);
  const auto folder = default_encoder_folder();
  auto encoder =
      folder.ok() ? open_encoder(*folder, Precision::f32) : Result<std::unique_ptr<Encoder>>(folder.error());
  if (!snapshot.ok() || !encoder.ok()) {
    const Error& error = !snapshot.ok() ? snapshot.error() : encoder.error();
    std::fprintf(stderr, "%s\n", error.sentence().c_str());
    return 1;
  }
  std::vector<double> total, rest, cpu, bytes;
  std::vector<std::vector<double>> stages(2);
  std::ifstream file(wishes.questions);
  for (std::string line; std::getline(file, line);) {
    AskOptions options;
    options.pack.budget = wishes.budget;
    const double cpu_before = process_usage().cpu_seconds;
    const std::int64_t begin = steady_ns();
    const auto answer = ask(**snapshot, encoder->get(), Question{line, SearchMode::hybrid, {}}, &profile,
                            options, {}, never_cancelled());
    if (!answer.ok()) {
      std::fprintf(stderr, "%s\n", answer.error().sentence().c_str());
      return 1;
    }
    total.push_back(static_cast<double>(server.received_ns() - begin) / 1e6);
    cpu.push_back((process_usage().cpu_seconds - cpu_before) * 1e3);
    rest.push_back(total.back());
    bytes.push_back(static_cast<double>(server.received_bytes()) / 1e3);
    for (const auto& [name, ms] : answer->timings_ms) {
      if (name == "retrieve") stages[0].push_back(ms);
      if (name == "pack") stages[1].push_back(ms);
      if (name == "retrieve" || name == "pack") rest.back() -= ms;
    }
  }
  std::printf("| from the question to the request at the server | median | p99 | n |\n|---|---|---|---|\n");
  print_row("all, ms", total);
  print_row("of that retrieval, the question's vector included, ms", stages[0]);
  print_row("of that packing, ms", stages[1]);
  print_row("the rest: opening the endpoint, its limits, the body, the transfer, ms", rest);
  print_row("processor time of all threads, the server's included, ms", cpu);
  print_row("the request, KB", bytes);
  return 0;
}

bool read_wishes(int argc, char** argv, Wishes& wishes) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--rounds") {
      wishes.rounds = std::stoi(value);
    } else if (flag == "--first-token-ms") {
      wishes.first_token_ms = std::stoi(value);
    } else if (flag == "--index") {
      wishes.index = value;
    } else if (flag == "--questions") {
      wishes.questions = value;
    } else if (flag == "--budget") {
      wishes.budget = std::stoull(value);
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && wishes.index.empty() == wishes.questions.empty();
}

int run(int argc, char** argv) {
  Wishes wishes;
  if (!read_wishes(argc, argv, wishes)) {
    std::fprintf(stderr,
                 "usage: kindling-overhead [--rounds N] [--first-token-ms N]\n"
                 "       kindling-overhead --index DIR --questions FILE [--budget TOKENS]\n");
    return 2;
  }
  if (!wishes.index.empty()) return measure_asking(wishes);
  for (const std::size_t prompt_bytes : {std::size_t{8} << 10, std::size_t{1} << 20}) {
    compare_with_bare_client(wishes, prompt_bytes);
  }
  return 0;
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) { return kindling::run(argc, argv); }
