// What goes wrong with one file costs that file.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

const std::string not_a_pdf = "%PDF-1.4\nbut not really\n";

TEST(IngestFailures, AreReportedAndTheOthersIndexed) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("bad.pdf", not_a_pdf);
  files.write("empty.txt", "");
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "1 0 0 0 2");
  ASSERT_EQ(report.failures.size(), 2u);
  EXPECT_EQ(report.failures[0].uri, files.path("bad.pdf").string());
  EXPECT_EQ(report.failures[0].code, ErrorCode::malformed);
  EXPECT_EQ(report.failures[0].message.find("bad.pdf"), std::string::npos) << "the uri says it";
  EXPECT_EQ(report.failures[1].code, ErrorCode::no_text);
}

TEST(IngestFailures, AreRememberedUntilTheFileChanges) {
  Collection files;
  files.write("bad.txt", not_a_pdf);
  const IngestReport first = files.ingest_all();
  IngestOptions options = files.options();
  options.decoder = "/nonexistent";  // nothing is decoded again
  const IngestReport second = files.ingest_with(options);
  ASSERT_EQ(second.failures.size(), 1u);
  EXPECT_EQ(second.failures[0].code, first.failures[0].code);
  EXPECT_EQ(second.failures[0].message, first.failures[0].message);
  files.set_age("bad.txt", 3);  // another time, the same bytes
  EXPECT_EQ(files.ingest_with(options).failures.size(), 1u);
  files.write("bad.txt", "Now it is a text.");
  EXPECT_EQ(counts(files.ingest_all()), "1 0 0 0 0");
}

TEST(IngestFailures, KeepWhatTheIndexHadOfTheFile) {
  Collection files;
  files.write("report.txt", "The figures of spring.");
  (void)files.ingest_all();
  files.write("report.txt", not_a_pdf);
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(counts(files.ingest_all()), "0 0 1 0 1");
    EXPECT_EQ(files.text_of("report.txt"), "The figures of spring.");
  }
  files.write("report.txt", "The figures of autumn.");
  EXPECT_EQ(counts(files.ingest_all()), "0 1 0 0 0");
}

TEST(IngestFailures, ABinaryFileIsPassedOverInAFolderAndRefusedByName) {
  Collection files;
  const std::string picture("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  files.write("a.txt", "Alpha.");
  files.write("picture.png", picture);
  for (int run = 0; run < 2; ++run) EXPECT_EQ(files.ingest_all().failures.size(), 0u);
  IngestOptions named = files.options();
  named.paths = {files.path("picture.png").string()};
  IngestOptions chosen = files.options();
  chosen.include = {"*.png"};
  for (int run = 0; run < 2; ++run) {
    for (const IngestOptions& options : {named, chosen}) {
      const IngestReport report = files.ingest_with(options);
      ASSERT_EQ(report.failures.size(), 1u);
      EXPECT_EQ(report.failures[0].code, ErrorCode::unsupported);
    }
  }
  EXPECT_EQ(files.ingest_all().failures.size(), 0u);
}

TEST(IngestFailures, AFileThatVanishesBeforeItIsReadIsOneFailure) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("b.txt", "Beta.");
  (void)files.ingest_all();
  files.write("b.txt", "Beta is longer now.");
  const auto on_progress = [&files](const IngestProgress& progress) {
    if (progress.stage == IngestProgress::Stage::scan) files.remove("b.txt");
  };
  const auto report = files.try_ingest(files.options(), on_progress);
  ASSERT_TRUE(report);
  EXPECT_EQ(counts(*report), "0 0 2 0 1");
  EXPECT_EQ(report->failures[0].code, ErrorCode::not_found);
  EXPECT_EQ(files.text_of("b.txt"), "Beta.");  // not pruned: kept
}

TEST(IngestFailures, APathThatDoesNotExistStopsTheRunBeforeAnythingIsRead) {
  Collection files;
  files.write("a.txt", "Alpha.");
  IngestOptions options = files.options();
  options.paths.push_back(files.path("misspelt").string());
  const auto result = files.try_ingest(options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_EQ(result.error().where, files.path("misspelt").string());
  EXPECT_FALSE(std::filesystem::exists(files.index()));
  options.paths = {};
  EXPECT_EQ(files.try_ingest(options).error().code, ErrorCode::usage);
}

TEST(IngestFailures, WithoutADecoderNothingHappens) {
  Collection files;
  files.write("a.txt", "Alpha.");
  IngestOptions options = files.options();
  options.decoder = "/nonexistent/kindling-decode";
  ASSERT_FALSE(files.try_ingest(options));
  EXPECT_EQ(counts(files.ingest_all()), "1 0 0 0 0");
}

TEST(IngestFailures, ThingsThatAreNoFilesAreRefusedByNameAndPassedOverInFolders) {
  Collection files;
  files.write("a.txt", "Alpha.");
  ASSERT_EQ(::mkfifo(files.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(counts(files.ingest_all()), "1 0 0 0 0");
  IngestOptions options = files.options();
  options.paths = {files.path("pipe").string()};
  const IngestReport report = files.ingest_with(options);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].code, ErrorCode::unreadable);
}

TEST(IngestFailures, ATooLargeFileIsNotReadAndRemembered) {
  Collection files;
  files.write("large.txt", std::string(5000, 'x'));
  IngestOptions options = files.options();
  options.limits.source_bytes_max = 4096;
  for (int run = 0; run < 2; ++run) {
    const IngestReport report = files.ingest_with(options);
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_EQ(report.failures[0].code, ErrorCode::too_large);
  }
}

TEST(IngestFailures, NamesOfAnyBytesAreKeptAndFoundAgain) {
  Collection files;
  const std::vector<std::string> names{
      "line\nbreak.txt", "bad\xff\xfe utf8.txt", "a#b.txt", "quote'\".txt", "-dash.txt", "*.txt"};
  for (const std::string& name : names) files.write(name, "Text.");
  EXPECT_EQ(counts(files.ingest_all()), "6 0 0 0 0");
  EXPECT_EQ(counts(files.ingest_all()), "0 0 6 0 0");
  for (const std::string& name : names) EXPECT_EQ(files.text_of(name), "Text.") << name;
}

}  // namespace
}  // namespace kindling
