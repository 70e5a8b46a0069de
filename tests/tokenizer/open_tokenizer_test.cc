#include "tokenizer/open_tokenizer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/json.h"
#include "tests/tokenizer/strange_texts.h"
#include "tests/tokenizer/trained_ranks.h"
#include "tokenizer/shared_tokenizer.h"

namespace kindling {
namespace {

// A byte as GPT-2 writes it.
std::string written(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const auto itself = [](unsigned b) {
      return (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    };
    char32_t shifted = 0x100;
    for (unsigned b = 0; b < byte; ++b) shifted += itself(b) ? 0 : 1;
    append_utf8(text, itself(byte) ? byte : shifted);
  }
  return text;
}

Json byte_level() {
  return Json::object({{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}});
}

// tokenizer.json with the bytes, "th", "the" and " the".
Json small_json() {
  Json vocabulary = Json::object();
  std::vector<std::string> tokens = every_byte();
  for (const std::string token : {"th", "the", " the"}) tokens.push_back(token);
  for (std::size_t id = 0; id < tokens.size(); ++id) vocabulary.set(written(tokens[id]), id);
  Json merges = Json::array();
  merges.push("t h");
  merges.push(Json(Json::Array{"th", "e"}));
  merges.push(written(" ") + " the");
  return Json::object({{"model", Json::object({{"type", "BPE"}, {"vocab", vocabulary}, {"merges", merges}})},
                       {"pre_tokenizer", byte_level()}});
}

Error refusal(std::string_view bytes, std::string_view pattern = {}) {
  auto tokenizer = open_tokenizer_bytes("t", bytes, pattern);
  EXPECT_FALSE(tokenizer.ok()) << bytes.substr(0, 200);
  return tokenizer.ok() ? Error{} : tokenizer.error();
}

TEST(OpenTokenizer, ReadsMergesAsStringsAndAsPairs) {
  const auto tokenizer = open_tokenizer_bytes("t", to_string(small_json()));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().sentence();
  EXPECT_EQ((*tokenizer)->encode("the the th").value(), (std::vector<TokenId>{257, 258, ' ', 256}));
}

TEST(OpenTokenizer, NormalisesWhereTheFileAsksForIt) {
  Json file = small_json();
  file.set("normalizer", Json::object({{"type", "NFC"}}));
  const auto nfc = open_tokenizer_bytes("t", to_string(file));
  EXPECT_EQ((*nfc)->count("e\u0301").tokens, 2u);  // as U+00E9
  file.set("normalizer", Json::object({{"type", "NFKC"}}));
  const auto nfkc = open_tokenizer_bytes("t", to_string(file));
  EXPECT_EQ((*nfkc)->encode("\u210d").value(), std::vector<TokenId>{'H'});
}

TEST(OpenTokenizer, OpensRanksWithANamedPattern) {
  const std::string file = rank_file_of(every_byte());
  EXPECT_TRUE(open_tokenizer_bytes("t", file, "o200k").ok());
  EXPECT_EQ(refusal(file).code, ErrorCode::unsupported);  // 256 ranks are not known
  EXPECT_EQ(refusal(file, "o300k").code, ErrorCode::usage);
}

TEST(OpenTokenizer, OpensTekken) {
  Json vocabulary = Json::array();
  std::vector<std::string> tokens = every_byte();
  tokens.push_back("ab");
  for (std::size_t rank = 0; rank < tokens.size(); ++rank)
    vocabulary.push(Json::object({{"rank", rank}, {"token_bytes", base64_of(tokens[rank])}}));
  const std::string pattern =
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const Json config =
      Json::object({{"pattern", pattern}, {"default_vocab_size", 1257}, {"default_num_special_tokens", 1000}});
  const auto tokenizer =
      open_tokenizer_bytes("t", to_string(Json::object({{"config", config}, {"vocab", vocabulary}})));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().sentence();
  EXPECT_EQ((*tokenizer)->encode("ab").value(), std::vector<TokenId>{1256});
}

TEST(OpenTokenizer, OpensAWordList) {
  const auto tokenizer = open_tokenizer_bytes("t", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nword\n##s\n");
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->encode("Words").value(), (std::vector<TokenId>{4, 5}));
}

TEST(OpenTokenizer, NamesWhatItDoesNotKnow) {
  const auto with = [](std::string_view place, Json part) {
    Json file = small_json();
    file.set(place, std::move(part));
    return refusal(to_string(file));
  };
  Error error = with("normalizer", Json::object({{"type", "BertNormalizer"}}));
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_NE(error.sentence().find("BertNormalizer"), std::string::npos);
  error = with("pre_tokenizer", Json::object({{"type", "Digits"}}));
  EXPECT_NE(error.sentence().find("Digits"), std::string::npos);
  error = with("model", Json::object({{"type", "WordLevel"}}));
  EXPECT_NE(error.sentence().find("WordLevel"), std::string::npos);
  const Json split = Json::object(
      {{"type", "Split"}, {"behavior", "Isolated"}, {"pattern", Json::object({{"Regex", "[a-z]+"}})}});
  error = with("pre_tokenizer",
               Json::object({{"type", "Sequence"}, {"pretokenizers", Json(Json::Array{split, byte_level()})}}));
  EXPECT_EQ(error.code, ErrorCode::unsupported);
}

TEST(OpenTokenizer, RefusesMergesThatContradictTheVocabulary) {
  Json file = small_json();
  Json model = file["model"];
  for (const char* merge : {"q zz", "q z", "th", "", "a b c"}) {
    model.set("merges", Json(Json::Array{"t h", merge}));
    file.set("model", model);
    const Error error = refusal(to_string(file));
    EXPECT_EQ(error.code, ErrorCode::malformed) << merge;
    EXPECT_NE(error.where.find("merges: 1"), std::string::npos) << error.sentence();
  }
}

TEST(OpenTokenizer, RefusesWhatIsCutOrNoTokenizer) {
  const std::string json = to_string(small_json());
  for (std::size_t size = 1; size < json.size(); size += 101) refusal(std::string_view(json).substr(0, size));
  EXPECT_EQ(refusal("").code, ErrorCode::malformed);
  EXPECT_EQ(refusal("{}").code, ErrorCode::unsupported);
  EXPECT_EQ(refusal("some text\nof lines\n").code, ErrorCode::unsupported);
  EXPECT_EQ(refusal("IQ== 0\nIg== one\n", "o200k").where, "line 2");
  EXPECT_EQ(refusal("IQ== 0\nIQ== 1\n", "o200k").code, ErrorCode::malformed);  // a token twice, bytes missing
  EXPECT_EQ(refusal("IQ== 99999999\n", "o200k").code, ErrorCode::too_large);
}

TEST(OpenTokenizer, RefusesTenMillionEntries) {
  std::string json = R"({"model":{"type":"BPE","merges":[],"vocab":{)";
  for (int i = 0; i < 10'000'000; ++i) json += R"("":0,)";
  EXPECT_EQ(refusal(json).code, ErrorCode::too_large);
}

TEST(OpenTokenizer, NeverCrashesOnABrokenFile) {
  std::mt19937 random(9);
  const std::string json = to_string(small_json()), ranks = rank_file_of(trained_ranks("abab abab", 5));
  for (int i = 0; i < 300; ++i) {
    std::string broken = i % 2 == 0 ? json : ranks;
    for (int k = 0; k < 3; ++k) broken[random() % broken.size()] = static_cast<char>(random());
    const auto tokenizer = open_tokenizer_bytes("t", broken, i % 2 == 0 ? "" : "o200k");
    if (tokenizer.ok()) (void)(*tokenizer)->count("the abab \u4e2d");
  }
}

// A folder of its own, gone afterwards.
class SharedTokenizer : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // With so many blanks behind it; changed at this second.
  [[nodiscard]] std::string write(const std::string& name, int second, std::size_t blanks = 0) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << to_string(small_json()) << std::string(blanks, ' ');
    std::filesystem::last_write_time(path, begin_ + std::chrono::seconds(second));
    return path.string();
  }
  static std::shared_ptr<const Tokenizer> open(const std::string& name) {
    return shared_tokenizer(system_files(), name).value();
  }

 private:
  std::filesystem::file_time_type begin_ = std::filesystem::file_time_type::clock::now();
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("kindling-shared-" + std::to_string(getpid()));
};

TEST_F(SharedTokenizer, IsOpenedOnceWhileItsFileStays) {
  const std::string path = write("a.json", 1);
  const auto first = open(path);
  EXPECT_EQ(first->count("the").tokens, 1u);
  EXPECT_EQ(open(path), first);
  const std::string other = write("b.json", 1);
  EXPECT_NE(open(other), first);
  EXPECT_EQ(open(path), first);
}

TEST_F(SharedTokenizer, IsOpenedAnewWhenItsFileChanges) {
  const std::string path = write("a.json", 1);
  const auto first = open(path);
  static_cast<void>(write("a.json", 2));
  const auto later = open(path);
  EXPECT_NE(later, first);
  static_cast<void>(write("a.json", 2, 1));  // the time stays, the length does not
  EXPECT_NE(open(path), later);
  EXPECT_EQ(first->count("the").tokens, 1u);  // who holds it keeps it
}

TEST_F(SharedTokenizer, KeepsTheLastUsedAndNoErrors) {
  const std::string first = write("0.json", 1);
  const auto kept = open(first);
  std::vector<std::string> others;
  for (std::size_t i = 1; i < kept_tokenizers; ++i) others.push_back(write(std::to_string(i) + ".json", 1));
  std::vector<std::weak_ptr<const Tokenizer>> opened;
  for (const std::string& other : others) opened.push_back(open(other));
  EXPECT_EQ(open(first), kept);  // is now the last used
  static_cast<void>(open(write("one-more.json", 1)));
  EXPECT_TRUE(opened[0].expired());
  EXPECT_FALSE(opened[1].expired());
  EXPECT_EQ(open(first), kept);

  const std::string path = write("broken.json", 1);
  std::ofstream(path) << "{";
  EXPECT_FALSE(shared_tokenizer(system_files(), path).ok());
  EXPECT_EQ(open(write("broken.json", 1))->count("the").tokens, 1u);
}

TEST_F(SharedTokenizer, IsOneForManyThreads) {
  const std::string path = write("a.json", 1);
  std::vector<std::shared_ptr<const Tokenizer>> found(8);
  std::vector<std::thread> threads;
  for (auto& each : found) threads.emplace_back([&each, &path] { each = open(path); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : found) EXPECT_EQ(each, found[0]);
}

}  // namespace
}  // namespace kindling
