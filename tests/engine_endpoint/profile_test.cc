#include "engine/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/files.h"
#include "engine/endpoint/profile_reader.h"
#include "engine/endpoint/shipped_profiles.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

constexpr std::string_view good = "base_url = 'http://h/v1/'\nmodel = 'm'\nwindow = 1000\noutput_max = 100\n";

class ProfileTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) const {
    const auto profiles = folder_.path() / "kindling" / "profiles";
    ASSERT_TRUE(system_files().make_directories(profiles).ok());
    ASSERT_TRUE(write_atomically(system_files(), profiles / name, text).ok());
  }
  TemporaryFolder folder_;
  ScopedEnvironment environment_{{"XDG_CONFIG_HOME", folder_.path().string()}};
};

TEST_F(ProfileTest, TheEightOfTheContractAreShipped) {
  const auto profiles = load_profiles();
  ASSERT_TRUE(profiles.ok()) << profiles.error().sentence();
  std::vector<std::string> names;
  for (const ModelProfile& profile : *profiles) names.push_back(profile.name);
  EXPECT_EQ(names, (std::vector<std::string>{"claude-opus-4.6", "deepseek-v4", "gemini-3.1-pro", "gpt-5.4",
                                             "llama-4", "local", "muse-spark", "qwen-3.5"}));
}

TEST_F(ProfileTest, MuseSparkIsAsItsUserStates) {
  const ModelProfile profile = find_profile("muse-spark").value();
  EXPECT_EQ(profile.source, "shipped");
  EXPECT_EQ(profile.base_url, "https://api.meta.ai/v1");
  EXPECT_EQ(profile.model, "muse-spark");
  EXPECT_EQ(profile.key_env, (std::vector<std::string>{"META_AI_API_KEY", "MODEL_API_KEY"}));
  EXPECT_EQ(profile.window, 262'144u);
  EXPECT_EQ(profile.modalities, (std::vector<std::string>{"text", "image", "audio"}));
  EXPECT_EQ(profile.price.cached_input, .15);
  EXPECT_EQ(profile.images_per_request, 50u);
}

TEST_F(ProfileTest, EveryShippedValueNamesItsSource) {
  for (const ShippedProfile& shipped : shipped_profiles()) {
    std::istringstream lines{std::string(shipped.toml)};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#') || line.find('=') == std::string::npos) continue;
      EXPECT_NE(line.find(" # "), std::string::npos) << shipped.name << ": " << line;
    }
  }
}

TEST_F(ProfileTest, AUsersFileStandsBesideAndReplaces) {
  write("mine.toml", good);
  write("local.toml", good);
  write("notes.txt", "not a profile");
  EXPECT_EQ(load_profiles()->size(), 9u);
  const ModelProfile mine = find_profile("mine").value();
  EXPECT_EQ(mine.base_url, "http://h/v1");
  EXPECT_EQ(mine.reserve_default, 100u);
  EXPECT_EQ(mine.tokenizer, "estimator");
  EXPECT_TRUE(mine.source.ends_with("mine.toml"));
  EXPECT_EQ(find_profile("local")->window, 1'000u);
}

TEST_F(ProfileTest, AnUnknownNameListsWhatThereIs) {
  const auto profile = find_profile("muse");
  ASSERT_FALSE(profile.ok());
  EXPECT_EQ(profile.error().code, ErrorCode::not_found);
  EXPECT_NE(profile.error().mend.find("muse-spark"), std::string::npos);
}

TEST_F(ProfileTest, AMistakeNamesItsFileAndKey) {
  write("mine.toml", std::string(good) + "windwo = 5\n");
  const auto profiles = load_profiles();
  ASSERT_FALSE(profiles.ok());
  EXPECT_EQ(profiles.error().code, ErrorCode::configuration);
  EXPECT_NE(profiles.error().where.find("mine.toml: windwo"), std::string::npos) << profiles.error().sentence();
}

TEST_F(ProfileTest, RefusesWhatDoesNotHoldTogether) {
  const std::string base(good);
  for (const auto& [text, key] : std::vector<std::pair<std::string, std::string>>{
           {"not toml", "line 1"},
           {"model = 'm'\nwindow = 10\noutput_max = 5", "base_url"},
           {"base_url = 'http://h'\nwindow = 10\noutput_max = 5", "model"},
           {"base_url = 'ftp://h'\nmodel = 'm'\nwindow = 10\noutput_max = 5", "base_url"},
           {"base_url = 'https://h/v1?key=secret'\nmodel = 'm'\nwindow = 10\noutput_max = 5", "base_url"},
           {"base_url = 'http://h'\nmodel = 'm'\noutput_max = 5", "window"},
           {"base_url = 'http://h'\nmodel = 'm'\nwindow = 10\noutput_max = 50", "output_max"},
           {"base_url = 'http://h'\nmodel = 'm'\nwindow = '10'\noutput_max = 5", "window"},
           {"base_url = 'http://h'\nmodel = 'm'\nwindow = -10\noutput_max = 5", "window"},
           {base + "reserve_default = 101", "reserve_default"},
           {base + "modalities = ['text', 'smell']", "modalities"},
           {base + "modalities = ['image']", "modalities"},
           {base + "key_env = 'KEY'", "key_env"},
           {base + "key_env = ['sk-123']", "key_env"},
           {base + "tokenizer = 'models/o200k'", "tokenizer"},
           {base + "[price]\ninput = -1", "price.input"},
           {base + "[price]\nouput = 1", "price.ouput"},
           {base + "[limits]\nrequests_per_minute = 'many'", "limits.requests_per_minute"},
           {base + "[timeouts]\nidle = 0", "timeouts.idle"},
           {base + "[timeouts]\ntotal = 1e9", "timeouts.total"},
           {base + "[timeouts]\nconnect = '5 s'", "timeouts.connect"},
           {base + "[timeouts]\nretries = 21", "timeouts.retries"},
           {base + "[timeouts]\nfirst = 1", "timeouts.first"},
           {base + "[parameters]\noutput_limit = ''", "parameters.output_limit"},
           {base + "[parameters]\nstream_usage = 'yes'", "parameters.stream_usage"},
           {base + "[parameters]\nexclusive = ['a', 'b']", "parameters.exclusive"},
           {base + "[parameters.thinking.fast]\na = 1", "parameters.thinking.fast"},
           {base + "[parameters.body]\nstream = true", "parameters.body.stream"},
           {base + "[parameters]\nunsupported = ['stop']\n[parameters.thinking.instant]\nstop = 'x'",
            "parameters.thinking.instant.stop"},
           {base + "[parameters]\nexclusive = [['a', 'b']]\n[parameters.body]\na = "
                   "1\n[parameters.thinking.instant]\nb = 1",
            "parameters.thinking.instant"},
           {base + "[media.image]\ntile_pixels = 5", "media.image.formula"},
           {base + "[media.video]\nformula = 'x'", "media.video"},
       }) {
    const auto profile = read_profile("mine", "mine.toml", text);
    ASSERT_FALSE(profile.ok()) << text;
    EXPECT_EQ(profile.error().code, ErrorCode::configuration);
    EXPECT_NE(profile.error().where.find("mine.toml: " + key), std::string::npos) << profile.error().sentence();
  }
}

TEST_F(ProfileTest, TimesAreThoseOfTheOfficialClientUnlessItNamesOthers) {
  const std::string base = "base_url = 'http://h'\nmodel = 'm'\nwindow = 100\noutput_max = 50\n";
  const EndpointLimits usual = read_profile("mine", "mine.toml", base)->timeouts;
  EXPECT_EQ(usual.connect, std::chrono::seconds(5));
  EXPECT_EQ(usual.total, std::chrono::seconds(600));
  EXPECT_EQ(usual.retries_max, 2u);
  const EndpointLimits own =
      read_profile("mine", "mine.toml",
                   base + "[timeouts]\nconnect = 0.25\nfirst_token = 30\nidle = 7\ntotal = 3600\nretries = 0")
          ->timeouts;
  EXPECT_EQ(own.connect, std::chrono::milliseconds(250));
  EXPECT_EQ(own.first_token, std::chrono::seconds(30));
  EXPECT_EQ(own.idle, std::chrono::seconds(7));
  EXPECT_EQ(own.total, std::chrono::seconds(3'600));
  EXPECT_EQ(own.retries_max, 0u);
}

TEST_F(ProfileTest, AClosedVocabularyIsEstimatedWithAHardBound) {
  const auto tokenizer = profile_tokenizer(find_profile("muse-spark").value()).value();
  EXPECT_EQ(tokenizer->bound(), TokenBound::worst_case);
  EXPECT_LE(tokenizer->count("hello").tokens, tokenizer->count("hello").tokens_max);
}

TEST_F(ProfileTest, ANamedVocabularyCountsExactlyOnceItIsThere) {
  const ScopedEnvironment models{{"KINDLING_MODELS", folder_.path().string()}};
  ModelProfile profile = find_profile("llama-4").value();
  EXPECT_EQ(profile.tokenizer, "llama-4");
  EXPECT_EQ(profile_tokenizer(profile).value()->bound(), TokenBound::worst_case);
  const auto there = folder_.path() / "tokenizers" / "llama-4";
  ASSERT_TRUE(system_files().make_directories(there).ok());
  ASSERT_TRUE(
      write_atomically(system_files(), there / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\none\ntwo\n").ok());
  const auto tokenizer = profile_tokenizer(profile).value();
  EXPECT_EQ(tokenizer->bound(), TokenBound::exact);
  EXPECT_EQ(tokenizer->count("one two two").tokens, 3u);
}

TEST_F(ProfileTest, AVocabularyThatCannotBeReadIsAConfigurationError) {
  ModelProfile profile = find_profile("local").value();
  for (const std::string& path : {folder_.path().string() + "/none.model", folder_.path().string()}) {
    profile.tokenizer = path;
    const auto tokenizer = profile_tokenizer(profile);
    ASSERT_FALSE(tokenizer.ok());
    EXPECT_EQ(tokenizer.error().code, ErrorCode::configuration);
    EXPECT_NE(tokenizer.error().where.find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace kindling
