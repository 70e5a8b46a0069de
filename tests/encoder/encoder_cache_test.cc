// The embedding cache: what is found again, and that nothing it holds can do harm.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/private_file.h"
#include "encoder/encoder_cache.h"
#include "tests/support/hash_encoder.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t dimensions = 8;
constexpr std::uint64_t room = 1u << 20;

std::vector<float> vector_of(float first) {
  std::vector<float> vector(dimensions, .25f);
  vector[0] = first;
  return vector;
}

class EncoderCacheTest : public testing::Test {
 protected:
  std::unique_ptr<EncoderCache> open(std::string_view model = "m", std::uint64_t bytes_max = room) {
    return std::make_unique<EncoderCache>(system_files(), folder(), model, dimensions, bytes_max);
  }
  // A run of its own that keeps texts numbered from `first`.
  void keep(int first, int count, std::string_view model = "m", std::uint64_t bytes_max = room) {
    const auto cache = open(model, bytes_max);
    for (int i = first; i < first + count; ++i)
      cache->put(cache_key("text " + std::to_string(i)), vector_of(static_cast<float>(i)));
  }
  int found(int first, int count, std::string_view model = "m") {
    const auto cache = open(model);
    int hits = 0;
    for (int i = first; i < first + count; ++i) {
      std::vector<float> out(dimensions);
      if (!cache->find(cache_key("text " + std::to_string(i)), out)) continue;
      EXPECT_EQ(out, vector_of(static_cast<float>(i)));
      ++hits;
    }
    return hits;
  }
  std::vector<fs::path> vector_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder())) {
      if (entry.path().extension() == ".vectors") files.push_back(entry.path());
    }
    return files;
  }
  fs::path folder() const { return temporary_.path() / "cache" / "embeddings"; }

  TemporaryFolder temporary_;
};

TEST_F(EncoderCacheTest, FindsWhatAnEarlierRunKept) {
  keep(0, 100);
  EXPECT_EQ(found(0, 100), 100);
  EXPECT_EQ(found(100, 100), 0);
}

TEST_F(EncoderCacheTest, NeverMixesTwoModels) {
  keep(0, 10, "one");
  EXPECT_EQ(found(0, 10, "two"), 0);
  EXPECT_EQ(found(0, 10, "one"), 10);
}

TEST_F(EncoderCacheTest, IsReadableByNobodyElse) {
  keep(0, 1);
  EXPECT_EQ(fs::status(folder()).permissions(), fs::perms::owner_all);
  for (const auto& entry : fs::directory_iterator(folder()))
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry.path();
  fs::permissions(vector_files().front(), fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(found(0, 1), 0);
}

TEST_F(EncoderCacheTest, GivesNothingWrongWhereverItIsDamaged) {
  constexpr std::size_t stride = 3;  // less than any part of the file
  keep(0, 1);
  const fs::path file = vector_files().front();
  const std::string whole = *system_files().read(file, room);
  for (std::size_t i = 0; i < whole.size(); i += stride) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    ASSERT_TRUE(write_private_file(file, bytes).ok());
    EXPECT_EQ(found(0, 1), 0) << i;
  }
}

TEST_F(EncoderCacheTest, RemovesACutFileAndKeepsAnew) {
  keep(0, 3);
  const fs::path file = vector_files().front();
  fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_EQ(found(0, 3), 0);
  EXPECT_FALSE(fs::exists(file));
  keep(0, 3);
  EXPECT_EQ(found(0, 3), 3);
}

TEST_F(EncoderCacheTest, StaysWithinItsBoundAndForgetsWhatWasUsedLongestAgo) {
  keep(0, 10);
  const std::uint64_t one = fs::file_size(vector_files().front());
  const fs::path oldest = vector_files().front();
  keep(10, 10);
  // The first is used again, the second is not: both look old, the first was used just now.
  const auto past = fs::file_time_type::clock::now() - std::chrono::hours(5);
  for (const fs::path& file : vector_files()) {
    fs::last_write_time(file, past);
    fs::last_write_time(file.string() + ".used", past);
  }
  EXPECT_EQ(found(0, 10), 10);
  keep(20, 10, "another model", 2 * one + one / 2);
  EXPECT_EQ(found(0, 10), 10);
  EXPECT_EQ(found(10, 10), 0);
  EXPECT_EQ(found(20, 10, "another model"), 10);
  EXPECT_TRUE(fs::exists(oldest));
}

TEST_F(EncoderCacheTest, JoinsManySmallFilesWithoutLosingAVector) {
  for (int run = 0; run < 30; ++run) keep(run * 5, 5);
  EXPECT_EQ(found(0, 150), 150);
  EXPECT_LE(vector_files().size(), 8u);
}

TEST_F(EncoderCacheTest, IsSharedByRunsAtTheSameTime) {
  std::vector<std::thread> runs;
  for (int run = 0; run < 4; ++run) {
    runs.emplace_back([this, run] {
      for (int i = 0; i < 10; ++i) keep(run * 100 + i * 10, 10);
    });
  }
  for (std::thread& run : runs) run.join();
  for (int run = 0; run < 4; ++run) EXPECT_EQ(found(run * 100, 100), 100);
}

TEST_F(EncoderCacheTest, KeepsNothingWhereNothingCanBeWritten) {
  std::ofstream(temporary_.path() / "cache").put('x');  // a file in the folder's place
  keep(0, 3);
  EXPECT_EQ(found(0, 3), 0);
  EncoderCache none(system_files(), "", "m", dimensions, room);
  none.put(cache_key("a"), vector_of(1));
  std::vector<float> out(dimensions);
  EXPECT_FALSE(none.find(cache_key("a"), out));
}

TEST_F(EncoderCacheTest, GivesAnEncoderTheSameVectorsAndEncodesEachTextOnce) {
  const HashEncoder plain;
  const std::vector<std::string_view> texts = {"the lock", "a canal", "the lock", ""};
  const auto expected = plain.encode(texts, {}, Cancellation());
  ASSERT_TRUE(expected.ok());
  const auto cached = [&] {
    return with_cache(
        std::make_unique<HashEncoder>(),
        std::make_unique<EncoderCache>(system_files(), folder(), cache_model(plain), plain.dimensions(), room));
  };
  const auto first = cached()->encode(texts, {}, Cancellation());
  const auto second = cached()->encode(texts, {}, Cancellation());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->values, expected->values);
  EXPECT_EQ(second->values, expected->values);
  EXPECT_LE(first->tokens, expected->tokens);
  EXPECT_EQ(second->tokens, 0u);
  EXPECT_EQ(cached()->encode(texts, {.query = true}, Cancellation())->tokens, expected->tokens);
}

}  // namespace
}  // namespace kindling
