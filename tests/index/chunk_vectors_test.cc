// The vectors of a snapshot in several files, against plain sums.

#include "index/vectors/chunk_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>

#include "index/document_set.h"
#include "index/vectors/allowed_rows.h"
#include "index/vectors/kept_costs.h"
#include "index/vectors/vector_codes.h"
#include "index/writer.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"
#include "tests/support/environment.h"

namespace kindling {
namespace {

constexpr std::uint32_t dimensions = 24;

std::uint32_t below(std::mt19937& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

// Some files with gaps between them; those of `coded` rows and more have codes.
class Rows {
 public:
  Rows(std::mt19937& random, std::vector<std::uint32_t> counts, std::uint32_t coded) {
    std::normal_distribution<float> normal;
    std::uint32_t next = below(random, 3);
    for (const std::uint32_t count : counts) {
      auto& rows = rows_.emplace_back(std::size_t{count} * row_stride(dimensions), 0.0F);
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto row = std::span(rows).subspan(std::size_t{i} * row_stride(dimensions), dimensions);
        for (float& value : row) value = normal(random);
        if (below(random, 50) == 0) std::fill(row.begin(), row.end(), std::numeric_limits<float>::quiet_NaN());
      }
      parts_.push_back({{next, count, rows.data()}, nullptr, {}});
      next += count + below(random, 4);
    }
    chunks_ = next;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      if (counts[p] < coded) continue;
      const VectorMatrix matrix{rows_[p].data(), counts[p], dimensions, row_stride(dimensions)};
      bytes_.push_back(std::make_unique<VectorCodeBytes>(
          encode_vectors(matrix, {.recall = .99, .threads = 1, .exact_below = coded, .scan_below = 2 * coded})
              .value()));
      codes_.push_back(std::make_unique<VectorCodes>(VectorCodes::open(bytes_.back()->view(), matrix).value()));
      parts_[p].codes = codes_.back().get();
    }
    vectors_ = std::make_unique<ChunkVectors>(parts_, dimensions);
  }

  [[nodiscard]] const ChunkVectors& vectors() const { return *vectors_; }
  [[nodiscard]] std::span<const VectorPart> parts() const { return parts_; }
  [[nodiscard]] std::uint32_t chunks() const { return chunks_; }

  // By the definition: every chunk with a row, nearest first.
  [[nodiscard]] std::vector<NearestChunk> sorted(std::span<const float> query,
                                                 const std::vector<bool>& allowed) const {
    std::vector<NearestChunk> all;
    for (std::uint32_t chunk = 0; chunk < chunks_; ++chunk) {
      const auto row = vectors_->row(chunk);
      if (row.empty() || !allowed[chunk]) continue;
      double sum = 0;
      for (std::uint32_t d = 0; d < dimensions; ++d) sum += double{query[d]} * row[d];
      all.push_back({ChunkIndex{chunk}, static_cast<float>(sum)});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const NearestChunk& a, const NearestChunk& b) { return a.cosine > b.cosine; });
    return all;
  }

 private:
  std::vector<std::vector<float>> rows_;
  std::vector<std::unique_ptr<VectorCodeBytes>> bytes_;
  std::vector<std::unique_ptr<VectorCodes>> codes_;
  std::vector<VectorPart> parts_;
  std::unique_ptr<ChunkVectors> vectors_;
  std::uint32_t chunks_ = 0;
};

std::vector<float> random_query(std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> query(dimensions);
  for (float& value : query) value = normal(random);
  return query;
}

TEST(ChunkVectors, NearestOfSeveralFilesAreTheNearestOfAll) {
  std::mt19937 random(61);
  for (int round = 0; round < 20; ++round) {
    const Rows rows(random, {below(random, 40) + 1, below(random, 1'500) + 1, below(random, 5) + 1}, 100'000);
    AllowedRows allowed(rows.parts(), false);
    std::vector<bool> flags(rows.chunks(), false);
    for (std::uint32_t first = 0; first < rows.chunks();) {
      const std::uint32_t count = std::min<std::uint32_t>(below(random, 90) + 1, rows.chunks() - first);
      if (below(random, 3) != 0) {
        allowed.insert(first, count);
        std::fill_n(flags.begin() + first, count, true);
      }
      first += count;
    }
    const auto query = random_query(random);
    const auto expected = rows.sorted(query, flags);
    for (const std::size_t count : {1UL, 10UL, 300UL, 5'000UL}) {
      const auto found = rows.vectors().nearest(query, count, allowed.sets());
      ASSERT_EQ(found.size(), std::min(count, expected.size()));
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i].cosine, expected[i].cosine, 1e-4);
        EXPECT_TRUE(flags[position(found[i].chunk)]);
      }
    }
  }
}

// With which nothing is cheaper than a scan.
VectorCosts dear_rows() {
  VectorCosts costs;
  costs.measured_ms = 1;
  costs.int8_next = {1e6, 1e6};
  return costs;
}

TEST(ChunkVectors, CodesFindWhatTheyPromise) {
  std::mt19937 random(62);
  const Rows rows(random, {900, ChunkVectors::every_row_compared, 20}, 600);
  ASSERT_NE(rows.parts()[1].codes, nullptr);
  ASSERT_EQ(rows.parts()[2].codes, nullptr);
  const AllowedRows allowed(rows.parts(), true);
  std::size_t found = 0;
  constexpr std::size_t queries = 30;
  const ChunkVectors vectors({rows.parts().begin(), rows.parts().end()}, dimensions, dear_rows());
  EXPECT_GT(vectors.plan(10, allowed.sets()).listed_rows, 0u);
  for (std::size_t q = 0; q < queries; ++q) {
    const auto query = random_query(random);
    const auto expected = rows.sorted(query, std::vector<bool>(rows.chunks(), true));
    for (const NearestChunk& one : vectors.nearest(query, 10, allowed.sets()))
      found += one.cosine >= expected[9].cosine - 1e-4F ? 1 : 0;
  }
  EXPECT_GE(found, queries * 10 * 95 / 100);
}

// Whatever a scan would cost, and however few are wanted.
TEST(ChunkVectors, FewRowsAreAllCompared) {
  std::mt19937 random(68);
  const Rows rows(random, {900, 3'000, 2'500, 20}, 600);
  const AllowedRows allowed(rows.parts(), true);
  const ChunkVectors vectors({rows.parts().begin(), rows.parts().end()}, dimensions, dear_rows());
  for (const std::size_t count : {1UL, 10UL, 400UL}) {
    const NearestPlan plan = vectors.plan(count, allowed.sets());
    EXPECT_EQ(plan.scanned_rows + plan.listed_rows, 0u);
    EXPECT_EQ(plan.recall, 1);
    EXPECT_EQ(plan.candidates, plan.rows);
    for (int i = 0; i < 20; ++i) {
      const auto query = random_query(random);
      const auto expected = rows.sorted(query, std::vector<bool>(rows.chunks(), true));
      const auto found = vectors.nearest(query, count, allowed.sets());
      ASSERT_EQ(found.size(), count);
      EXPECT_GE(found.back().cosine, expected[count - 1].cosine - 1e-4F);
    }
  }
}

// Of more rows that many may be allowed.
TEST(ChunkVectors, SoAreThoseThatAFilterLeaves) {
  std::mt19937 random(69);
  const Rows rows(random, {ChunkVectors::every_row_compared + 1'000}, 40'000);
  const ChunkVectors vectors({rows.parts().begin(), rows.parts().end()}, dimensions, dear_rows());
  AllowedRows allowed(rows.parts(), true);
  EXPECT_GT(vectors.plan(10, allowed.sets()).scanned_rows, 0u);
  allowed.erase(rows.parts()[0].rows.first, 999);
  EXPECT_GT(vectors.plan(10, allowed.sets()).scanned_rows, 0u);
  allowed.erase(rows.parts()[0].rows.first + 999, 1);
  EXPECT_EQ(vectors.plan(10, allowed.sets()).scanned_rows, 0u);
}

// A filter's few of very many lie on as many pages.
TEST(ChunkVectors, AFewOfVeryManyAreSearchedByPlan) {
  std::mt19937 random(71);
  constexpr std::uint32_t coded = 3'000, most = 2 * ChunkVectors::every_row_compared;
  for (const std::uint32_t others : {most - coded, most - coded + 1}) {
    const Rows rows(random, {coded}, 1'000);
    const std::vector<float> more(std::size_t{others} * row_stride(dimensions));
    std::vector<VectorPart> parts{rows.parts()[0], {{rows.chunks(), others, more.data()}, nullptr, {}, {}}};
    const std::vector<RowSet> allowed{{}, RowSet({}, 0)};
    const NearestPlan plan = ChunkVectors(parts, dimensions, dear_rows()).plan(10, allowed);
    EXPECT_EQ(plan.scanned_rows + plan.listed_rows, coded + others > most ? coded : 0u);
  }
}

TEST(ChunkVectors, PlanWithTheCostsThatTheyWereGiven) {
  std::mt19937 random(11);
  constexpr std::uint32_t many = ChunkVectors::every_row_compared + 1;
  const Rows rows(random, {many}, 40'000);
  const std::vector<RowSet> all(1);
  VectorCosts costs;
  const ChunkVectors by_defaults({rows.parts().begin(), rows.parts().end()}, dimensions, costs);
  EXPECT_FALSE(by_defaults.plan(10, all).measured_costs);
  EXPECT_EQ(by_defaults.plan(10, all).coded_rows, many);
  costs.measured_ms = 1;
  costs.int8_next = {1e6, 1e6};
  const NearestPlan scan =
      ChunkVectors({rows.parts().begin(), rows.parts().end()}, dimensions, costs).plan(10, all);
  EXPECT_TRUE(scan.measured_costs);
  EXPECT_EQ(scan.scanned_rows + scan.listed_rows, many);
  costs.int8_next = {.01, .01};
  costs.block = costs.int8_row = {1e6, 1e6};
  const NearestPlan exact =
      ChunkVectors({rows.parts().begin(), rows.parts().end()}, dimensions, costs).plan(10, all);
  EXPECT_EQ(exact.scanned_rows + exact.listed_rows, 0u);
  EXPECT_NE(exact.microseconds, scan.microseconds);
}

TEST(ChunkVectors, ProductsOfChosenChunksAreThoseOfThePass) {
  std::mt19937 random(63);
  const Rows rows(random, {70, 3}, 100'000);
  const auto query = random_query(random);
  std::vector<float> all(rows.chunks());
  rows.vectors().inner_products(query, all);
  std::vector<ChunkIndex> chunks;
  for (std::uint32_t c = 0; c < rows.chunks(); c += 1 + below(random, 3)) chunks.push_back(ChunkIndex{c});
  std::vector<float> chosen(chunks.size());
  rows.vectors().inner_products(query, chunks, chosen);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const float expected = all[position(chunks[i])];
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(chosen[i]));
    } else {
      EXPECT_NEAR(chosen[i], expected, 1e-4);
    }
  }
}

TEST(ChunkVectors, ARowIsAddedManyTimes) {
  std::mt19937 random(64);
  const Rows rows(random, {300, 10}, 100'000);
  for (std::uint32_t chunk = 0; chunk < rows.chunks(); ++chunk) {
    std::vector<float> added(dimensions, 1.0F);
    rows.vectors().add_row(chunk, 2, added);
    const auto row = rows.vectors().row(chunk);
    for (std::uint32_t d = 0; d < dimensions; ++d)
      EXPECT_FLOAT_EQ(added[d], row.empty() ? 1.0F : 1.0F + 2 * row[d]);
  }
}

TEST(ChunkVectors, WithoutARowThereIsNothing) {
  const ChunkVectors none({}, dimensions);
  const std::vector<float> query(dimensions, 1.0F);
  EXPECT_TRUE(none.nearest(query, 5, {}).empty());
  EXPECT_TRUE(none.row(3).empty());
}

// What is asked for together is what each gives alone.
void expect_chunks_together(const Snapshot& snapshot) {
  std::vector<ChunkIndex> all;
  for (std::uint32_t i = 0; i < snapshot.chunk_slots(); ++i) all.push_back(ChunkIndex{i});
  std::vector<ChunkView> views(all.size());
  snapshot.chunks(all, views);
  for (const ChunkIndex chunk : all) {
    const ChunkView one = snapshot.chunk(chunk), &other = views[position(chunk)];
    EXPECT_EQ(one.index, other.index);
    EXPECT_EQ(one.section, other.section);
    EXPECT_EQ(one.document, other.document);
    EXPECT_EQ(one.text.data(), other.text.data());
    EXPECT_EQ(one.text.size(), other.text.size());
    EXPECT_EQ(one.tokens, other.tokens);
    EXPECT_EQ(one.sentences.data(), other.sentences.data());
    const DocumentView document = snapshot.document(one.document);
    EXPECT_EQ(snapshot.utf8_of(one.document).data(), document.text.data());
    EXPECT_EQ(snapshot.chunks_of(one.document).first, document.first_chunk);
    EXPECT_EQ(snapshot.chunks_of(one.document).count, document.chunk_count);
    const SectionView section = snapshot.section(one.section);
    EXPECT_EQ(snapshot.chunks_of(one.section).first, section.first_chunk);
    EXPECT_EQ(snapshot.chunks_of(one.section).count, section.chunk_count);
  }
}

// Through a snapshot: several segments, removed documents, chunks that wait for a vector, and a filter's set.
TEST(NearestOfSnapshot, AreThoseOfAllowedLiveDocuments) {
  Random random(67);
  for (int round = 0; round < 8; ++round) {
    const MemoryFolder folder;
    {
      const auto writer = Writer::open(system_files(), folder.path(), settings_with(dimensions)).value();
      for (std::uint32_t d = 0; d < 60; ++d) {
        ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(d))).ok());
        if (d % 20 == 19) {
          ASSERT_TRUE(writer->commit(never_cancelled()).ok());
        }
      }
      ASSERT_TRUE(attach_pending(*writer, folder.path(), 7, random.between(3, 40)).ok());
      for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(writer->remove_document("/" + std::to_string(random.between(0, 59))).ok());
      ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    }
    const auto snapshot = open_snapshot(folder.path());
    expect_chunks_together(*snapshot);
    DocumentSet allowed(snapshot->document_slots());
    for (std::uint32_t d = 0; d < allowed.slots(); ++d) {
      if (snapshot->live(DocumentIndex{d}) && random.chance(.4)) allowed.insert(DocumentIndex{d});
    }
    std::vector<float> query(dimensions, 0.0F), all(snapshot->chunk_slots());
    query[random.between(0, dimensions - 1)] = 1;
    snapshot->cosines(query, all);
    for (const DocumentSet& set : {allowed, snapshot->live_documents()}) {
      std::vector<float> expected;
      for (std::uint32_t c = 0; c < all.size(); ++c) {
        if (!std::isnan(all[c]) && set.contains(snapshot->document_of(ChunkIndex{c})))
          expected.push_back(all[c]);
      }
      std::sort(expected.begin(), expected.end(), std::greater<>());
      const auto found = snapshot->nearest(query, 12, set);
      ASSERT_EQ(found.size(), std::min<std::size_t>(12, expected.size()));
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i].cosine, expected[i], 1e-5);
        EXPECT_NEAR(found[i].cosine, all[position(found[i].chunk)], 1e-6);
        EXPECT_TRUE(set.contains(snapshot->document_of(found[i].chunk)));
      }
    }
  }
}

// An index of so many chunks that they are searched by codes: unless every vector is wanted.
TEST(NearestOfSnapshot, AreAllComparedWhenThatIsAskedFor) {
  const MemoryFolder folder, cache;
  const ScopedEnvironment kept{{"XDG_CACHE_HOME", cache.path().string()}};
  VectorCosts costs = dear_rows();
  costs.dimensions = dimensions;
  costs.measured_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  ASSERT_TRUE(KeptCosts(system_files()).write(costs));
  {
    const auto writer = Writer::open(system_files(), folder.path(), settings_with(dimensions)).value();
    SectionOf section;
    for (int c = 0; c < 1'000; ++c) section.chunks.push_back({"word " + std::to_string(c)});
    for (int d = 0; d <= 50; ++d)
      ASSERT_TRUE(writer->put(make_document("/" + std::to_string(d), "Title", {section})).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, folder.path(), 51'000).ok());
  }
  const auto snapshot = open_snapshot(folder.path());
  const DocumentSet& live = snapshot->live_documents();
  const NearestPlan planned = snapshot->nearest_plan(10, live);
  ASSERT_TRUE(planned.measured_costs);
  EXPECT_EQ(planned.listed_rows, 51'000u);
  const NearestPlan exact = snapshot->nearest_plan(10, live, NearestSearch::exact);
  EXPECT_EQ(exact.listed_rows + exact.scanned_rows, 0u);
  EXPECT_EQ(exact.candidates, 51'000u);
  EXPECT_EQ(exact.recall, 1);
  std::mt19937 random(70);
  std::vector<float> all(snapshot->chunk_slots());
  std::size_t missed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto query = random_query(random);
    snapshot->cosines(query, all);
    std::vector<float> expected = all;
    std::ranges::sort(expected, std::greater<>());
    const auto near = [&](const NearestChunk& one) { return one.cosine >= expected[399] - 1e-5F; };
    const auto found = snapshot->nearest(query, 400, live, NearestSearch::exact);
    ASSERT_EQ(found.size(), 400u);
    EXPECT_TRUE(std::ranges::all_of(found, near));
    missed += 400 - std::ranges::count_if(snapshot->nearest(query, 400, live), near);
  }
  EXPECT_GT(missed, 0u);  // or nothing was told apart here
}

TEST(AllowedRows, ABitForEachRowOfEachPart) {
  std::mt19937 random(65);
  for (int round = 0; round < 200; ++round) {
    const bool all = below(random, 2) == 0;
    std::vector<VectorPart> parts;
    std::uint32_t next = 0;
    for (std::uint32_t p = 0; p < 1 + below(random, 4); ++p) {
      next += below(random, 3);
      parts.push_back({{next, below(random, 200) + 1, nullptr}, nullptr, {}});
      next += parts.back().rows.count;
    }
    AllowedRows rows(parts, all);
    std::vector<bool> flags(next + 100, all);
    for (int change = 0; change < 6; ++change) {
      const std::uint32_t first = below(random, next), count = below(random, 130);
      const bool present = below(random, 2) == 0;
      present ? rows.insert(first, count) : rows.erase(first, count);
      for (std::uint32_t c = first; c < std::min<std::uint32_t>(first + count, next); ++c) flags[c] = present;
    }
    const std::vector<RowSet> sets = rows.sets();
    for (std::size_t p = 0; p < parts.size(); ++p) {
      std::size_t count = 0;
      for (std::uint32_t i = 0; i < parts[p].rows.count; ++i) {
        ASSERT_EQ(sets[p].contains(i), flags[parts[p].rows.first + i]) << round;
        count += flags[parts[p].rows.first + i] ? 1 : 0;
      }
      EXPECT_EQ(sets[p].count(parts[p].rows.count), count);
    }
  }
}

TEST(DocumentSet, HoldsWhatWasPutIn) {
  std::mt19937 random(66);
  for (const std::uint32_t slots : {0U, 1U, 63U, 64U, 65U, 300U}) {
    EXPECT_EQ(DocumentSet(slots, true).count(), slots);
    EXPECT_EQ(DocumentSet(slots).count(), 0U);
    DocumentSet one(slots), other(slots, true);
    std::vector<bool> flags(slots, false);
    for (std::uint32_t i = 0; i < slots; ++i) {
      if (below(random, 2) == 0) continue;
      one.insert(DocumentIndex{i});
      flags[i] = true;
    }
    other.intersect(one);
    EXPECT_EQ(other, one);
    std::uint32_t seen = 0;
    one.for_each([&](DocumentIndex document) {
      EXPECT_TRUE(flags[position(document)]);
      ++seen;
    });
    EXPECT_EQ(seen, one.count());
    EXPECT_FALSE(one.contains(DocumentIndex{slots}));
    EXPECT_FALSE(one.contains(DocumentIndex{slots + 64}));
  }
}

}  // namespace
}  // namespace kindling
