#include "index/terms/block_postings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/simd/dispatch.h"
#include "base/simd/impacts.h"
#include "index/terms/top_documents.h"

namespace kindling {
namespace {

using Words = std::vector<std::string>;

std::uint32_t below(std::mt19937& random, std::size_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

std::vector<std::string_view> views(const Words& words) { return {words.begin(), words.end()}; }

BlockPostings postings_of(const std::vector<Words>& documents) {
  BlockPostingsBuilder builder;
  for (const Words& words : documents) builder.add(views(words));
  return std::move(builder).finish().value();
}

// BM25 by the definition, in double precision.
std::vector<double> naive_scores(const std::vector<Words>& documents, const Words& question) {
  double length_sum = 0;
  for (const Words& words : documents) length_sum += static_cast<double>(words.size());
  const double count = static_cast<double>(documents.size());
  std::vector<double> scores(documents.size(), 0);
  for (const std::string& term : std::set<std::string>(question.begin(), question.end())) {
    std::vector<double> frequencies;
    for (const Words& words : documents)
      frequencies.push_back(static_cast<double>(std::count(words.begin(), words.end(), term)));
    const double df = count - static_cast<double>(std::count(frequencies.begin(), frequencies.end(), 0.0));
    const double idf = std::log(1 + (count - df + .5) / (df + .5));
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (frequencies[i] == 0) continue;
      const double norm = .9 * (.4 + .6 * static_cast<double>(documents[i].size()) / (length_sum / count));
      scores[i] += idf * frequencies[i] / (frequencies[i] + norm);
    }
  }
  return scores;
}

// Same size, the right score at each place, best first, no document twice.
void expect_equal_to_naive(const std::vector<RankedDocument>& found, const std::vector<double>& scores,
                           std::size_t k) {
  std::vector<double> wanted;
  std::copy_if(scores.begin(), scores.end(), std::back_inserter(wanted), [](double s) { return s > 0; });
  std::sort(wanted.begin(), wanted.end(), std::greater<>());
  wanted.resize(std::min(k, wanted.size()));
  ASSERT_EQ(found.size(), wanted.size());
  std::set<std::uint32_t> seen;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i].score, wanted[i], 1e-5) << i;
    ASSERT_NEAR(found[i].score, scores[found[i].document], 1e-5) << i;
    ASSERT_TRUE(seen.insert(found[i].document).second);
    if (i == 0) continue;
    ASSERT_TRUE(found[i - 1].score > found[i].score ||
                (found[i - 1].score == found[i].score && found[i - 1].document < found[i].document))
        << i;
  }
}

// Words of a Zipfian vocabulary: few in every document, many in one.
std::vector<Words> random_documents(std::mt19937& random, std::size_t count, std::size_t length_max,
                                    std::size_t vocabulary) {
  std::vector<double> weights(vocabulary);
  for (std::size_t i = 0; i < vocabulary; ++i) weights[i] = 1.0 / static_cast<double>(i + 1);
  std::discrete_distribution<std::size_t> draw(weights.begin(), weights.end());
  std::vector<Words> documents(count);
  for (Words& words : documents) {
    words.resize(random() % (length_max + 1));
    for (std::string& word : words) word = "w" + std::to_string(draw(random));
  }
  return documents;
}

Words random_question(std::mt19937& random, std::size_t terms, std::size_t vocabulary) {
  Words question(terms);
  for (std::string& word : question) {
    const double share = std::pow(static_cast<double>(vocabulary), static_cast<double>(random() % 1000) / 1000);
    word = "w" + std::to_string(static_cast<std::size_t>(share) - 1);
  }
  return question;
}

TEST(PackedBlock, GivesBackEveryWidthOnEveryTarget) {
  std::mt19937 random(1);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (unsigned bits = 0; bits <= 32; ++bits) {
      std::array<std::uint32_t, packed_block_size> numbers{}, out{};
      for (std::uint32_t& number : numbers) {
        number = static_cast<std::uint32_t>(random() & ((std::uint64_t{1} << bits) - 1));
      }
      ASSERT_LE(bits_for(numbers), bits);
      std::vector<std::uint32_t> packed(packed_words(bits));
      pack_block(numbers, bits, packed);
      unpack_block(packed, bits, out);
      ASSERT_EQ(numbers, out) << to_string(target) << " " << bits;
    }
  }
}

TEST(PackedBlock, GivesBackAscendingNumbersUpToTheLargest) {
  std::mt19937 random(2);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (unsigned spread = 0; spread <= 24; ++spread) {
      std::array<std::uint32_t, packed_block_size> numbers{}, out{};
      const std::uint32_t before = below(random, 1000);
      std::uint32_t last = before;
      for (std::uint32_t& number : numbers) number = last += 1 + below(random, 1u << spread);
      if (spread == 0) numbers.back() = 0xffffffff;
      const unsigned bits = bits_for_ascending(numbers, before);
      std::vector<std::uint32_t> packed(packed_words(bits));
      pack_ascending(numbers, before, bits, packed);
      unpack_ascending(packed, bits, before, out);
      ASSERT_EQ(numbers, out) << to_string(target) << " " << spread;
    }
  }
}

TEST(PackedBlock, GivesOneNumberAsItGivesThemAll) {
  std::mt19937 random(10);
  for (unsigned bits = 0; bits <= 32; ++bits) {
    std::array<std::uint32_t, packed_block_size> numbers{};
    for (std::uint32_t& number : numbers)
      number = static_cast<std::uint32_t>(random() & ((std::uint64_t{1} << bits) - 1));
    std::vector<std::uint32_t> packed(packed_words(bits));
    pack_block(numbers, bits, packed);
    for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(unpack_one(packed, bits, i), numbers[i]) << bits;
  }
}

TEST(Impacts, ScalesLevelsRoundedDownOnEveryTarget) {
  std::mt19937 random(3);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {0, 1, 3, 15, 16, 17, 31, 33, 127, 128, 300}) {
      std::vector<std::uint8_t> levels(count);
      for (std::uint8_t& level : levels) level = static_cast<std::uint8_t>(random());
      const auto scale = static_cast<std::uint16_t>(random());
      std::vector<std::uint16_t> out(count), sums(count);
      for (std::uint16_t& sum : sums) sum = static_cast<std::uint16_t>(random() % 256);
      const std::vector<std::uint16_t> before = sums;
      scale_levels(levels, scale, out);
      add_levels(levels, scale, sums);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(out[i], levels[i] * scale / 256) << to_string(target);
        ASSERT_EQ(sums[i], static_cast<std::uint16_t>(before[i] + levels[i] * scale / 256))
            << to_string(target);
      }
    }
  }
}

TEST(Impacts, CountsAndSelectsExactlyThoseThatAreLargeEnough) {
  std::mt19937 random(4);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {0, 1, 7, 8, 16, 31, 33, 255, 256, 2048}) {
      for (const std::uint32_t least : {0u, 1u, 3u, 0x8001u, 0xffffu}) {
        std::vector<std::uint16_t> values(count), places(count), wanted;
        for (std::uint16_t& value : values) value = static_cast<std::uint16_t>(least - 2 + below(random, 5));
        for (std::size_t i = 0; i < count; ++i) {
          if (values[i] >= least) wanted.push_back(static_cast<std::uint16_t>(i));
        }
        const auto limit = static_cast<std::uint16_t>(least);
        places.resize(select_at_least(values, limit, places));
        ASSERT_EQ(places, wanted) << to_string(target) << " " << count;
        ASSERT_EQ(count_at_least(values, limit, count + 1), wanted.size()) << to_string(target) << " " << count;
        for (const std::size_t enough : {wanted.size() / 2, wanted.size()}) {
          const std::size_t counted = count_at_least(values, limit, enough);
          ASSERT_GE(counted, enough) << to_string(target) << " " << count;
          ASSERT_LE(counted, wanted.size());
        }
      }
    }
  }
}

TEST(PackedTerms, FindsEveryTermAndNoOther) {
  std::set<std::string> terms{"", "a", "aa", "ab", "b", std::string(300, 'x'), "\xff\xfe"};
  for (int i = 0; i < 500; ++i) terms.insert("term" + std::to_string(i * 7));
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{17}, terms.size()}) {
    std::vector<std::string_view> ascending(terms.begin(), std::next(terms.begin(), static_cast<long>(count)));
    const PackedTerms packed = PackedTerms::pack(ascending).value();
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(packed.find(ascending[i]), i);
    for (const char* other : {"term1", "zzz", "aaa", "term", "\xff\xff"}) ASSERT_FALSE(packed.find(other));
  }
}

// A level that were one too low would lose documents, one too high would only cost time: both are held here.
TEST(BlockPostings, LevelsAreSharesRoundedUpAndNoMore) {
  std::mt19937 random(11);
  const auto documents = random_documents(random, 3'000, 60, 300);
  const BlockPostings postings = postings_of(documents);
  std::size_t seen = 0;
  for (int word = 0; word < 300; ++word) {
    const BlockTerm* term = postings.find("w" + std::to_string(word));
    if (term == nullptr) continue;
    std::vector<std::uint8_t> highest(postings.ranges(), 0);
    for (std::uint32_t block = 0; block <= term->full_blocks(); ++block) {
      std::array<std::uint32_t, packed_block_size> numbers{};
      const std::uint32_t count = postings.read_documents(*term, block, numbers);
      const auto levels = postings.levels(*term, block);
      ASSERT_EQ(levels.size(), count);
      std::uint8_t block_highest = 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto& text = documents[numbers[i]];
        const std::uint32_t frequency = postings.frequency(*term, block, i);
        ASSERT_EQ(frequency, std::count(text.begin(), text.end(), "w" + std::to_string(word)));
        const double tf = frequency;
        const double share = tf / (tf + double{postings.norms()[numbers[i]]});
        const double steps = share / double{term->share_max} * 255;
        ASSERT_GE(levels[i], 1);
        ASSERT_LE(steps, levels[i] + (levels[i] == 255 ? 1e-3 : 0));
        ASSERT_LT(levels[i], steps + 1.01);
        block_highest = std::max(block_highest, levels[i]);
        highest[numbers[i] >> range_bits] = std::max(highest[numbers[i] >> range_bits], levels[i]);
      }
      seen += count;
      ASSERT_GE(postings.block_level(*term, block), block_highest);
      ASSERT_TRUE(block == term->full_blocks() || postings.block_level(*term, block) == block_highest);
    }
    if (term->row == no_row) continue;
    const auto levels = postings.range_levels(*term);
    ASSERT_TRUE(std::equal(highest.begin(), highest.end(), levels.begin(), levels.end()));
  }
  EXPECT_GT(seen, 50'000u);
}

TEST(TopDocuments, EqualsBm25OfRandomCollectionsOnEveryTarget) {
  std::mt19937 random(5);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {1, 2, 127, 128, 129, 256, 257, 1500}) {
      const std::size_t vocabulary = 5 + random() % 500;
      const auto documents = random_documents(random, count, 1 + random() % 60, vocabulary);
      const BlockPostings postings = postings_of(documents);
      TopDocuments top(postings);
      for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{100}, std::size_t{10'000}}) {
        const Words question = random_question(random, 1 + random() % 12, vocabulary + 3);
        expect_equal_to_naive(top.top(views(question), k), naive_scores(documents, question), k);
      }
    }
  }
}

// Rare terms are read whole, frequent ones by block and range: this has both, and ranges enough to skip.
TEST(TopDocuments, EqualsBm25WhereRangesAreSkipped) {
  std::mt19937 random(6);
  const auto documents = random_documents(random, 20'000, 30, 3'000);
  const BlockPostings postings = postings_of(documents);
  TopDocuments top(postings);
  for (int i = 0; i < 12; ++i) {
    const Words question = random_question(random, 1 + random() % 8, 3'000);
    const std::vector<double> scores = naive_scores(documents, question);
    for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{1'000}, std::size_t{10'000}})
      expect_equal_to_naive(top.top(views(question), k), scores, k);
  }
}

// With all documents asked for nothing is passed over; with few nearly everything is. Lengths differ little, so
// that scores lie closer together than a level's step.
TEST(TopDocuments, GivesTheFirstOfAllToTheLastBitHoweverFewAreAsked) {
  std::mt19937 random(12);
  std::discrete_distribution<int> draw({40, 30, 20, 10, 8, 6, 4, 3, 2, 1, 1, 1, .3, .1, .05, .03});
  std::vector<Words> documents(40'000);
  for (Words& words : documents) {
    words.resize(8 + random() % 8);
    for (std::string& word : words) word = "w" + std::to_string(draw(random));
  }
  const BlockPostings postings = postings_of(documents);
  TopDocuments top(postings);
  for (int i = 0; i < 25; ++i) {
    Words question(2 + random() % 5);
    for (std::string& word : question) word = "w" + std::to_string(random() % 16);
    const auto all = top.top(views(question), documents.size());
    for (const std::size_t k : {1, 2, 10, 33, 100, 1'000, 4'000}) {
      const auto few = top.top(views(question), k);
      ASSERT_EQ(few.size(), std::min(k, all.size()));
      for (std::size_t at = 0; at < few.size(); ++at) {
        ASSERT_EQ(few[at].document, all[at].document) << "question " << i << ", " << at << " of " << k;
        ASSERT_EQ(few[at].score, all[at].score);
      }
    }
  }
}

TEST(TopDocuments, GivesTiesInTheOrderOfDocumentsWhateverTheRange) {
  std::vector<Words> documents(5'000, Words{"filler", "other"});
  for (std::size_t i = 0; i < documents.size(); i += 7) documents[i] = {"tied", "other"};
  const BlockPostings postings = postings_of(documents);
  TopDocuments top(postings);
  for (const std::size_t k : {1, 3, 500}) {
    const Words question{"tied", "other"};
    const auto found = top.top(views(question), k);
    ASSERT_EQ(found.size(), k);
    for (std::size_t i = 0; i < k; ++i) ASSERT_EQ(found[i].document, 7 * i);
  }
}

TEST(Impacts, ContributionsByLengthEqualTheFormulaOnEveryTarget) {
  std::mt19937 random(8);
  std::vector<std::uint32_t> lengths(500);
  for (std::uint32_t& length : lengths) length = below(random, 5'000);
  const LengthNorm norm{.flat = .36F, .slope = .004F};
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {0u, 1u, 3u, 4u, 15u, 16u, 17u, 200u}) {
      std::vector<std::uint32_t> documents(count), frequencies(count), out(count);
      for (std::size_t i = 0; i < count; ++i) {
        documents[i] = below(random, lengths.size());
        frequencies[i] = 1 + below(random, 100);
      }
      contributions_by_length(documents, frequencies, lengths, norm, 5e8F, out);
      for (std::size_t i = 0; i < count; ++i) {
        const double tf = frequencies[i];
        const double exact = 5e8 * tf / (tf + double{norm.flat} + double{norm.slope} * lengths[documents[i]]);
        ASSERT_NEAR(out[i], exact, exact * 5e-7 + 1) << to_string(target);
      }
    }
  }
}

TEST(Impacts, SelectReachingFindsEitherHalfOnEveryTarget) {
  std::mt19937 random(9);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 300u}) {
      std::vector<std::uint64_t> sums(count);
      for (std::uint64_t& sum : sums)
        sum = std::uint64_t{below(random, std::size_t{1} << 31)} << 32 | static_cast<std::uint32_t>(random());
      const std::uint32_t least_high = 1 + below(random, (std::size_t{1} << 31) - 1);
      const auto above_low = static_cast<std::uint32_t>(random());
      std::vector<std::uint32_t> wanted;
      for (std::uint32_t i = 0; i < count; ++i) {
        if (sums[i] >> 32 >= least_high || static_cast<std::uint32_t>(sums[i]) > above_low) wanted.push_back(i);
      }
      std::vector<std::uint32_t> places(count + select_slack);
      places.resize(select_reaching(sums, std::uint64_t{least_high} << 32, 0xffffffff, above_low, places));
      ASSERT_EQ(places, wanted) << to_string(target);
    }
  }
}

TEST(TopDocuments, GivesTheSameOnEveryTargetToTheLastBit) {
  std::mt19937 random(7);
  const auto documents = random_documents(random, 3'000, 80, 400);
  const BlockPostings postings = postings_of(documents);
  const Words question{"w1", "w5", "w17", "w60", "w200"};
  std::vector<std::pair<std::uint32_t, float>> first;
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    TopDocuments top(postings);
    std::vector<std::pair<std::uint32_t, float>> found;
    for (const RankedDocument& each : top.top(views(question), 300))
      found.emplace_back(each.document, each.score);
    if (first.empty()) first = found;
    ASSERT_EQ(first, found) << to_string(target);
  }
}

TEST(TopDocuments, TakesTermsOfEveryDocumentEmptyDocumentsAndUnknownTerms) {
  std::vector<Words> documents(1'000, Words{"all"});
  documents[3].clear();
  documents[999] = {"all", "all", "one"};
  const BlockPostings postings = postings_of(documents);
  TopDocuments top(postings);
  for (const Words& question :
       std::vector<Words>{{"all"}, {"one"}, {"all", "one"}, {"all", "all"}, {"none", "all"}})
    expect_equal_to_naive(top.top(views(question), 10'000), naive_scores(documents, question), 10'000);
  EXPECT_TRUE(top.top(views(Words{"none"}), 10).empty());
  EXPECT_TRUE(top.top({}, 10).empty());
  EXPECT_EQ(top.top(views(Words{"all"}), std::size_t{1} << 60).size(), 999u);
}

TEST(TopDocuments, TakesACollectionOfNothing) {
  const BlockPostings nothing = postings_of({});
  EXPECT_TRUE(TopDocuments(nothing).top(views(Words{"a"}), 10).empty());
  const BlockPostings hollow = postings_of({{}, {}});
  EXPECT_TRUE(TopDocuments(hollow).top(views(Words{"a"}), 10).empty());
}

TEST(TopDocuments, TakesDocumentsAndQuestionsOfHostileSize) {
  std::vector<Words> documents(300, Words{"a", "b"});
  documents[7] = Words(200'000, "a");
  Words all;
  for (int i = 0; i < 5'000; ++i) all.push_back("t" + std::to_string(i));
  documents[8] = all;
  const BlockPostings postings = postings_of(documents);
  TopDocuments top(postings);
  const auto found = top.top(views(all), 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].document, 8u);
  const Words a{"a"};
  expect_equal_to_naive(top.top(views(a), 300), naive_scores(documents, a), 300);
}

// More terms than a sum of 16 bits has units for: no bound says anything.
TEST(TopDocuments, TakesMoreTermsThanUnits) {
  std::vector<Words> documents(40);
  Words question;
  for (int i = 0; i < 70'000; ++i) {
    question.push_back("t" + std::to_string(i));
    documents[static_cast<std::size_t>(i) % 39].push_back(question.back());
    if (i % 1'000 == 0) documents[39].push_back(question.back());
  }
  const BlockPostings postings = postings_of(documents);
  const auto found = TopDocuments(postings).top(views(question), 40);
  ASSERT_EQ(found.size(), 40u);
  EXPECT_EQ(found[39].document, 39u);
  const auto few = TopDocuments(postings).top(views(question), 3);
  ASSERT_EQ(few.size(), 3u);
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].document, found[i].document);
    EXPECT_EQ(few[i].score, found[i].score);
  }
}

}  // namespace
}  // namespace kindling
