// How a bound on memory is written, shared out, and kept.
#include <gtest/gtest.h>

#include "engine/ingest/ingest_embed.h"
#include "engine/ingest/ingest_memory.h"
#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

constexpr std::uint64_t mebi = 1u << 20;

TEST(IngestMemory, SizesAreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_ingest_memory("512M", "").value(), 512 * mebi);
  EXPECT_EQ(parse_ingest_memory("512MiB", "").value(), 512 * mebi);
  EXPECT_EQ(parse_ingest_memory("1G", "").value(), 1024 * mebi);
  EXPECT_EQ(parse_ingest_memory("1.5g", "").value(), 1536 * mebi);
  EXPECT_EQ(parse_ingest_memory("2GB", "").value(), 2048 * mebi);
  EXPECT_EQ(parse_ingest_memory("268435456", "").value(), 256 * mebi);
  EXPECT_EQ(parse_ingest_memory("1048576k", "").value(), 1024 * mebi);
  EXPECT_GE(parse_ingest_memory("999999T", "").value(), std::uint64_t{1} << 40);
}

TEST(IngestMemory, WhatIsNoSizeOrTooLittleIsRefusedWithTheLeast) {
  for (const char* text : {"", "M", "much", "1X", "512MM", "-1G", "1e9", "nan", "inf", "0x10", " 1G", "1G ",
                           "255M", "0", "1 G", "512M\n"}) {
    const auto bytes = parse_ingest_memory(text, "--memory");
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, ErrorCode::usage) << text;
    EXPECT_EQ(bytes.error().where, "--memory");
    EXPECT_NE(bytes.error().mend.find("256M"), std::string::npos);
  }
}

// What the shares may come to: twice the queue of vectors, five times what is staged or merged (never both).
TEST(IngestMemory, TheSharesStayBelowTheWhole) {
  for (const std::uint64_t memory : {256 * mebi, 512 * mebi, 1024 * mebi, 16'384 * mebi}) {
    for (const std::size_t dimensions : {32, 384, 1024, 4096}) {
      const IngestBounds bounds = ingest_bounds(memory, dimensions);
      const std::uint64_t part = std::uint64_t{bounds.part_chunks} * dimensions * sizeof(float);
      const std::uint64_t vectors = part * (bounds.parts_waiting + 3);
      EXPECT_LE(bounds.read_ahead_bytes + bounds.reading_bytes + 5 * bounds.staged_bytes + vectors, memory);
      EXPECT_LE(5 * bounds.merged_bytes + vectors, memory);
      EXPECT_GE(bounds.part_chunks, 64u);
    }
  }
  EXPECT_EQ(ingest_bounds(512 * mebi, 384).part_chunks, part_chunks_default);
}

TEST(IngestMemory, ARunWithTooLittleIsRefusedBeforeAnythingIsDone) {
  Collection files;
  files.write("a.txt", "Alpha.");
  IngestOptions options = files.options();
  options.memory_bytes = 255 * mebi;
  const auto report = files.try_ingest(options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::usage);
  EXPECT_FALSE(std::filesystem::exists(files.index()));
}

TEST(IngestMemory, TheLeastGivesTheSameIndexAsMuch) {
  Collection files;
  std::string jsonl;
  for (int i = 0; i < 1'200; ++i) {
    jsonl +=
        "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"Word " + std::to_string(i * 7919) + " again.\"}\n";
  }
  files.write("c.jsonl", jsonl);
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "Sentence " + std::to_string(i) + " is one of many.\n\n";
  files.write("long.txt", text);
  IngestOptions options = files.options();
  options.memory_bytes = std::uint64_t{16} << 30;
  (void)files.ingest_with(options);
  const std::string expected = files.contents();
  std::filesystem::remove_all(files.index());
  options.memory_bytes = ingest_memory_min;
  (void)files.ingest_with(options);
  EXPECT_EQ(files.contents(), expected);
}

TEST(IngestMemory, AFileThatIsTooLargeForTheMemoryGivenIsReadAsSoonAsThereIsMore) {
  Collection files;
  files.write("large.bin", "");
  std::filesystem::resize_file(files.path("large.bin"), 129 * mebi);
  files.set_age("large.bin", 1);
  IngestOptions options = files.options();
  options.memory_bytes = ingest_memory_min;
  for (int run = 0; run < 2; ++run) {
    const IngestReport report = files.ingest_with(options);
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_EQ(report.failures[0].code, ErrorCode::too_large);
    EXPECT_NE(report.failures[0].message.find("--memory"), std::string::npos) << report.failures[0].message;
  }
  EXPECT_EQ(files.ingest_all().failures.size(), 0u) << "zeros in a folder are passed over";
}

}  // namespace
}  // namespace kindling
