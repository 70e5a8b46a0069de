// Files of many records (JSONL): each record is a document of its own.
#include <gtest/gtest.h>

#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

std::string record(const std::string& id, const std::string& text) {
  return "{\"_id\":\"" + id + "\",\"title\":\"T" + id + "\",\"text\":\"" + text + "\"}\n";
}

TEST(IngestRecords, EachRecordIsADocumentNamedByItsId) {
  Collection files;
  files.write("c.jsonl", record("1", "Alpha.") + record("two", "Beta."));
  EXPECT_EQ(counts(files.ingest_all()), "2 0 0 0 0");
  EXPECT_EQ(files.documents(), (std::vector<std::string>{"c.jsonl#1", "c.jsonl#two"}));
  const auto snapshot = files.snapshot();
  const DocumentView document = snapshot->document(snapshot->find("two").value());
  EXPECT_EQ(document.title, "Ttwo");
  EXPECT_EQ(document.text, "Beta.");
}

TEST(IngestRecords, OnlyChangedRecordsAreReplacedAndGoneOnesRemoved) {
  Collection files;
  files.write("c.jsonl", record("1", "Alpha.") + record("2", "Beta.") + record("3", "Gamma."));
  (void)files.ingest_all();
  files.write("c.jsonl", record("3", "Gamma.") + record("2", "Beta is new.") + record("4", "Delta."));
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "1 1 1 1 0");
  EXPECT_EQ(report.embedded_chunks, 2u);
  EXPECT_EQ(files.count_found("alpha"), 0u);
  EXPECT_EQ(files.documents().size(), 3u);
  EXPECT_EQ(counts(files.ingest_all()), "0 0 3 0 0");
}

TEST(IngestRecords, ABadRecordCostsItselfAndRemovesNothing) {
  Collection files;
  files.write("c.jsonl", record("1", "Alpha.") + record("2", "Beta."));
  (void)files.ingest_all();
  files.write("c.jsonl", record("1", "Alpha.") + "{broken\n" + record("3", "Gamma."));
  for (int run = 0; run < 2; ++run) {
    const IngestReport report = files.ingest_all();
    EXPECT_EQ(counts(report), run == 0 ? "1 0 2 0 1" : "0 0 3 0 1");
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_NE(report.failures[0].message.find("line 2"), std::string::npos) << report.failures[0].message;
  }
  EXPECT_EQ(files.count_found("beta"), 1u);  // perhaps it was the record that broke
}

TEST(IngestRecords, OfTwoRecordsWithOneIdTheFirstIsIndexedAndTheOtherReported) {
  Collection files;
  files.write("c.jsonl", record("1", "Alpha.") + record("1", "Omega."));
  for (int run = 0; run < 2; ++run) {
    const IngestReport report = files.ingest_all();
    EXPECT_EQ(counts(report), run == 0 ? "1 0 0 0 1" : "0 0 1 0 1");
    files.set_age("c.jsonl", 2);
  }
  EXPECT_EQ(files.count_found("alpha"), 1u);
  EXPECT_EQ(files.count_found("omega"), 0u);
}

TEST(IngestRecords, AFileThatIsNoLongerRecordsIsReplacedWhole) {
  Collection files;
  files.write("c.jsonl", record("1", "Alpha.") + record("2", "Beta."));
  (void)files.ingest_all();
  files.write("c.jsonl", "<html><body><p>Gamma</p></body></html>");
  EXPECT_EQ(counts(files.ingest_all()), "1 0 0 2 0");
  EXPECT_EQ(files.documents(), std::vector<std::string>{"c.jsonl"});
}

TEST(IngestRecords, MetadataOfRecordAndRunAreJoined) {
  Collection files;
  files.write("c.jsonl", R"({"_id":"1","text":"Alpha.","metadata":{"year":1900,"team":"green"}})"
                         "\n");
  IngestOptions options = files.options();
  options.metadata.set("team", "blue");
  (void)files.ingest_with(options);
  const auto snapshot = files.snapshot();
  const Json metadata = snapshot->metadata_of(snapshot->find("1").value()).value();
  EXPECT_EQ(metadata["year"].as_integer(), 1900);
  EXPECT_EQ(metadata["team"].as_string(), "blue");
}

}  // namespace
}  // namespace kindling
