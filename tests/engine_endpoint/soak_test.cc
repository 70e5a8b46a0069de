// Many requests with random faults over 32 connections at once: no hang, no leak, no answer told twice.
//
// Some hundred requests by default; KINDLING_SOAK_REQUESTS=10000 for the whole, which prints what it saw.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "net/http_client.h"
#include "tests/engine_endpoint/asking.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t callers = 32;

std::size_t requests_wanted() {
  const auto text = environment("KINDLING_SOAK_REQUESTS");
  return text ? std::stoul(*text) : 400;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * 4'096;
}

std::size_t open_files() { return system_files().list("/proc/self/fd")->size(); }

// What the user of one request has seen.
struct Seen {
  std::atomic<bool> shown{false};
};

struct Counts {
  std::atomic<std::size_t> ended{0}, whole{0}, partial{0}, failed{0}, asked{0}, asked_after_shown{0},
      told_twice{0};
  std::atomic<std::uint64_t> resident_early{0};
};

// A good answer whose every token names the request, so that a repetition shows.
Reply numbered_reply(std::size_t number) {
  StreamScript script;
  script.tokens.clear();
  for (int i = 0; i < 8; ++i)
    script.tokens.push_back("<" + std::to_string(number) + "." + std::to_string(i) + ">");
  return stream_reply(script);
}

std::string numbered_text(std::size_t number) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "<" + std::to_string(number) + "." + std::to_string(i) + ">";
  return text;
}

// A good answer cut, stalled or slowed at a random place; or any named fault but the 20 MB one and the one that
// takes seconds by design.
Reply random_reply(std::mt19937& random, std::size_t number, const RecordedRequest& request) {
  Reply good = numbered_reply(number);
  switch (random() % 8) {
    case 0:
    case 1:
      return good;
    case 2:
      return cut_into_pieces(std::move(good), 1 + random() % 40);
    case 3:
    case 4:
    case 5: {
      std::size_t size = 0;
      for (const Reply::Piece& piece : good.pieces) size += piece.bytes.size();
      const auto ending = random() % 4 == 0 ? Reply::Ending::stall : Reply::Ending::cut;
      return stop_after(std::move(good), random() % size, ending);
    }
    default: {
      const NamedFault& fault = chat_faults()[random() % chat_faults().size()];
      const bool slow =
          fault.name == "huge-event" || fault.name == "429-date-soon" || fault.name == "comments-only";
      return slow ? good : fault.reply(request);
    }
  }
}

class SoakTest : public AskingTest {
 protected:
  SoakTest() {
    limits_.first_token = limits_.idle = 250ms;
    profile_.rate_folder.clear();
  }

  void ask_numbered(ChatEndpoint& endpoint, std::size_t number) {
    GenerationRequest request = question();
    request.messages.back().content = "number=" + std::to_string(number);
    std::string shown;
    const auto generation = endpoint.complete(
        request,
        [&](std::string_view text) {
          seen_[number].shown = true;
          shown += text;
          return true;
        },
        never_cancelled());
    EXPECT_EQ(shown, generation.ok() ? generation->text : "") << number;
    if (shown.starts_with('<')) {
      const bool part = numbered_text(number).starts_with(shown);
      if (!part) ++counts_.told_twice;
    }
    ++(!generation.ok()                     ? counts_.failed
       : generation->finish == Finish::stop ? counts_.whole
                                            : counts_.partial);
    if (++counts_.ended == requests_wanted() / 10) counts_.resident_early = resident_bytes();
  }

  void serve_faults() {
    const auto random = std::make_shared<std::mt19937>(6);  // used on the server's thread only
    quiet_.respond_with([this, random](const RecordedRequest& request) {
      const std::string_view text = request.json["messages"].items().back()["content"].as_string();
      const std::size_t number = std::stoul(std::string(text.substr(text.find('=') + 1)));
      ++counts_.asked;
      if (seen_[number].shown) ++counts_.asked_after_shown;
      return random_reply(*random, number, request);
    });
  }

  ChatEndpointServer quiet_{{.requests_kept = 0}};  // what it kept of the requests would look like a leak
  std::vector<Seen> seen_ = std::vector<Seen>(requests_wanted());
  Counts counts_;
};

TEST_F(SoakTest, RandomFaultsOver32ConnectionsLeaveNothingBehind) {
  serve_faults();
  const std::size_t files_before = open_files();
  const Stopwatch watch;
  {
    const std::shared_ptr<HttpClient> http = HttpClient::create().value();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (std::size_t caller = 0; caller < callers; ++caller) {
      threads.emplace_back([&] {
        EndpointOverrides wanted = overrides();
        wanted.base_url = quiet_.base_url();
        wanted.http = http;
        const auto endpoint = ChatEndpoint::open(profile_, wanted).value();
        for (std::size_t number = next++; number < requests_wanted(); number = next++)
          ask_numbered(*endpoint, number);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const double seconds = watch.seconds();
  const std::uint64_t resident_late = resident_bytes();
  for (int i = 0; i < 300 && quiet_.open_connections() > 0; ++i) std::this_thread::sleep_for(10ms);

  EXPECT_EQ(counts_.ended, requests_wanted());
  EXPECT_EQ(counts_.asked_after_shown, 0u) << "a request was repeated after a token was shown";
  EXPECT_EQ(counts_.told_twice, 0u);
  EXPECT_GT(counts_.whole, requests_wanted() / 10);
  EXPECT_GT(counts_.partial, requests_wanted() / 20);
  EXPECT_EQ(quiet_.open_connections(), 0u) << "connections leak";
  EXPECT_LE(open_files(), files_before + 1) << "files leak";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what is freed
  EXPECT_LT(resident_late, counts_.resident_early + (8u << 20));
#endif
  std::printf(
      "soak: %zu requests (%zu sent), %zu whole, %zu partial, %zu failed, %.1f s; %u connections; resident MB "
      "after a "
      "tenth %.1f, at the end %.1f\n",
      counts_.ended.load(), counts_.asked.load(), counts_.whole.load(), counts_.partial.load(),
      counts_.failed.load(), seconds, quiet_.connections(), static_cast<double>(counts_.resident_early) / 1e6,
      static_cast<double>(resident_late) / 1e6);
}

}  // namespace
}  // namespace kindling
