#include "index/writer.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "index/store/index_files.h"
#include "index/store/sqlite.h"
#include "index/verify.h"
#include "tests/index/collection.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class WriterTest : public testing::Test {
 protected:
  std::unique_ptr<Writer> open(const IndexSettings& settings = settings_with(8)) {
    auto writer = Writer::open(system_files(), folder_.path(), settings);
    if (!writer.ok()) ADD_FAILURE() << writer.error().sentence();
    return std::move(writer).value();
  }
  Error open_error(const IndexSettings& settings) {
    const auto writer = Writer::open(system_files(), folder_.path(), settings);
    return writer.ok() ? Error{} : writer.error();
  }
  std::size_t files_named(std::string_view beginning) const {
    const auto names = system_files().list(folder_.path()).value();
    return static_cast<std::size_t>(std::count_if(
        names.begin(), names.end(), [&](const std::string& name) { return name.starts_with(beginning); }));
  }
  TemporaryFolder folder_;
};

TEST_F(WriterTest, KeepsEverythingOfADocument) {
  Random random(1);
  std::vector<Document> documents;
  auto writer = open();
  for (int i = 0; i < 40; ++i) {
    documents.push_back(random_document(random, "/docs/" + std::to_string(i)));
    ASSERT_TRUE(writer->put(documents.back()).ok());
  }
  EXPECT_GT(writer->staged_bytes(), 1000U);
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  EXPECT_EQ(writer->staged_bytes(), 0U);
  const auto snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(describe(*snapshot), describe(documents));
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(WriterTest, CountsWhatIsLive) {
  auto writer = open();
  ASSERT_TRUE(
      writer->put(make_document("/a", "A", std::vector<SectionOf>{{{"One"}, {{"river."}, {"stone."}}}})).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "B", "bridge.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->remove_document("/b").ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder_.path());
  const IndexStatistics& statistics = snapshot->statistics();
  EXPECT_EQ(statistics.documents, 1U);
  EXPECT_EQ(statistics.sections, 1U);
  EXPECT_EQ(statistics.chunks, 2U);
  EXPECT_EQ(statistics.tokens, 4U);
  EXPECT_EQ(statistics.pending_embeddings, 2U);
  EXPECT_EQ(statistics.removed_documents, 1U);
  EXPECT_EQ(statistics.segments, 1U);
  EXPECT_EQ(snapshot->document_slots(), 2U);
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    const std::string name = entry.path().filename();
    if (name != lock_file_name && !name.ends_with("-shm")) bytes += entry.file_size();
  }
  EXPECT_EQ(statistics.bytes, bytes);
  EXPECT_EQ(snapshot->languages(), std::vector{Language::english});
}

TEST_F(WriterTest, NothingIsSeenBeforeItsCommit) {
  auto writer = open();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  EXPECT_EQ(open_snapshot(folder_.path())->document_slots(), 0U);
  writer.reset();  // drops what is staged
  writer = open();
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  EXPECT_EQ(open_snapshot(folder_.path())->document_slots(), 0U);
}

TEST_F(WriterTest, ASnapshotDoesNotChangeWhateverHappensLater) {
  auto writer = open();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "B", "stone.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto before = open_snapshot(folder_.path());
  const auto described = describe(*before);
  ASSERT_TRUE(writer->put(make_document("/a", "A", "changed.")).ok());
  ASSERT_TRUE(writer->remove_document("/b").ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->compact(never_cancelled()).ok());
  EXPECT_EQ(describe(*before), described);
  EXPECT_TRUE(before->find("/b").ok());
  const DocumentSet kept = before->matching(*Filter::parse("uri = /b")).value();
  EXPECT_FALSE(kept.contains(DocumentIndex{0}));
  EXPECT_TRUE(kept.contains(DocumentIndex{1}));
  EXPECT_EQ(kept.slots(), 2U);
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 1U);
}

TEST_F(WriterTest, ReplacingLeavesOneDocumentOfAUri) {
  auto writer = open();
  for (const std::string text : {"one.", "two.", "three."}) {
    ASSERT_TRUE(writer->put(make_document("/a", "A", text + " staged twice.")).ok());
    ASSERT_TRUE(writer->put(make_document("/a", "A", text)).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  const auto snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(describe(*snapshot), describe(std::vector{make_document("/a", "A", "three.")}));
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(WriterTest, KnowsSourcesAndTheirDocumentsStagedOrCommitted) {
  auto writer = open();
  const SourceRecord source{"/list.jsonl", 12, 34, "abc", 56, "malformed", "line 3"};
  ASSERT_TRUE(writer->put(make_document("/list.jsonl#1", "", "one.")).ok());
  ASSERT_TRUE(writer->put(make_document("/list.jsonl#2", "", "two.")).ok());
  ASSERT_TRUE(writer->put_source(source).ok());
  const auto check = [&](std::vector<std::string> uris, bool known) {
    std::vector<std::string> found;
    const auto documents = writer->documents_of("/list.jsonl").value();
    for (const KnownDocument& document : documents) found.push_back(document.uri);
    EXPECT_EQ(found, uris);
    EXPECT_EQ(writer->source("/list.jsonl").value().has_value(), known);
    EXPECT_EQ(writer->sources().value().size(), known ? 1U : 0U);
  };
  check({"/list.jsonl#1", "/list.jsonl#2"}, true);
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  check({"/list.jsonl#1", "/list.jsonl#2"}, true);
  const SourceRecord stored = *writer->source("/list.jsonl").value();
  EXPECT_EQ(stored.bytes, 12U);
  EXPECT_EQ(stored.modified_ms, 34);
  EXPECT_EQ(stored.digest, "abc");
  EXPECT_EQ(stored.indexed_ms, 56);
  EXPECT_EQ(stored.error_code, "malformed");
  EXPECT_EQ(stored.error_message, "line 3");
  ASSERT_TRUE(writer->remove_document("/list.jsonl#1").ok());
  ASSERT_TRUE(writer->put(make_document("/list.jsonl#3", "", "three.")).ok());
  check({"/list.jsonl#2", "/list.jsonl#3"}, true);
  ASSERT_TRUE(writer->remove_source("/list.jsonl").ok());
  check({}, false);
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  check({}, false);
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 0U);
}

TEST_F(WriterTest, FindsByUriPathAndName) {
  auto writer = open();
  const std::string here = std::filesystem::current_path() / "notes.txt";
  for (const std::string uri : {"stdin", "/a.txt", "/b.txt"})
    ASSERT_TRUE(writer->put(make_document(uri, "", "x.")).ok());
  ASSERT_TRUE(writer->put(make_document(here, "", "x.")).ok());
  Document twin = make_document("/c.txt", "", "x.");
  twin.name = "name-of-/b.txt";
  ASSERT_TRUE(writer->put(std::move(twin)).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder_.path());
  const auto uri_of = [&](std::string_view wanted) {
    const auto found = snapshot->find(wanted);
    return found.ok() ? std::string(snapshot->document(*found).uri)
                      : std::string(to_string(found.error().code));
  };
  EXPECT_EQ(uri_of("stdin"), "stdin");
  EXPECT_EQ(uri_of("/a.txt"), "/a.txt");
  EXPECT_EQ(uri_of("notes.txt"), here);
  EXPECT_EQ(uri_of("./sub/../notes.txt"), here);
  EXPECT_EQ(uri_of("name-of-/a.txt"), "/a.txt");
  EXPECT_EQ(uri_of("name-of-/b.txt"), to_string(ErrorCode::usage));
  EXPECT_EQ(uri_of("'; DROP TABLE documents; --"), to_string(ErrorCode::not_found));
  EXPECT_NE(snapshot->find("name-of-/b.txt").error().why.find("/c.txt"), std::string::npos);
}

TEST_F(WriterTest, ASecondWriterIsTurnedAwayWithTheHoldersName) {
  const auto writer = open();
  const auto second = Writer::open(system_files(), folder_.path(), settings_with(8));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::index_locked);
  EXPECT_NE(second.error().why.find("kindling process " + std::to_string(::getpid()) + " since 20"),
            std::string::npos);
}

TEST_F(WriterTest, OtherSettingsAreRefusedBeforeAnythingChanges) {
  open();
  const auto expect = [&](ErrorCode code, std::string_view part, auto change) {
    IndexSettings settings = settings_with(8);
    change(settings);
    const Error error = open_error(settings);
    EXPECT_EQ(error.code, code) << error.sentence();
    EXPECT_NE(error.sentence().find(part), std::string::npos) << error.sentence();
  };
  expect(ErrorCode::encoder_mismatch, "other-encoder", [](IndexSettings& s) { s.encoder = "other-encoder"; });
  expect(ErrorCode::encoder_mismatch, "weights", [](IndexSettings& s) { s.encoder_fingerprint = "cafe"; });
  expect(ErrorCode::encoder_mismatch, "16", [](IndexSettings& s) { s.dimensions = 16; });
  expect(ErrorCode::encoder_mismatch, "tokenizer", [](IndexSettings& s) { s.tokenizer_fingerprint = "cafe"; });
  expect(ErrorCode::encoder_mismatch, "not 256", [](IndexSettings& s) { s.chunk_tokens = 256; });
  expect(ErrorCode::index_version, "search terms", [](IndexSettings& s) { s.analyzer += 1; });
  open();
}

TEST_F(WriterTest, AnIndexOfAnotherVersionIsNamedAndLeftAlone) {
  open();
  {
    const auto catalog = Database::open(folder_.path() / catalog_file_name, Database::Access::write).value();
    ASSERT_TRUE(catalog.execute("PRAGMA user_version = 7").ok());
  }
  const std::string before = system_files().read(folder_.path() / catalog_file_name, 1 << 24).value();
  EXPECT_EQ(open_error(settings_with(8)).code, ErrorCode::index_version);
  const auto snapshot = Snapshot::open(system_files(), folder_.path());
  ASSERT_FALSE(snapshot.ok());
  EXPECT_EQ(snapshot.error().code, ErrorCode::index_version);
  EXPECT_NE(snapshot.error().why.find("version 7"), std::string::npos);
  EXPECT_EQ(verify_index(system_files(), folder_.path(), never_cancelled()).error().code,
            ErrorCode::index_version);
  EXPECT_EQ(system_files().read(folder_.path() / catalog_file_name, 1 << 24).value(), before);
}

TEST_F(WriterTest, ThereIsNoIndexInAnEmptyOrMissingFolder) {
  for (const auto& folder : {folder_.path(), folder_.path() / "missing"}) {
    EXPECT_EQ(Snapshot::open(system_files(), folder).error().code, ErrorCode::index_missing);
    EXPECT_EQ(verify_index(system_files(), folder, never_cancelled()).error().code, ErrorCode::index_missing);
  }
}

TEST_F(WriterTest, MakesMissingFoldersAndTakesOddNames) {
  const auto folder = folder_.path() / "a?b=%41 c" / "file:x" / "ü";
  {
    auto writer = Writer::open(system_files(), folder, settings_with(8)).value();
    ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  EXPECT_EQ(open_snapshot(folder)->document_slots(), 1U);
}

TEST_F(WriterTest, WorksWithoutAnEncoder) {
  auto writer = open(settings_with(0));
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river stone.")).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "B", "bridge.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->compact(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(snapshot->settings(), settings_with(0));
  EXPECT_TRUE(snapshot->pending().empty());
  EXPECT_EQ(snapshot->statistics().pending_embeddings, 0U);
  EXPECT_TRUE(snapshot->vector(ChunkIndex{0}).empty());
  std::vector<float> cosines(2, 0.0F);
  snapshot->cosines({}, cosines);
  EXPECT_TRUE(std::isnan(cosines[0]) && std::isnan(cosines[1]));
  EXPECT_EQ(snapshot->lexical(analyze_question("river", Language::english)).chunks.size(), 1U);
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(WriterTest, VectorsArriveInBatchesAndEndInOneFile) {
  Random random(2);
  auto writer = open();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(i))).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const std::uint64_t chunks = open_snapshot(folder_.path())->statistics().chunks;
  ASSERT_GT(chunks, 100U);
  ASSERT_TRUE(attach_pending(*writer, folder_.path(), 2, 20).ok());
  auto snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(snapshot->statistics().pending_embeddings, chunks - 40);
  EXPECT_EQ(vector_problem(*snapshot, true), "");
  EXPECT_EQ(files_named("vectors-"), 5U);  // sixteen became one, four follow
  ASSERT_TRUE(attach_pending(*writer, folder_.path(), 3).ok());
  snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(snapshot->statistics().pending_embeddings, 0U);
  EXPECT_EQ(vector_problem(*snapshot, false), "");
  EXPECT_EQ(files_named("vectors-"), 1U);
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(WriterTest, DocumentsRemovedBeforeTheyWereEmbeddedNeedNoVectors) {
  Random random(3);
  auto writer = open();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(i))).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(attach_pending(*writer, folder_.path(), 2, 3).ok());
  for (int i = 0; i < 30; i += 3) ASSERT_TRUE(writer->remove_document("/" + std::to_string(i)).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  for (const PendingRange& range : open_snapshot(folder_.path())->pending()) {
    for (std::uint32_t i = 0; i < range.count; ++i) {
      const auto snapshot = open_snapshot(folder_.path());
      EXPECT_TRUE(snapshot->live(snapshot->document_of(ChunkIndex{position(range.first) + i})));
    }
  }
  ASSERT_TRUE(attach_pending(*writer, folder_.path(), 5).ok());
  const auto snapshot = open_snapshot(folder_.path());
  EXPECT_TRUE(snapshot->pending().empty());
  EXPECT_EQ(vector_problem(*snapshot, false), "");
  EXPECT_EQ(files_named("vectors-"), 1U);
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(WriterTest, ARangeOfVectorsThatAreNotUnitLengthIsRefused) {
  auto writer = open();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  for (const float bad : {0.0F, 1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> values(8, bad);
    EXPECT_EQ(writer->attach_vectors(1, 0, 1, values).error().code, ErrorCode::malformed);
  }
  const auto vector = vector_of("/a", "river.", 8);
  EXPECT_EQ(writer->attach_vectors(99, 0, 1, vector).error().code, ErrorCode::not_found);
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().pending_embeddings, 1U);
  EXPECT_TRUE(writer->attach_vectors(1, 0, 1, vector).ok());
}

TEST_F(WriterTest, CompactingChangesFilesButNotWhatIsFound) {
  Random random(4);
  auto writer = open();
  for (int commit = 0; commit < 6; ++commit) {
    for (int i = 0; i < 8; ++i) {
      ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(random.between(0, 25)))).ok());
    }
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, folder_.path(), 4, commit < 4 ? 100 : 1).ok());
  }
  auto before = open_snapshot(folder_.path());
  const auto described = describe(*before);
  const auto pending = before->statistics().pending_embeddings;
  ASSERT_GT(pending, 0U);
  ASSERT_TRUE(writer->compact(never_cancelled()).ok());
  const auto after = open_snapshot(folder_.path());
  EXPECT_EQ(describe(*after), described);
  EXPECT_EQ(vector_problem(*after, true), "");
  EXPECT_EQ(after->statistics().pending_embeddings, pending);
  EXPECT_EQ(after->statistics().segments, 1U);
  EXPECT_EQ(after->statistics().removed_documents, 0U);
  EXPECT_EQ(files_named("segment-"), 1U);
  EXPECT_EQ(problems_of(folder_.path()), "");
  const auto bytes = system_files().read(folder_.path() / segment_file_name(7), 1 << 24).value();
  ASSERT_TRUE(writer->compact(never_cancelled()).ok());  // nothing left to do
  EXPECT_EQ(system_files().read(folder_.path() / segment_file_name(7), 1 << 24).value(), bytes);
}

TEST_F(WriterTest, CompactingAnIndexOfRemovedDocumentsLeavesNothing) {
  auto writer = open();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->remove_document("/a").ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->compact(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder_.path());
  EXPECT_EQ(snapshot->document_slots(), 0U);
  EXPECT_EQ(snapshot->statistics().segments, 0U);
  EXPECT_EQ(files_named("segment-"), 0U);
  EXPECT_TRUE(snapshot->lexical(analyze_question("river", Language::english)).chunks.empty());
}

TEST_F(WriterTest, ACancelledCommitLeavesTheIndexAsItWas) {
  auto writer = open();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  Cancellation cancellation;
  cancellation.cancel();
  ASSERT_TRUE(writer->put(make_document("/b", "B", "stone.")).ok());
  EXPECT_EQ(writer->commit(cancellation).error().code, ErrorCode::cancelled);
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 1U);
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());  // what was staged is dropped
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 1U);
  EXPECT_EQ(files_named("segment-"), 1U);
}

TEST_F(WriterTest, LeftoversOfACrashGoWithTheNextWriterAndNothingElseDoes) {
  open();
  const auto put = [&](const std::string& name) { std::ofstream(folder_.path() / name) << "x"; };
  for (const auto* name : {"segment-000009.kindling", "vectors-000009-000001.kindling",
                           "segment-notes.kindling", "notes.txt", "segment-000009.kindling.bak"}) {
    put(name);
  }
  EXPECT_EQ(open_snapshot(folder_.path())->document_slots(), 0U);  // a reader removes nothing
  EXPECT_EQ(files_named("segment-000009.kindling"), 2U);
  EXPECT_EQ(problems_of(folder_.path()), "");
  open();
  EXPECT_EQ(files_named("vectors-"), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "segment-000009.kindling"));
  for (const auto* name : {"segment-notes.kindling", "notes.txt", "segment-000009.kindling.bak"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / name)) << name;
  }
}

TEST(SqliteError, FullAndDamagedAndLockedAreTold) {
  EXPECT_EQ(sqlite_error(13, "catalog.sqlite", "").code, ErrorCode::disk_full);  // SQLITE_FULL
  EXPECT_EQ(sqlite_error(10 | (19 << 8), "catalog.sqlite", "").code,
            ErrorCode::disk_full);                                                   // SQLITE_IOERR_SHMSIZE
  EXPECT_EQ(sqlite_error(11, "catalog.sqlite", "").code, ErrorCode::index_corrupt);  // SQLITE_CORRUPT
  EXPECT_EQ(sqlite_error(26, "catalog.sqlite", "").code, ErrorCode::index_corrupt);  // SQLITE_NOTADB
  EXPECT_EQ(sqlite_error(14, "catalog.sqlite", "").code, ErrorCode::unreadable);     // SQLITE_CANTOPEN
  EXPECT_EQ(sqlite_error(5, "catalog.sqlite", "").code, ErrorCode::index_locked);    // SQLITE_BUSY
  EXPECT_EQ(sqlite_error(10, "catalog.sqlite", "").code, ErrorCode::io);             // SQLITE_IOERR
}

}  // namespace
}  // namespace kindling
