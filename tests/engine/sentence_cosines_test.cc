#include "engine/retrieve/sentence_cosines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "tests/engine/small_index.h"

namespace kindling {
namespace {

Question closely(const std::string& text, SearchMode mode = SearchMode::hybrid) {
  return {.text = text, .mode = mode, .filter = {}, .effort = {.quality = true}};
}

std::vector<float> vector_of(const Encoder& encoder, std::string_view text) {
  return encoder.encode(std::span(&text, 1), {}, never_cancelled()).value().values;
}

// max over sentences of cos(question, sentence + .6 title), each text encoded by itself, in double precision.
double naive_sentence(const SmallIndex& index, std::span<const float> question, ChunkIndex at) {
  const ChunkView chunk = index.snapshot().chunk(at);
  const DocumentView document = index.snapshot().document(chunk.document);
  double best = -2;
  for (const Sentence& sentence : chunk.sentences) {
    if (sentence.tokens < 3) continue;
    std::vector<float> sum = vector_of(index.encoder(), slice(document.text, sentence.span));
    if (!document.title.empty()) {
      const std::vector<float> title = vector_of(index.encoder(), document.title);
      for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += .6f * title[d];
    }
    double product = 0, length = 0;
    for (std::size_t d = 0; d < sum.size(); ++d) {
      product += double{sum[d]} * question[d];
      length += double{sum[d]} * sum[d];
    }
    best = std::max(best, product / std::sqrt(length));
  }
  return best;
}

// A question, its candidates and their scores, sentences compared.
struct Asked {
  Query query;
  Candidates candidates;
  Scores scores;

  Asked(const SmallIndex& index, const Question& question, const Encoder* encoder)
      : query(make_query(index.snapshot(), encoder, question, never_cancelled()).value()),
        candidates(retrieve(index.snapshot(), query, 10'000)),
        scores(
            score_closely(index.snapshot(), encoder, question, query, candidates, never_cancelled()).value()) {}
};

TEST(SentenceCosines, AChunkIsAsNearAsTheMeanOfItselfAndItsBestSentence) {
  std::mt19937 random(5);
  const SmallIndex index(random_documents(random, 2));
  ASSERT_LE(index.snapshot().chunk_slots(), sentence_chunks);
  const Asked asked(index, closely("deepest lock of the canal"), &index.encoder());
  std::size_t compared = 0;
  for (const CandidateChunk& one : asked.candidates.chunks) {
    const double wanted = naive_sentence(index, asked.query.vector, one.chunk);
    if (wanted == -2) continue;
    EXPECT_NEAR(one.sentence, wanted, 1e-5);
    EXPECT_FLOAT_EQ(one.closeness(), (one.cosine + one.sentence) / 2);
    ++compared;
  }
  EXPECT_GT(compared, 5u);
}

TEST(SentenceCosines, TheSentenceThatAnswersLiftsItsChunk) {
  const std::string about_bread = " The bakery sells bread and cakes from five in the morning until noon.";
  const SmallIndex index({{"a", "Tern Hill lock is deepest." + about_bread + about_bread, ""},
                          {"b", "Locks stand along canals." + about_bread, ""}});
  const Question plain{.text = "deepest Tern Hill lock is", .mode = SearchMode::vector, .filter = {}};
  Question close = plain;
  close.effort.quality = true;
  const Asked before(index, plain, &index.encoder());
  const Asked after(index, close, &index.encoder());
  EXPECT_GT(after.scores.chunks[0].score, before.scores.chunks[0].score + .1f);
  EXPECT_GT(after.scores.chunks[0].score, after.scores.chunks[1].score);
  EXPECT_EQ(before.scores.chunks[0].sentence, 0);
  EXPECT_FLOAT_EQ(after.scores.chunks[0].score,
                  (before.scores.chunks[0].score + after.scores.chunks[0].sentence) / 2);
}

TEST(SentenceCosines, WhatIsNotComparedChangesAsTheComparedDoInTheMean) {
  std::mt19937 random(7);
  const SmallIndex index(random_documents(random, 120));
  ASSERT_GT(index.snapshot().chunk_slots(), 2 * sentence_chunks);
  const Asked asked(index, closely("deepest lock of the canal"), &index.encoder());
  // Many chunks share one change, to the last bits of a sum.
  std::map<long, std::size_t> changes;
  double sum = 0;
  for (const CandidateChunk& one : asked.candidates.chunks) {
    ++changes[std::lround((one.sentence - one.cosine) * 1e6)];
    sum += one.sentence - one.cosine;
  }
  const double mean = sum / static_cast<double>(asked.candidates.chunks.size());
  const std::size_t shared = changes[std::lround(mean * 1e6)] + changes[std::lround(mean * 1e6) + 1] +
                             changes[std::lround(mean * 1e6) - 1];
  EXPECT_GE(shared, asked.candidates.chunks.size() - sentence_chunks);
}

TEST(SentenceCosines, NothingIsComparedUnlessItIsWantedAndVectorsCount) {
  std::mt19937 random(9);
  const SmallIndex index(random_documents(random, 5));
  const auto none_compared = [](const Asked& asked) {
    return std::all_of(asked.candidates.chunks.begin(), asked.candidates.chunks.end(),
                       [](const CandidateChunk& one) { return std::isnan(one.sentence); });
  };
  EXPECT_TRUE(none_compared(
      Asked(index, {.text = "canal", .mode = SearchMode::hybrid, .filter = {}}, &index.encoder())));
  EXPECT_TRUE(none_compared(Asked(index, closely("canal", SearchMode::keyword), &index.encoder())));
  EXPECT_TRUE(none_compared(Asked(index, closely("canal"), nullptr)));
}

TEST(SentenceCosines, CancelledWhileEncoding) {
  std::mt19937 random(11);
  const SmallIndex index(random_documents(random, 5));
  Asked asked(index, {.text = "canal", .mode = SearchMode::hybrid, .filter = {}}, &index.encoder());
  Cancellation cancelled;
  cancelled.cancel();
  const auto scores = score_closely(index.snapshot(), &index.encoder(), closely("canal"), asked.query,
                                    asked.candidates, cancelled);
  ASSERT_FALSE(scores);
  EXPECT_EQ(scores.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace kindling
