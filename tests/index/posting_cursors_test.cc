// Postings that are found in passing, against a list of them.
#include "index/terms/posting_cursors.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

// Below `end`.
std::uint32_t below(std::mt19937& random, std::size_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

struct NaivePosting {
  std::uint32_t chunk = 0;
  std::vector<std::uint32_t> positions;
};

constexpr std::uint32_t chunk_count = 200'000;

// Runs of neighbours, gaps of more than a byte, and now and then more occurrences than a byte holds.
std::vector<NaivePosting> some_postings(std::mt19937& random, std::size_t count) {
  std::vector<NaivePosting> postings;
  std::uint32_t chunk = 0;
  for (std::size_t i = 0; i < count; ++i) {
    chunk += below(random, 8) == 0 ? 1 + below(random, 900) : 1 + below(random, 3);
    NaivePosting& posting = postings.emplace_back();
    posting.chunk = chunk;
    const std::size_t occurrences = below(random, 200) == 0 ? 100 + below(random, 200) : 1 + below(random, 4);
    for (std::uint32_t position = 0; posting.positions.size() < occurrences;)
      posting.positions.push_back(position += below(random, 50) == 0 ? 300 : 1 + below(random, 5));
  }
  return postings;
}

std::string block_of(std::span<const NaivePosting> postings) {
  AnalyzedTerm term;
  for (const NaivePosting& posting : postings) {
    for (const std::uint32_t position : posting.positions) term.body.push_back({posting.chunk, position});
  }
  term.chunk_frequency = static_cast<std::uint32_t>(postings.size());
  PostingBlockBuilder builder;
  builder.add(term, 0, 0);
  std::string bytes;
  builder.append_to(bytes);
  return bytes;
}

TEST(PostingSeeker, FindsTheFirstPostingFromAChunkOnWithItsPositions) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const std::vector<NaivePosting> postings = some_postings(random, 1 + below(random, 3000));
    const std::string bytes = block_of(postings);
    const PostingBlock block(bytes);
    ASSERT_TRUE(block.intact());
    PostingSeeker seeker(block, chunk_count);
    const std::uint32_t stride = 1 + below(random, 400);
    std::size_t next = 0;
    for (std::uint32_t chunk = below(random, stride); chunk < chunk_count; chunk += 1 + below(random, stride)) {
      while (next < postings.size() && postings[next].chunk < chunk) ++next;
      ASSERT_EQ(seeker.seek(chunk), next < postings.size()) << chunk;
      if (next == postings.size()) break;
      ASSERT_EQ(seeker.chunk(), postings[next].chunk);
      ASSERT_EQ(seeker.frequency(), postings[next].positions.size());
      if (below(random, 3) == 0) continue;  // positions of some alone
      std::vector<std::uint32_t> positions;
      append_positions(block.positions(), seeker.first_position(), seeker.frequency(), positions);
      ASSERT_EQ(positions, postings[next].positions);
    }
    EXPECT_FALSE(seeker.seek(chunk_count));
  }
}

TEST(PostingSeeker, ATermOfNoBodyHasNoPosting) {
  const std::string bytes = block_of({});
  PostingSeeker seeker(PostingBlock(bytes), chunk_count);
  EXPECT_FALSE(seeker.seek(0));
  EXPECT_FALSE(seeker.seek(1));
}

TEST(PostingSeeker, DamageEndsTheListInsideTheSegment) {
  std::mt19937 random(8);
  const std::string whole = block_of(some_postings(random, 700));
  for (int round = 0; round < 400; ++round) {
    std::string bytes = whole.substr(0, round % 2 == 0 ? whole.size() : below(random, whole.size()));
    for (int i = 0; i < 3 && !bytes.empty(); ++i)
      bytes[below(random, bytes.size())] = static_cast<char>(below(random, 256));
    const PostingBlock block(bytes);
    PostingSeeker seeker(block, chunk_count);
    std::vector<std::uint32_t> positions;
    for (std::uint32_t chunk = 0; seeker.seek(chunk); chunk = seeker.chunk() + 1) {
      ASSERT_GE(seeker.chunk(), chunk);
      ASSERT_LT(seeker.chunk(), chunk_count);
      positions.clear();
      append_positions(block.positions(), seeker.first_position(), seeker.frequency(), positions);
      ASSERT_LE(positions.size(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace kindling
