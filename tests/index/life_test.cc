// The life of an index against a plain model of it: documents, commits, vectors, merges, named snapshots, other
// encoders, restarts and crashes in any order.
//
// In the suite a few seeds for a few seconds. KINDLING_LIFE_MINUTES=60 index_test --gtest_filter='IndexLife.*'
// goes on with new seeds for an hour (KINDLING_LIFE_SEED=N begins at N), and says what it did.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "index/named_snapshots.h"
#include "index/shadow.h"
#include "tests/index/collection.h"
#include "tests/index/hooked_files.h"
#include "tests/index/memory_folder.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

using Documents = std::map<std::string, Document>;

// A result of searching, without the numbers that an index gives.
struct Found {
  std::string chunk;
  double score = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};

std::vector<Found> everything_found(const Snapshot& snapshot) {
  std::vector<Found> found;
  const auto name = [&](ChunkIndex chunk) {
    const DocumentView document = snapshot.document(snapshot.document_of(chunk));
    return std::string(document.uri) + " " + std::to_string(position(chunk) - position(document.first_chunk));
  };
  for (const std::string_view question : {"river bridge", "parse_json of the keeper", "winter"}) {
    for (const ChunkMatch& match : snapshot.lexical(analyze_question(question, Language::english)).chunks) {
      found.push_back({"words " + name(match.chunk), std::round(match.score * 1e5)});
      found.push_back({"bigram " + name(match.chunk), std::round(match.bigram * 1e5)});
    }
  }
  std::vector<float> query(snapshot.settings().dimensions, 0.0F);
  query.front() = 1;
  std::vector<float> cosines(snapshot.chunk_slots());
  snapshot.cosines(query, cosines);
  for (std::uint32_t c = 0; c < cosines.size(); ++c) {
    if (!std::isnan(cosines[c]))
      found.push_back({"cosine " + name(ChunkIndex{c}), std::round(cosines[c] * 1e5)});
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Life {
 public:
  explicit Life(std::uint64_t seed)
      : random_(seed), files_([this](std::string_view, const std::filesystem::path&) { return hook(); }) {
    reopen();
  }

  void step() {
    const std::uint32_t dice = random_.between(0, 999);
    if (dice < 520) return put();
    if (dice < 660) return remove();
    if (dice < 780) return commit();
    if (dice < 830) return attach();
    if (dice < 880) return merge();
    if (dice < 895) return compact();
    if (dice < 915) return keep_snapshot();
    if (dice < 930) return drop_snapshot();
    if (dice < 940) return reencode();
    if (dice < 970) return crash();
    if (dice < 990) return reopen();
    check();
  }

  void finish() {
    commit();
    attach_all();
    merge();
    check();
    const auto unmerged = build_apart();
    ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
    check();
    ASSERT_LE(snapshot()->statistics().segments, 1U);
    ASSERT_EQ(everything_found(*snapshot()), unmerged);
    for (const auto& [name, documents] : named_) ASSERT_TRUE(writer_->drop_snapshot(name).ok());
    named_.clear();
    check();
  }

  void check() {
    const auto now = snapshot();
    ASSERT_NE(now, nullptr);
    ASSERT_EQ(describe(*now), describe(committed_));
    ASSERT_EQ(vector_problem(*now, true), "");
    for (const auto& [name, documents] : named_) {
      const auto then = Snapshot::open(system_files(), folder_.path(), name);
      ASSERT_TRUE(then.ok()) << then.error().sentence();
      ASSERT_EQ(describe(**then), describe(documents)) << name;
      ASSERT_EQ(vector_problem(**then, true), "");
      for (const auto& [uri, document] : documents) ASSERT_TRUE((*then)->find(uri).ok());
    }
    ASSERT_EQ(named_snapshots(system_files(), folder_.path()).value().size(), named_.size());
    ASSERT_EQ(problems_of(folder_.path()), "");
  }

 private:
  // Fails every operation once the countdown is over, as if the power were cut.
  Status hook() {
    if (!operations_left_ || (*operations_left_)-- > 0) return {};
    operations_left_ = 0;
    return Error{ErrorCode::io, "", "the power is cut", ""};
  }

  static std::map<std::string, std::string> describe(const Documents& documents) {
    std::map<std::string, std::string> described;
    for (const auto& [uri, document] : documents) described[uri] = kindling::describe(document);
    return described;
  }
  static std::map<std::string, std::string> describe(const Snapshot& snapshot) {
    return kindling::describe(snapshot);
  }

  std::shared_ptr<const Snapshot> snapshot() const { return open_snapshot(folder_.path()); }
  std::string random_uri() { return "/" + std::to_string(random_.between(0, 30)); }
  [[nodiscard]] IndexSettings settings(int encoder) const {
    IndexSettings settings = settings_with(encoder % 2 == 0 ? 8 : 20);
    settings.encoder_fingerprint = "encoder-" + std::to_string(encoder);
    return settings;
  }

  void put() {
    const Document document = random_document(random_, random_uri());
    staged_[document.uri] = document;
    ASSERT_TRUE(writer_->put(document).ok());
  }

  void remove() {
    const std::string uri = random_uri();
    staged_[uri] = std::nullopt;
    ASSERT_TRUE(writer_->remove_document(uri).ok());
  }

  void apply_staged() {
    for (const auto& [uri, document] : staged_) {
      if (document)
        committed_[uri] = *document;
      else
        committed_.erase(uri);
    }
    staged_.clear();
  }

  void commit() {
    ASSERT_TRUE(writer_->commit(never_cancelled()).ok());
    apply_staged();
  }

  void attach() {
    ASSERT_TRUE(attach_pending(*writer_, folder_.path(), random_.between(1, 20), random_.between(1, 4)).ok());
  }
  void attach_all() { ASSERT_TRUE(attach_pending(*writer_, folder_.path()).ok()); }

  void merge() {
    for (bool merged = true; merged;) {
      const auto result = writer_->merge(never_cancelled());
      ASSERT_TRUE(result.ok()) << result.error().sentence();
      merged = *result;
    }
    ASSERT_LE(snapshot()->statistics().segments, 15U);
  }

  void compact() { ASSERT_TRUE(writer_->compact(never_cancelled()).ok()); }

  void keep_snapshot() {
    if (named_.size() >= 4) return;
    const std::string name = "s" + std::to_string(names_++);
    ASSERT_TRUE(writer_->keep_snapshot(name).ok());
    named_[name] = committed_;
  }

  void drop_snapshot() {
    if (named_.empty()) return;
    const std::string name = named_.begin()->first;
    ASSERT_TRUE(writer_->drop_snapshot(name).ok());
    named_.erase(name);
  }

  // In one go, or given up in the middle and gone on with later, or with a power cut on the way.
  void reencode() {
    writer_.reset();
    staged_.clear();
    if (random_.chance(0.4)) operations_left_ = random_.between(0, 100);
    const Status status = run_shadow(random_.chance(0.5) ? 2 : 10'000);
    ASSERT_TRUE(status.ok() || operations_left_ == 0) << status.error().sentence();
    if (operations_left_ == 0) files_.lose_unsynced();
    operations_left_.reset();
    if (snapshot()->settings() == settings(encoder_ + 1)) ++encoder_;
    reopen();
  }

  Status run_shadow(std::uint32_t batches) {
    KINDLING_TRY(const auto shadow, Shadow::open(files_, folder_.path(), settings(encoder_ + 1)));
    for (; batches > 0; --batches) {
      KINDLING_TRY(const auto now, shadow->snapshot());
      if (now->pending().empty()) return shadow->take_place();
      KINDLING_TRY_VOID(attach_to(*shadow, *now));
    }
    return {};
  }

  Status attach_to(Shadow& shadow, const Snapshot& now) {
    const PendingRange range = now.pending().front();
    const std::uint32_t count = std::min(range.count, random_.between(1, 30));
    std::vector<float> values;
    for (std::uint32_t i = 0; i < count; ++i) {
      const ChunkView chunk = now.chunk(ChunkIndex{position(range.first) + i});
      const auto vector = vector_of(now.document(chunk.document).uri, chunk.text, now.settings().dimensions);
      values.insert(values.end(), vector.begin(), vector.end());
    }
    return shadow.attach_vectors(range.segment, range.first_in_segment, count, values);
  }

  // A power cut somewhere in the next thing that is done; the state must be the one before it or after it.
  void crash() {
    const Documents before = committed_;
    const std::string name = "s" + std::to_string(names_++);
    operations_left_ = random_.between(0, 25);
    const std::uint32_t dice = random_.between(0, 4);
    if (dice == 0) (void)attach_pending(*writer_, folder_.path(), 7, 3).ok();
    if (dice == 1) (void)writer_->compact(never_cancelled()).ok();
    if (dice == 2) (void)writer_->merge(never_cancelled()).ok();
    if (dice == 3) (void)writer_->keep_snapshot(name).ok();
    if (dice == 4) {
      (void)writer_->commit(never_cancelled()).ok();
      apply_staged();
    }
    writer_.reset();
    staged_.clear();
    operations_left_.reset();
    files_.lose_unsynced();
    const auto found = describe(*snapshot());
    if (found == describe(before)) committed_ = before;
    const auto kept = named_snapshots(system_files(), folder_.path()).value();
    if (std::ranges::find(kept, name, &NamedSnapshot::name) != kept.end()) named_[name] = before;
    reopen();
  }

  void reopen() {
    writer_.reset();
    staged_.clear();
    auto writer = Writer::open(files_, folder_.path(), settings(encoder_));
    ASSERT_TRUE(writer.ok()) << writer.error().sentence();
    writer_ = std::move(*writer);
    check();
  }

  // The same documents in an index of many segments without removals.
  std::vector<Found> build_apart() {
    const MemoryFolder folder;
    auto writer = Writer::open(system_files(), folder.path(), settings(encoder_)).value();
    for (const auto& [uri, document] : committed_) {
      EXPECT_TRUE(writer->put(document).ok());
      if (random_.chance(0.2)) {
        EXPECT_TRUE(writer->commit(never_cancelled()).ok());
      }
    }
    EXPECT_TRUE(writer->commit(never_cancelled()).ok());
    EXPECT_TRUE(attach_pending(*writer, folder.path(), 11).ok());
    return everything_found(*open_snapshot(folder.path()));
  }

  Random random_;
  MemoryFolder folder_;
  HookedFiles files_;
  std::optional<std::int64_t> operations_left_;
  std::unique_ptr<Writer> writer_;
  Documents committed_;
  std::map<std::string, std::optional<Document>> staged_;
  std::map<std::string, Documents> named_;
  int names_ = 0;
  int encoder_ = 0;
};

void live(std::uint64_t seed, int steps) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Life life(seed);
  for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) life.step();
  if (!testing::Test::HasFailure()) life.finish();
}

std::uint64_t number_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? 0 : std::strtoull(value, nullptr, 10);
}

TEST(IndexLife, IsThatOfItsModel) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) live(seed, 200);
}

TEST(IndexLife, GoesOnForAsLongAsOneAsks) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(number_in("KINDLING_LIFE_MINUTES"));
  const std::uint64_t first = std::max<std::uint64_t>(number_in("KINDLING_LIFE_SEED"), 100);
  std::uint64_t seed = first;
  constexpr int steps = 600;
  while (std::chrono::steady_clock::now() < end && !HasFailure()) live(seed++, steps);
  RecordProperty("seeds", std::to_string(seed - first));
  if (seed > first) {
    std::printf("seeds %llu to %llu, %d steps each\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(seed - 1), steps);
  }
}

}  // namespace
}  // namespace kindling
