// How much evidence is gathered for a window, and that two threads gather what one does.
#include "engine/retrieve/evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/profile.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

constexpr std::uint64_t window = 262'144;

SmallIndex some_index() {
  std::mt19937 random(11);
  return SmallIndex(random_documents(random, 60));
}

std::shared_ptr<const Tokenizer> tokenizer_of(std::string name) {
  ModelProfile profile;
  profile.tokenizer = std::move(name);
  return profile_tokenizer(profile).value();
}

TEST(CandidateChunks, AreTwiceAsManyAsTheWindowHoldsAsItIsCounted) {
  const SmallIndex index = some_index();
  const std::size_t exact = candidate_chunks(index.encoder().tokenizer(), window);
  EXPECT_GT(exact, window / 128 * 3 / 2);  // chunks of 128 tokens, somewhat longer than English is on average
  EXPECT_LT(exact, window / 128 * 3);
  // Each byte is promised as a token: a quarter of the text fits in, and a quarter is looked for.
  const std::size_t worst_case = candidate_chunks(*tokenizer_of("muse-spark"), window);
  EXPECT_GT(worst_case, exact / 6);
  EXPECT_LT(worst_case, exact / 3);
}

TEST(CandidateChunks, OfASmallWindowAreEnoughToRank) {
  const SmallIndex index = some_index();
  EXPECT_EQ(candidate_chunks(index.encoder().tokenizer(), 0), candidate_chunks_min);
  EXPECT_EQ(candidate_chunks(*tokenizer_of("muse-spark"), 4'000), candidate_chunks_min);
}

void expect_same(const Candidates& found, const Candidates& wanted) {
  ASSERT_EQ(found.chunks.size(), wanted.chunks.size());
  for (std::size_t i = 0; i < found.chunks.size(); ++i) {
    EXPECT_EQ(found.chunks[i].chunk, wanted.chunks[i].chunk);
    EXPECT_EQ(found.chunks[i].lexical, wanted.chunks[i].lexical);
    EXPECT_EQ(found.chunks[i].bigram, wanted.chunks[i].bigram);
    EXPECT_EQ(found.chunks[i].named, wanted.chunks[i].named);
    EXPECT_EQ(found.chunks[i].phrase, wanted.chunks[i].phrase);
    const float cosine = found.chunks[i].cosine, wanted_cosine = wanted.chunks[i].cosine;
    EXPECT_TRUE(cosine == wanted_cosine || (std::isnan(cosine) && std::isnan(wanted_cosine)));
  }
  EXPECT_EQ(found.lexical.coverage_max, wanted.lexical.coverage_max);
  EXPECT_EQ(found.cosine_max, wanted.cosine_max);
  EXPECT_EQ(found.has_vectors, wanted.has_vectors);
  EXPECT_EQ(found.spread.mean, wanted.spread.mean);
}

TEST(MakeQuery, WantsEveryVectorWhereTheQuestionDoes) {
  const SmallIndex index = some_index();
  for (const bool exact : {false, true}) {
    const Question question{.text = "bread", .filter = {}, .effort = {.exact = exact}};
    const Query query = make_query(index.snapshot(), &index.encoder(), question, never_cancelled()).value();
    EXPECT_EQ(query.nearest, exact ? NearestSearch::exact : NearestSearch::planned);
  }
}

TEST(EncodeAndRetrieve, GivesTheSameSideBySideAndInTurn) {
  const SmallIndex index = some_index();
  const Snapshot& snapshot = index.snapshot();
  for (const SearchMode mode : {SearchMode::hybrid, SearchMode::keyword, SearchMode::vector}) {
    for (const std::string text : {"who baked bread at the canal", "\"the canal\" tower", "of the", "zyxqw"}) {
      for (const std::size_t depth : {std::size_t{2}, std::size_t{1000}}) {
        const Question question{.text = text, .mode = mode, .filter = {}};
        const Query whole = make_query(snapshot, &index.encoder(), question, never_cancelled()).value();
        const Candidates wanted = retrieve(snapshot, whole, depth);
        for (const std::uint32_t from : {0u, side_by_side_chunks}) {
          Query query = read_question(snapshot, question).value();
          const auto found =
              encode_and_retrieve(snapshot, &index.encoder(), question, query, depth, never_cancelled(), from);
          ASSERT_TRUE(found.ok());
          expect_same(*found, wanted);
          EXPECT_EQ(query.vector, whole.vector);
        }
      }
    }
  }
}

TEST(EncodeAndRetrieve, AVectorThatCannotBeHadIsAnErrorEitherWay) {
  const SmallIndex index = some_index();
  Cancellation cancelled;
  cancelled.cancel();
  const Question question{.text = "who baked bread at the canal", .mode = SearchMode::hybrid, .filter = {}};
  for (const std::uint32_t from : {0u, side_by_side_chunks}) {
    Query query = read_question(index.snapshot(), question).value();
    const auto found =
        encode_and_retrieve(index.snapshot(), &index.encoder(), question, query, 10, cancelled, from);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::cancelled);
  }
}

}  // namespace
}  // namespace kindling
