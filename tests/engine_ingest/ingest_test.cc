#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

TEST(Ingest, AFolderBecomesSearchableByWordsAndByVectors) {
  Collection files;
  files.write("harbour.md", "# The harbour\n\nThe lighthouse keeper counts ships.\n");
  files.write("deep/er/tide.txt", "The tide turns twice a day.\n");
  files.write("page.html",
              "<html><title>Moon</title><body><h1>Moon</h1><p>The moon pulls the sea.</p></body></html>");
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "3 0 0 0 0");
  EXPECT_EQ(files.documents(), (std::vector<std::string>{"harbour.md", "page.html", "deep/er/tide.txt"}));
  EXPECT_EQ(files.count_found("lighthouse"), 1u);
  EXPECT_EQ(report.chunks, 3u);
  EXPECT_GT(report.tokens, 10u);
  EXPECT_EQ(report.embedded_chunks, 3u);
  EXPECT_EQ(report.pending_embeddings, 0u);
  EXPECT_EQ(report.seconds.front().first, "total");
  const auto snapshot = files.snapshot();
  const auto document = snapshot->document(snapshot->find(files.path("deep/er/tide.txt").string()).value());
  EXPECT_EQ(document.title, "tide");  // no title of its own: the file's name
  EXPECT_EQ(document.name.size(), 12u);
  EXPECT_EQ(document.language, Language::english);
}

TEST(Ingest, ASecondRunReadsAndEmbedsNothing) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("b.txt", "Beta.");
  (void)files.ingest_all();
  const std::string before = files.contents();
  IngestOptions options = files.options();
  options.decoder = "/nonexistent";  // not even started
  const IngestReport report = files.ingest_with(options);
  EXPECT_EQ(counts(report), "0 0 2 0 0");
  EXPECT_EQ(report.embedded_chunks, 0u);
  EXPECT_EQ(files.contents(), before);
}

TEST(Ingest, OnlyAChangedFileIsReplacedAndEmbedded) {
  Collection files;
  files.write("a.txt", "Alpha stays.");
  files.write("b.txt", "Beta before.");
  (void)files.ingest_all();
  files.write("b.txt", "Beta afterwards.");
  files.write("c.txt", "Gamma is new.");
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "1 1 1 0 0");
  EXPECT_EQ(report.embedded_chunks, 2u);
  EXPECT_EQ(files.text_of("b.txt"), "Beta afterwards.");
  EXPECT_EQ(files.count_found("before"), 0u);
  EXPECT_EQ(files.documents().size(), 3u);
}

TEST(Ingest, ATouchedFileWithTheSameBytesIsUnchanged) {
  Collection files;
  files.write("a.txt", "Alpha.");
  (void)files.ingest_all();
  files.set_age("a.txt", 5);
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "0 0 1 0 0");
  EXPECT_EQ(report.embedded_chunks, 0u);
}

TEST(Ingest, AFileWrittenAgainInTheSameInstantIsNoticed) {
  Collection files;
  files.write("a.txt", "Alpha.", 0);
  const auto time = std::filesystem::last_write_time(files.path("a.txt"));
  (void)files.ingest_all();
  files.write("a.txt", "Omega.", 0);  // as long, and with the same time
  std::filesystem::last_write_time(files.path("a.txt"), time);
  EXPECT_EQ(counts(files.ingest_all()), "0 1 0 0 0");
  EXPECT_EQ(files.text_of("a.txt"), "Omega.");
}

TEST(Ingest, TheNumberOfThreadsChangesNothing) {
  std::string first;
  Collection files;
  for (int i = 0; i < 60; ++i) {
    std::string text = "# Number " + std::to_string(i) + "\n\n";
    for (int j = 0; j < (i * 7) % 90; ++j)
      text += "Sentence " + std::to_string(j) + " of this file says little.\n\n";
    files.write(std::to_string(i % 7) + "/" + std::to_string(i) + ".md", text + "The end.");
  }
  for (const unsigned threads : {1u, 3u, 8u}) {
    std::filesystem::remove_all(files.index());
    IngestOptions options = files.options();
    options.threads = threads;
    EXPECT_EQ(counts(files.ingest_with(options)), "60 0 0 0 0");
    if (first.empty()) first = files.contents();
    EXPECT_EQ(files.contents(), first) << threads << " threads";
  }
}

TEST(Ingest, AVanishedFileStaysUntilPruned) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("sub/b.txt", "Beta.");
  (void)files.ingest_all();
  files.remove("sub");
  EXPECT_EQ(counts(files.ingest_all()), "0 0 1 0 0");
  EXPECT_EQ(files.documents().size(), 2u);
  IngestOptions options = files.options();
  options.prune = true;
  EXPECT_EQ(counts(files.ingest_with(options)), "0 0 1 1 0");
  EXPECT_EQ(files.documents(), std::vector<std::string>{"a.txt"});
}

TEST(Ingest, PruningLeavesAloneWhatLiesElsewhereOrIsOnlyExcluded) {
  Collection files;
  files.write("kept/a.txt", "Alpha.");
  files.write("kept/b.log", "Beta.");
  files.write("other/c.txt", "Gamma.");
  (void)files.ingest_all();
  files.remove("other/c.txt");
  IngestOptions options = files.options();
  options.paths = {files.path("kept").string()};
  options.exclude = {"*.log"};
  options.prune = true;
  EXPECT_EQ(counts(files.ingest_with(options)), "0 0 1 0 0");
  EXPECT_EQ(files.documents().size(), 3u);
}

TEST(Ingest, PruningRefusesToEmptyAnIndexWhenAFolderIsGoneOrEmpty) {
  Collection files;
  for (int i = 0; i < 30; ++i) files.write("mount/" + std::to_string(i) + ".txt", "Text.");
  files.write("a.txt", "Alpha.");
  (void)files.ingest_all();
  IngestOptions options = files.options();
  options.paths = {files.path("mount").string()};
  options.prune = true;
  files.remove("mount");
  for (const bool exists : {false, true}) {
    if (exists) std::filesystem::create_directories(files.path("mount"));
    const auto result = files.try_ingest(options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::usage);
    EXPECT_EQ(files.documents().size(), 31u);
  }
  files.write("mount/new.txt", "New.");
  EXPECT_EQ(counts(files.ingest_with(options)), "1 0 0 30 0");
}

TEST(Ingest, PruningAGivenFileThatIsGoneDropsIt) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("b.txt", "Beta.");
  (void)files.ingest_all();
  files.remove("a.txt");
  IngestOptions options = files.options();
  options.paths = {files.path("a.txt").string()};
  options.prune = true;
  EXPECT_EQ(counts(files.ingest_with(options)), "0 0 0 1 0");
  const auto again = files.try_ingest(options);
  ASSERT_FALSE(again);  // now the index knows nothing of it: a misspelt path
  EXPECT_EQ(again.error().code, ErrorCode::not_found);
}

TEST(Ingest, ADryRunSaysWhatWouldBeDoneAndDoesNothing) {
  Collection files;
  files.write("a.txt", "Alpha.");
  files.write("bad.pdf", "%PDF-1.4 not at all");
  IngestOptions options = files.options();
  options.dry_run = true;
  EXPECT_EQ(counts(files.ingest_with(options)), "1 0 0 0 1");
  EXPECT_FALSE(std::filesystem::exists(files.index()));

  (void)files.ingest_all();
  const std::string before = files.contents();
  files.write("a.txt", "Alpha changed.");
  files.write("b.txt", "Beta.");
  EXPECT_EQ(counts(files.ingest_with(options)), "1 1 0 0 1");
  EXPECT_EQ(files.contents(), before);
  EXPECT_EQ(counts(files.ingest_all()), "1 1 0 0 1");
}

TEST(Ingest, StandardInputIsADocumentOfTheNameGiven) {
  Collection files;
  std::istringstream input("# Piped\n\nThrough and through.");
  std::streambuf* const before = std::cin.rdbuf(input.rdbuf());
  IngestOptions options = files.options();
  options.paths = {"-"};
  options.standard_input_name = "notes.md";
  const auto report = files.try_ingest(options);
  std::cin.rdbuf(before);
  ASSERT_TRUE(report);
  EXPECT_EQ(counts(*report), "1 0 0 0 0");
  EXPECT_EQ(files.documents(), std::vector<std::string>{"notes.md"});
  EXPECT_EQ(files.count_found("piped"), 1u);
}

TEST(Ingest, MetadataOfTheRunIsPartOfTheDocument) {
  Collection files;
  files.write("a.txt", "Alpha.");
  IngestOptions options = files.options();
  options.metadata.set("team", "blue");
  EXPECT_EQ(counts(files.ingest_with(options)), "1 0 0 0 0");
  EXPECT_EQ(counts(files.ingest_with(options)), "0 0 1 0 0");
  EXPECT_EQ(counts(files.ingest_all()), "0 0 1 0 0");  // none given: what is there stays
  EXPECT_NE(files.contents().find("\"team\":\"blue\""), std::string::npos);
  options.metadata.set("team", "red");
  EXPECT_EQ(counts(files.ingest_with(options)), "0 1 0 0 0");
  EXPECT_NE(files.contents().find("\"team\":\"red\""), std::string::npos);
}

TEST(Ingest, WithoutEmbeddingChunksAreFoundByWordsAndALaterRunEmbedsThem) {
  Collection files;
  files.write("a.txt", "Alpha.");
  IngestOptions options = files.options();
  options.embed = false;
  EXPECT_EQ(files.ingest_with(options).pending_embeddings, 1u);
  EXPECT_EQ(files.count_found("alpha"), 1u);
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "0 0 1 0 0");
  EXPECT_EQ(report.embedded_chunks, 1u);
  EXPECT_EQ(report.pending_embeddings, 0u);
}

TEST(Ingest, TheIndexKeepsItsChunkSize) {
  Collection files;
  std::string text;
  for (int i = 0; i < 300; ++i) text += "Some more words. ";
  files.write("a.txt", text);
  IngestOptions options = files.options();
  options.chunk_tokens = 32;
  const IngestReport report = files.ingest_with(options);
  EXPECT_GT(report.chunks, 30u);
  files.write("b.txt", text);
  EXPECT_EQ(files.ingest_all().chunks, 2 * report.chunks);
  options.chunk_tokens = 64;
  const auto mismatch = files.try_ingest(options);
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().code, ErrorCode::encoder_mismatch);
  for (const std::uint32_t impossible : {1u, 15u, 255u, 100'000u}) {
    options.chunk_tokens = impossible;
    const auto result = files.try_ingest(options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::usage);
  }
}

TEST(Ingest, TellsItsProgressSeldomAndToTheEnd) {
  Collection files;
  for (int i = 0; i < 50; ++i) files.write(std::to_string(i) + ".txt", "Text.");
  std::vector<IngestProgress> told;
  const auto on_progress = [&told](const IngestProgress& progress) { told.push_back(progress); };
  const auto report = files.try_ingest(files.options(), on_progress);
  ASSERT_TRUE(report);
  const double total = report->seconds.front().second;
  for (const auto stage :
       {IngestProgress::Stage::scan, IngestProgress::Stage::read, IngestProgress::Stage::embed}) {
    const auto of_stage = std::ranges::count(told, stage, &IngestProgress::stage);
    EXPECT_LE(static_cast<double>(of_stage), 1 + 10 * total);
  }
  ASSERT_GE(told.size(), 3u);
  EXPECT_EQ(told.back().stage, IngestProgress::Stage::embed);
  EXPECT_EQ(told.back().done, 50u);
  EXPECT_EQ(told.back().total, 50u);
  EXPECT_EQ(told.back().settled, 50u);
  EXPECT_TRUE(told.back().ended);
}

}  // namespace
}  // namespace kindling
