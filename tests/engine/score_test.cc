// The score against its formula, written down a second time in double precision.

#include "engine/retrieve/score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "tests/engine/small_index.h"
#include "tokenizer/code_likeness.h"

namespace kindling {
namespace {

constexpr std::size_t everything = 1'000'000;

Query query_for(const SmallIndex& index, const std::string& text, SearchMode mode) {
  return make_query(index.snapshot(), &index.encoder(), {.text = text, .mode = mode, .filter = {}},
                    never_cancelled())
      .value();
}

double product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double{a[d]} * b[d];
  return sum;
}

std::vector<std::uint32_t> best_ten(const std::vector<double>& scores) {
  std::vector<std::uint32_t> best(scores.size());
  std::iota(best.begin(), best.end(), 0u);
  std::stable_sort(best.begin(), best.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  best.resize(std::min<std::size_t>(10, best.size()));
  return best;
}

float likeness_of(const Snapshot& snapshot, ChunkIndex chunk) {
  const ChunkView view = snapshot.chunk(chunk);
  return code_likeness(slice(snapshot.utf8_of(view.document), view.span));
}

// F of every chunk as engine/retrieve/score.h defines it. All chunks are live and have vectors; the gate is
// open.
std::vector<double> naive_scores(const Snapshot& snapshot, const Query& query) {
  const std::uint32_t n = snapshot.chunk_slots();
  const LexicalMatches lexical = snapshot.lexical(query.terms);
  std::vector<double> cosines, scores(n, 0);
  for (std::uint32_t i = 0; i < n; ++i)
    cosines.push_back(product(query.vector, snapshot.vector(ChunkIndex{i})));
  double mean = 0, variance = 0;
  for (const double c : cosines) mean += c / n;
  for (const double c : cosines) variance += (c - mean) * (c - mean) / n;
  const double z =
      std::clamp((*std::max_element(cosines.begin(), cosines.end()) - mean) / std::sqrt(variance) / 5, .3, 2.);
  for (const ChunkMatch& match : lexical.chunks)
    scores[position(match.chunk)] += match.score + .3 * match.bigram;
  for (std::uint32_t i = 0; i < n; ++i)
    scores[i] += .9 * z * z * -std::log(1 - std::min(.98, cosines[i] - mean));

  double code = 0;
  std::vector<std::uint32_t> best = best_ten(scores);
  for (const std::uint32_t i : best)
    code += likeness_of(snapshot, ChunkIndex{i}) / static_cast<double>(best.size());
  for (std::uint32_t i = 0; i < n; ++i)
    scores[i] += .6 * code * z * z * -std::log(1 - std::min(.98, cosines[i] - mean));
  best = best_ten(scores);
  std::vector<float> centroid(snapshot.settings().dimensions, 0);
  double total = 0;
  for (const std::uint32_t i : best) total += std::exp((scores[i] - scores[best[0]]) / .05);
  for (const std::uint32_t i : best) {
    const double weight = std::exp((scores[i] - scores[best[0]]) / .05) / total;
    for (std::size_t d = 0; d < centroid.size(); ++d)
      centroid[d] += static_cast<float>(weight * snapshot.vector(ChunkIndex{i})[d]);
  }
  double feedback_mean = 0;
  for (std::uint32_t i = 0; i < n; ++i) feedback_mean += product(centroid, snapshot.vector(ChunkIndex{i})) / n;
  std::map<std::uint32_t, double> named;
  for (const SectionMatch& match : lexical.sections) named[position(match.section)] = match.named;
  for (std::uint32_t i = 0; i < n; ++i) {
    scores[i] += .15 * (product(centroid, snapshot.vector(ChunkIndex{i})) - feedback_mean);
    scores[i] += .5 * named[position(snapshot.section_of(ChunkIndex{i}))];
  }
  return scores;
}

std::string code_about_canals(std::size_t n) {
  std::string code = "\n\n";
  for (int i = 0; i < 30; ++i) {
    code += "def lock_depth_" + std::to_string(n) +
            "(self, hill):\n    canal.level[hill] = self.tern_hill.deep(" + std::to_string(i) +
            ")\n    return canal.lock_" + std::to_string(i) + "\n\n";
  }
  return code;
}

// A section of one chunk has that chunk's vector: what vectors say of both is the same. Returns how many there
// are.
std::size_t sections_that_say_what_their_chunk_says(const Snapshot& snapshot, const Candidates& candidates,
                                                    const Scores& scores) {
  std::size_t compared = 0;
  for (const ScoredSection& section : scores.sections) {
    const ChunkRange own = snapshot.chunks_of(section.section);
    if (own.count != 1) continue;
    const ScoredChunk* chunk = scores.find(own.first);
    float by_words = 0;
    for (const SectionMatch& match : candidates.lexical.sections) {
      if (match.section == section.section) by_words = match.score + .3f * match.bigram + .5f * match.named;
    }
    EXPECT_NE(chunk, nullptr);
    if (chunk == nullptr) continue;
    EXPECT_NEAR(section.score - by_words,
                chunk->score - chunk->lexical - .3f * chunk->bigram - .5f * chunk->named, 1e-4);
    ++compared;
  }
  return compared;
}

// Every third round all documents are code, every third some.
TEST(Score, EqualsItsFormula) {
  std::mt19937 random(21);
  std::size_t chunks_of_code = 0, sections_of_one = 0;
  for (int round = 0; round < 12; ++round) {
    std::vector<SmallDocument> documents = random_documents(random, 5 + random() % 20);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (round % 3 == 0 || (round % 3 == 1 && i % 2 == 0)) documents[i].text += code_about_canals(i);
    }
    const SmallIndex index(documents);
    const Query query = query_for(index, "how deep is the lock of the canal at Tern Hill", SearchMode::hybrid);
    const Candidates candidates = retrieve(index.snapshot(), query, everything);
    const Scores scores = score(index.snapshot(), query, candidates, SearchMode::hybrid);
    ASSERT_EQ(scores.gate, 1.f);
    const std::vector<double> expected = naive_scores(index.snapshot(), query);
    ASSERT_EQ(scores.chunks.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(position(scores.chunks[i].chunk), i);
      ASSERT_NEAR(scores.chunks[i].score, expected[i], 2e-4) << i;
    }
    sections_of_one += sections_that_say_what_their_chunk_says(index.snapshot(), candidates, scores);
    for (std::uint32_t i = 0; i < expected.size(); ++i)
      chunks_of_code += likeness_of(index.snapshot(), ChunkIndex{i}) == 1;
  }
  EXPECT_GT(chunks_of_code, 100u);
  EXPECT_GT(sections_of_one, 5u);
}

// What few candidates of each leg give, against everything as candidates: the same numbers for those that are
// there. Feedback is of the ten best of them, so it may differ.
TEST(Score, FewCandidatesHaveTheNumbersThatAllHave) {
  std::mt19937 random(26);
  for (int round = 0; round < 6; ++round) {
    const SmallIndex index(random_documents(random, 120));
    const Query query = query_for(index, "how deep is the lock of the canal at Tern Hill", SearchMode::hybrid);
    const Scores all =
        score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), SearchMode::hybrid);
    const Candidates few_candidates = retrieve(index.snapshot(), query, 40);
    const Scores few = score(index.snapshot(), query, few_candidates, SearchMode::hybrid);
    ASSERT_LT(few.chunks.size(), all.chunks.size());
    ASSERT_GE(few.chunks.size(), 40u);
    for (const ScoredChunk& chunk : few.chunks) {
      const ScoredChunk* same = all.find(chunk.chunk);
      ASSERT_NE(same, nullptr);
      EXPECT_NEAR(chunk.score - .15f * chunk.feedback, same->score - .15f * same->feedback, 1e-5);
      EXPECT_NEAR(chunk.cosine, same->cosine, 1e-6);
      EXPECT_EQ(chunk.lexical, same->lexical);
      EXPECT_EQ(chunk.named, same->named);
    }
    EXPECT_EQ(few.coverage_max, all.coverage_max);
    EXPECT_EQ(few.cosine_max, all.cosine_max);
  }
}

// Half of the collection is more than the first ten need.
TEST(Score, TheFirstPlacesNeedNoMoreCandidates) {
  std::mt19937 random(27);
  for (int round = 0; round < 6; ++round) {
    const SmallIndex index(random_documents(random, 120));
    const Query query = query_for(index, "how deep is the lock of the canal at Tern Hill", SearchMode::hybrid);
    const auto best = [&](std::size_t depth) {
      const Candidates candidates = retrieve(index.snapshot(), query, depth);
      return rank_chunks(index.snapshot(), score(index.snapshot(), query, candidates, SearchMode::hybrid), 10);
    };
    const auto expected = best(everything);
    const auto ranked = best(index.snapshot().chunk_slots() / 2);
    ASSERT_EQ(ranked.size(), expected.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      EXPECT_EQ(ranked[i].chunk, expected[i].chunk) << i;
      EXPECT_NEAR(ranked[i].score, expected[i].score, 1e-5) << i;
    }
  }
}

TEST(Score, KeywordModeFindsOnlyWhatHoldsAWord) {
  std::mt19937 random(22);
  const SmallIndex index(random_documents(random, 20));
  const Query query = query_for(index, "bakery", SearchMode::keyword);
  EXPECT_TRUE(query.vector.empty());
  const Scores scores =
      score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), SearchMode::keyword);
  std::size_t found = 0;
  for (const RankedChunk& ranked : rank_chunks(index.snapshot(), scores, 1'000)) {
    const ChunkView chunk = index.snapshot().chunk(ranked.chunk);
    const SectionView section = index.snapshot().section(chunk.section);
    std::string all = std::string(index.snapshot().document(chunk.document).title) + std::string(chunk.text);
    for (const std::string_view heading : section.heading_path) all += heading;
    EXPECT_NE(all.find("bakery"), std::string::npos);
    ++found;
  }
  EXPECT_GT(found, 0u);
}

TEST(Score, VectorModeRanksByCosine) {
  std::mt19937 random(23);
  const SmallIndex index(random_documents(random, 10));
  const Query query = query_for(index, "tower clock", SearchMode::vector);
  const Scores scores =
      score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), SearchMode::vector);
  EXPECT_EQ(scores.chunks.size(), index.snapshot().chunk_slots());
  for (const ScoredChunk& chunk : scores.chunks) {
    EXPECT_NEAR(chunk.score, product(query.vector, index.snapshot().vector(chunk.chunk)), 1e-5);
  }
}

TEST(Score, ADocumentThatIsNotAllowedHasNone) {
  std::mt19937 random(24);
  const SmallIndex index(random_documents(random, 10));
  for (const SearchMode mode : {SearchMode::hybrid, SearchMode::keyword, SearchMode::vector}) {
    Query query = query_for(index, "canal lock boat", mode);
    query.allowed = DocumentSet(query.allowed.slots());
    query.allowed.insert(DocumentIndex{3});
    const Scores scores = score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), mode);
    for (const RankedDocument& ranked : rank_documents(index.snapshot(), scores, 100))
      EXPECT_EQ(position(ranked.document), 3u);
  }
}

TEST(Score, RanksAreOrderedAndDocumentsComeOnce) {
  std::mt19937 random(25);
  const SmallIndex index(random_documents(random, 25));
  const Query query = query_for(index, "rye bread of the bakery", SearchMode::hybrid);
  const Scores scores =
      score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), SearchMode::hybrid);
  const auto ranked = rank_documents(index.snapshot(), scores, 100);
  std::map<std::uint32_t, int> seen;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    EXPECT_EQ(++seen[position(ranked[i].document)], 1);
    EXPECT_GE(ranked[i == 0 ? 0 : i - 1].score, ranked[i].score);
  }
  EXPECT_EQ(ranked.front().score, rank_chunks(index.snapshot(), scores, 1).front().score);
}

// A token of this encoder is a word.
TEST(Score, VectorsCountWhereTokensAreNeitherCrumbsNorUnknownRuns) {
  const auto gate_of = [](std::size_t letters) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += std::string(letters, static_cast<char>('a' + i % 26)) + " ";
    std::vector<SmallDocument> documents;
    for (int i = 0; i < 40; ++i) documents.push_back({"/" + std::to_string(i), text + std::to_string(i), ""});
    const SmallIndex index(documents);
    const Query query = query_for(index, "lock", SearchMode::hybrid);
    return score(index.snapshot(), query, retrieve(index.snapshot(), query, everything), SearchMode::hybrid)
        .gate;
  };
  EXPECT_EQ(gate_of(1), 0);
  EXPECT_EQ(gate_of(4), 1);
  EXPECT_EQ(gate_of(16), 0);
}

// The definition: all chunks in their order, and of each group the first.
std::vector<ChunkIndex> first_of_each(const std::vector<RankedChunk>& all,
                                      const std::function<std::uint32_t(ChunkIndex)>& group_of) {
  std::vector<ChunkIndex> first;
  std::set<std::uint32_t> seen;
  for (const RankedChunk& ranked : all)
    if (seen.insert(group_of(ranked.chunk)).second) first.push_back(ranked.chunk);
  return first;
}

TEST(Score, OfEachSectionOrDocumentTheBestChunkRanks) {
  std::mt19937 random(26);
  const SmallIndex index(random_documents(random, 30));
  const Snapshot& snapshot = index.snapshot();
  const Query query = query_for(index, "a lock of the canal", SearchMode::hybrid);
  const Scores scores = score(snapshot, query, retrieve(snapshot, query, everything), SearchMode::hybrid);
  const auto all = rank_chunks(snapshot, scores, everything);
  const auto sections =
      first_of_each(all, [&](ChunkIndex chunk) { return position(snapshot.section_of(chunk)); });
  const auto documents =
      first_of_each(all, [&](ChunkIndex chunk) { return position(snapshot.document_of(chunk)); });
  ASSERT_GT(all.size(), sections.size());
  ASSERT_GT(sections.size(), documents.size());
  ASSERT_GT(documents.size(), 5u);
  for (const std::size_t count : {std::size_t{1}, std::size_t{5}, everything}) {
    for (const auto& [by, expected] :
         {std::pair{RankedBy::section, sections}, {RankedBy::document, documents}}) {
      std::vector<ChunkIndex> chunks;
      for (const RankedChunk& ranked : rank_chunks(snapshot, scores, count, by)) chunks.push_back(ranked.chunk);
      const auto best = expected.begin() + static_cast<std::ptrdiff_t>(std::min(count, expected.size()));
      EXPECT_EQ(chunks, std::vector<ChunkIndex>(expected.begin(), best));
    }
  }
}

}  // namespace
}  // namespace kindling
