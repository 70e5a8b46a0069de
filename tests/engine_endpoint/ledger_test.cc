#include "engine/endpoint/ledger.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "engine/generator.h"
#include "engine/pack/request_count.h"
#include "tests/support/chat_endpoint.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() : profile_(find_profile("local").value()) {
    profile_.ledger = (folder_.path() / "ledger").string();
  }

  static Observation observation(std::uint64_t size, double tokens_a_letter = .25) {
    Observation made;
    made.shape.bytes = size;
    made.shape[Trait::request] = 1;
    made.shape[Trait::letter] = size;
    made.truth = 10 + static_cast<std::uint64_t>(tokens_a_letter * static_cast<double>(size));
    made.at_ms = 1'000;
    return made;
  }

  // Counts of one model, of many sizes, scattered a little.
  void observe(Ledger& ledger, std::size_t count, double tokens_a_letter) {
    for (std::size_t i = 0; i < count; ++i) {
      Observation made = observation(2'000 + 577 * (i % 13), tokens_a_letter);
      made.truth += i % 7;
      ASSERT_TRUE(ledger.add(made).ok());
    }
  }

  void damage(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  TemporaryFolder folder_;
  ModelProfile profile_;
};

TEST_F(LedgerTest, KeepsWhatWasAdded) {
  Ledger ledger(system_files(), profile_);
  ASSERT_TRUE(ledger.read().ok());
  EXPECT_TRUE(ledger.read()->observations.empty());
  Observation made = observation(4'000);
  made.tokens = 900;
  made.tokens_max = 4'048;
  made.calibrated = true;
  ASSERT_TRUE(ledger.add(made).ok());
  const auto content = Ledger(system_files(), profile_).read();
  ASSERT_TRUE(content.ok());
  ASSERT_EQ(content->observations.size(), 1u);
  const Observation& kept = content->observations[0];
  EXPECT_EQ(kept.shape, made.shape);
  EXPECT_EQ(kept.truth, made.truth);
  EXPECT_EQ(kept.tokens, made.tokens);
  EXPECT_EQ(kept.tokens_max, made.tokens_max);
  EXPECT_TRUE(kept.calibrated);
  EXPECT_EQ(kept.at_ms, made.at_ms);
}

TEST_F(LedgerTest, IsApartForEachProfileHostAndModel) {
  ModelProfile other_host = profile_, other_model = profile_, other_path = profile_;
  other_host.base_url = "http://127.0.0.1:9999/v1";
  other_model.model = "another";
  other_path.base_url += "/more";  // the same server
  EXPECT_NE(Ledger(system_files(), profile_).path(), Ledger(system_files(), other_host).path());
  EXPECT_NE(Ledger(system_files(), profile_).path(), Ledger(system_files(), other_model).path());
  EXPECT_EQ(Ledger(system_files(), profile_).path(), Ledger(system_files(), other_path).path());
}

TEST_F(LedgerTest, KeepsTheNewestTwoThousand) {
  Ledger ledger(system_files(), profile_);
  ASSERT_TRUE(ledger.add(observation(1)).ok());
  std::string text = *system_files().read(ledger.path(), 1 << 20);
  const std::string line = text.substr(text.find('\n') + 1);
  for (std::size_t i = 1; i < observations_max; ++i) text += line;
  damage(ledger.path(), text);
  Observation newest = observation(1);
  newest.at_ms = 2'000;
  ASSERT_TRUE(ledger.add(newest).ok());
  const auto content = ledger.read();
  ASSERT_EQ(content->observations.size(), observations_max);
  EXPECT_EQ(content->observations.back().at_ms, 2'000);
}

TEST_F(LedgerTest, LosesNothingToOtherProcesses) {
  constexpr std::size_t writers = 4, each = 15;
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < writers; ++w) {
    threads.emplace_back([&] {
      Ledger ledger(system_files(), profile_);
      for (std::size_t i = 0; i < each; ++i) EXPECT_TRUE(ledger.add(observation(100 + i)).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Ledger(system_files(), profile_).read()->observations.size(), writers * each);
}

TEST_F(LedgerTest, SetsADamagedFileAsideAndGoesOn) {
  for (const std::string& bytes :
       {std::string("not json\n"), std::string("{\"kindling_ledger\":1,\"traits\":1}\n{\"truth\":5}\n"),
        std::string("{\"kindling_ledger\":99}\n"), std::string("{\"kindling_ledger\":1,\"traits\":1}\n{\"tru"),
        std::string(1'000, '\0'), std::string(100'000, '['), std::string("\xff\xfe\n")}) {
    Ledger ledger(system_files(), profile_);
    ASSERT_TRUE(ledger.add(observation(10)).ok());
    damage(ledger.path(), bytes);
    testing::internal::CaptureStderr();
    const auto content = ledger.read();
    const std::string said = testing::internal::GetCapturedStderr();
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(content->observations.empty());
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_EQ(*system_files().read(ledger.path().string() + ".broken", 1 << 20), bytes);
    ASSERT_TRUE(ledger.add(observation(10)).ok());
    EXPECT_EQ(ledger.read()->observations.size(), 1u);
  }
}

TEST_F(LedgerTest, ADifferentModelBehindTheNameIsSaidOnceAndForgotten) {
  Ledger ledger(system_files(), profile_);
  observe(ledger, 140, .25);
  EXPECT_EQ(profile_tokenizer(profile_).value()->bound(), TokenBound::calibrated);
  testing::internal::CaptureStderr();
  observe(ledger, 40, .31);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  EXPECT_NE(said.find("another model seems to answer"), std::string::npos) << said;
  const auto content = ledger.read();
  EXPECT_LE(content->observations.size(), 40u);
  EXPECT_GE(content->dropped, 140u);
  EXPECT_FALSE(content->drift.empty());
  EXPECT_EQ(profile_tokenizer(profile_).value()->bound(), TokenBound::worst_case);
  ASSERT_TRUE(ledger.reset().ok());
  EXPECT_TRUE(ledger.read()->observations.empty());
}

TEST_F(LedgerTest, RebuildingKeepsWhatBelongsToOneModel) {
  Ledger ledger(system_files(), profile_);
  observe(ledger, 120, .25);
  ASSERT_TRUE(ledger.rebuild().ok());
  EXPECT_EQ(ledger.read()->observations.size(), 120u);
}

TEST_F(LedgerTest, HoldsNoTextAndNoKey) {
  constexpr std::string_view key = "sk-a-key-that-nobody-may-see";
  ChatEndpointServer server;
  const ScopedEnvironment environment{
      {"LEDGER_TEST_KEY", std::string(key)}, {"http_proxy", ""}, {"HTTP_PROXY", ""}};
  profile_.key_env = {"LEDGER_TEST_KEY"};
  profile_.base_url = server.base_url();
  const auto endpoint = ChatEndpoint::open(profile_, {}).value();
  GenerationRequest request;
  request.messages = {{"user", "## Harbour\n[1] The lighthouse keeper counts the lamps.\n\nWho counts?"}};
  ASSERT_TRUE(endpoint->complete(request, {}, never_cancelled()).ok());
  const std::string kept = *system_files().read(Ledger(system_files(), profile_).path(), 1 << 20);
  EXPECT_EQ(Ledger(system_files(), profile_).read()->observations.size(), 1u);
  for (const std::string_view word : {std::string_view("lighthouse"), std::string_view("Harbour"), key}) {
    EXPECT_EQ(kept.find(word), std::string::npos);
  }
}

// What an endpoint counts, by its answers and by its refusals, is learnt; what it cut is not.
class LearningTest : public LedgerTest {
 protected:
  LearningTest() {
    profile_.key_env.clear();
    profile_.base_url = server_.base_url();
  }

  std::vector<Observation> after(Reply reply, std::vector<Medium> media = {}) {
    server_.reply_next({std::move(reply)});
    const auto endpoint = ChatEndpoint::open(profile_, {}).value();
    std::string text;
    for (int i = 0; i < 300; ++i) text += "The keeper counts the lamps. ";
    GenerationRequest request;
    request.messages = {{"user", text, std::move(media)}};
    static_cast<void>(endpoint->complete(request, {}, never_cancelled()));
    return Ledger(system_files(), profile_).read()->observations;
  }

  static Reply counted(std::uint64_t prompt_tokens) {
    StreamScript script;
    script.usage = usage_json(prompt_tokens, 4);
    return stream_reply(script);
  }

  ChatEndpointServer server_;
  ScopedEnvironment environment_{{"http_proxy", ""}, {"HTTP_PROXY", ""}};
};

TEST_F(LearningTest, FromUsage) {
  const auto observed = after(counted(2'345));
  ASSERT_EQ(observed.size(), 1u);
  EXPECT_EQ(observed[0].truth, 2'345u);
  EXPECT_EQ(observed[0].shape[Trait::message], 1u);
  EXPECT_GT(observed[0].tokens, 1'500u);
  EXPECT_FALSE(observed[0].calibrated);
}

TEST_F(LearningTest, FromAnOverflowThatSaysTheTrueCount) {
  const auto observed = after(error_reply(
      400,
      "This model's maximum context length is 1000 tokens. However, your messages resulted in 2100 tokens.",
      "invalid_request_error", "context_length_exceeded"));
  ASSERT_EQ(observed.size(), 1u);
  EXPECT_EQ(observed[0].truth, 2'100u);
}

TEST_F(LearningTest, NotFromWhereTheCountingStopped) {
  EXPECT_TRUE(
      after(error_reply(400,
                        "This model's maximum context length is 2000 tokens, but your prompt contains at "
                        "least 2001 input tokens.",
                        "invalid_request_error", "context_length_exceeded"))
          .empty());
}

TEST_F(LearningTest, NotFromACutPrompt) { EXPECT_TRUE(after(counted(512)).empty()); }

TEST_F(LearningTest, NotFromRequestsWithMedia) {
  Medium picture;
  picture.bytes = std::make_shared<const std::string>("GIF89a");
  picture.format = "gif";
  EXPECT_TRUE(after(counted(2'345), {picture}).empty());
}

TEST_F(LearningTest, NotWithoutALedger) {
  profile_.ledger.clear();
  server_.reply_next({counted(2'345)});
  const auto endpoint = ChatEndpoint::open(profile_, {}).value();
  GenerationRequest request;
  request.messages = {{"user", "How many lamps?"}};
  EXPECT_TRUE(endpoint->complete(request, {}, never_cancelled()).ok());
  EXPECT_FALSE(system_files().info(folder_.path() / "ledger").ok());
}

}  // namespace
}  // namespace kindling
