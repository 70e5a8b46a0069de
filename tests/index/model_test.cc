// Random work on an index beside a std::map that does the same.
#include <gtest/gtest.h>

#include <optional>

#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) { reopen(); }

  void step() {
    const std::uint32_t dice = random_.between(0, 999);
    if (dice < 620)
      put();
    else if (dice < 800)
      remove(random_uri());
    else if (dice < 830)
      remove_source();
    else if (dice < 930)
      commit();
    else if (dice < 960)
      ASSERT_TRUE(attach_pending(*writer_, folder_.path(), random_.between(1, 20), random_.between(1, 3)).ok());
    else if (dice < 975)
      ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
    else if (dice < 990)
      reopen();
    else
      check_staged();
  }

  void check() {
    const auto snapshot = open_snapshot(folder_.path());
    ASSERT_NE(snapshot, nullptr);
    std::map<std::string, std::string> expected;
    for (const auto& [uri, document] : committed_) expected[uri] = describe(document);
    ASSERT_EQ(describe(*snapshot), expected);
    ASSERT_EQ(snapshot->statistics().documents, expected.size());
    ASSERT_EQ(vector_problem(*snapshot, true), "");
    std::uint64_t chunks = 0;
    for (const auto& [uri, document] : committed_) {
      chunks += document.chunks.size();
      const auto found = snapshot->find(uri);
      ASSERT_TRUE(found.ok());
      ASSERT_EQ(snapshot->document(*found).uri, uri);
    }
    ASSERT_EQ(snapshot->statistics().chunks, chunks);
  }

  void finish() {
    commit();
    ASSERT_TRUE(attach_pending(*writer_, folder_.path()).ok());
    check();
    ASSERT_EQ(problems_of(folder_.path()), "");
    ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
    check();
    ASSERT_EQ(problems_of(folder_.path()), "");
    const auto snapshot = open_snapshot(folder_.path());
    ASSERT_EQ(vector_problem(*snapshot, false), "");
    ASSERT_LE(snapshot->statistics().segments, 1U);
  }

 private:
  std::string random_source() { return "/source" + std::to_string(random_.between(0, 7)); }
  std::string random_uri() { return random_source() + "#" + std::to_string(random_.between(0, 4)); }

  void put() {
    const Document document = random_document(random_, random_uri());
    staged_[document.uri] = document;
    ASSERT_TRUE(writer_->put(document).ok());
  }

  void remove(const std::string& uri) {
    staged_[uri] = std::nullopt;
    ASSERT_TRUE(writer_->remove_document(uri).ok());
  }

  void remove_source() {
    const std::string source = random_source();
    const auto documents = all();
    for (const auto& [uri, document] : documents) {
      if (document.source == source) staged_[uri] = std::nullopt;
    }
    ASSERT_TRUE(writer_->remove_source(source).ok());
  }

  void commit() {
    ASSERT_TRUE(writer_->commit(never_cancelled()).ok());
    committed_ = all();
    staged_.clear();
    if (random_.chance(0.3)) check();
  }

  void reopen() {
    writer_.reset();  // drops what is staged
    staged_.clear();
    writer_ = Writer::open(system_files(), folder_.path(), settings_with(8)).value();
    check();
  }

  void check_staged() {
    for (int s = 0; s < 8; ++s) {
      const std::string source = "/source" + std::to_string(s);
      std::map<std::string, std::string> expected;
      for (const auto& [uri, document] : all()) {
        if (document.source == source) expected[uri] = document.digest;
      }
      std::map<std::string, std::string> found;
      const auto documents = writer_->documents_of(source).value();
      for (const KnownDocument& document : documents) found[document.uri] = document.digest;
      ASSERT_EQ(found, expected);
    }
  }

  // Committed and staged together.
  [[nodiscard]] std::map<std::string, Document> all() const {
    auto documents = committed_;
    for (const auto& [uri, document] : staged_) {
      if (document)
        documents[uri] = *document;
      else
        documents.erase(uri);
    }
    return documents;
  }

  Random random_;
  MemoryFolder folder_;
  std::unique_ptr<Writer> writer_;
  std::map<std::string, Document> committed_;
  std::map<std::string, std::optional<Document>> staged_;
};

TEST(IndexModel, RandomWorkEndsInTheStateOfTheModel) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed);
    for (int step = 0; step < 700; ++step) {
      model.step();
      if (testing::Test::HasFatalFailure()) FAIL() << "at step " << step;
    }
    model.finish();
  }
}

}  // namespace
}  // namespace kindling
