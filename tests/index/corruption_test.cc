// Damaged files: a clear error or a problem that verify names; never a crash.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/bytes.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/store/sqlite.h"
#include "index/store/verify_segment.h"
#include "index/terms/lexical_search.h"
#include "index/verify.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// An index of two segments with removed documents, vectors and pending chunks; closed.
class CorruptionTest : public testing::Test {
 protected:
  void SetUp() override {
    Random random(7);
    auto writer = Writer::open(system_files(), folder_.path(), settings_with(8)).value();
    for (int commit = 0; commit < 2; ++commit) {
      for (int i = 0; i < 12; ++i) {
        ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(commit * 8 + i))).ok());
      }
      ASSERT_TRUE(writer->put_source({"/" + std::to_string(commit), 1, 2, "abc", 3, "", ""}).ok());
      ASSERT_TRUE(writer->commit(never_cancelled()).ok());
      ASSERT_TRUE(attach_pending(*writer, folder_.path(), 10, commit == 0 ? 100 : 1).ok());
    }
    writer.reset();
    ASSERT_EQ(problems_of(folder_.path()), "");
    const auto names = system_files().list(folder_.path()).value();
    for (const std::string& name : names) {
      if (is_data_file_name(name)) files_[name] = read(name);
    }
    ASSERT_GE(files_.size(), 4U);
    for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(catalog_path().string() + suffix);
    catalog_ = read(std::string(catalog_file_name));
  }

  std::filesystem::path catalog_path() const { return folder_.path() / catalog_file_name; }
  std::string read(const std::string& name) {
    return system_files().read(folder_.path() / name, 1 << 26).value();
  }

  // The damaged index must say so, at open or in verify, and name the file.
  void expect_told(const std::string& name, const std::string& what) {
    SCOPED_TRACE(name + ": " + what);
    const auto snapshot = Snapshot::open(system_files(), folder_.path());
    const auto problems = verify_index(system_files(), folder_.path(), never_cancelled());
    ASSERT_TRUE(problems.ok());
    EXPECT_TRUE(std::any_of(problems->begin(), problems->end(),
                            [&](const Problem& problem) { return problem.file == name; }));
    if (!snapshot.ok()) {
      const ErrorCode code = snapshot.error().code;
      EXPECT_TRUE(code == ErrorCode::index_corrupt || code == ErrorCode::index_version)
          << snapshot.error().sentence();
      EXPECT_NE(snapshot.error().where.find(name), std::string::npos) << snapshot.error().sentence();
    } else {
      read_everything(**snapshot);  // only the zeros between regions are nobody's at open
    }
  }

  MemoryFolder folder_;
  std::map<std::string, std::string> files_;
  std::string catalog_;
};

TEST_F(CorruptionTest, AFlippedBitIsTold) {
  Random random(8);
  for (const auto& [name, bytes] : files_) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < 44; ++i) places.push_back(i);
    for (int i = 0; i < 80; ++i)
      places.push_back(random.between(0, static_cast<std::uint32_t>(bytes.size() - 1)));
    for (const std::size_t at : places) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.between(0, 7)));
      write_file(folder_.path() / name, damaged);
      expect_told(name, "bit of byte " + std::to_string(at));
    }
    write_file(folder_.path() / name, bytes);
  }
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(CorruptionTest, ACutLengthenedOrMissingFileIsTold) {
  Random random(9);
  for (const auto& [name, bytes] : files_) {
    std::vector<std::size_t> lengths{0, 1, 39, 40, 63, 64, bytes.size() - 1};
    for (int i = 0; i < 10; ++i)
      lengths.push_back(random.between(0, static_cast<std::uint32_t>(bytes.size() - 1)));
    for (const std::size_t length : lengths) {
      write_file(folder_.path() / name, bytes.substr(0, length));
      expect_told(name, "cut to " + std::to_string(length));
    }
    write_file(folder_.path() / name, bytes + "x");
    expect_told(name, "one byte longer");
    std::filesystem::remove(folder_.path() / name);
    expect_told(name, "missing");
    write_file(folder_.path() / name, bytes);
  }
}

TEST_F(CorruptionTest, AFileOfAnotherNumberOrStateIsTold) {
  const std::string first = segment_file_name(1);
  write_file(folder_.path() / first, files_.at(segment_file_name(2)));
  expect_told(first, "the bytes of another segment");
}

TEST_F(CorruptionTest, ADamagedCatalogNeverCrashes) {
  Random random(10);
  int refused = 0;
  for (int i = 0; i < 250; ++i) {
    std::string damaged = catalog_;
    if (i % 5 == 0) {
      damaged.resize(random.between(0, static_cast<std::uint32_t>(damaged.size())));
    } else {
      for (std::uint32_t n = random.between(1, 3); n > 0; --n) {
        const std::uint32_t at = random.between(0, static_cast<std::uint32_t>(damaged.size() - 1));
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.between(0, 7)));
      }
    }
    for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(catalog_path().string() + suffix);
    write_file(catalog_path(), damaged);
    const auto snapshot = Snapshot::open(system_files(), folder_.path());
    if (snapshot.ok()) {
      read_everything(**snapshot);
    } else {
      ++refused;
      const ErrorCode code = snapshot.error().code;
      EXPECT_TRUE(code == ErrorCode::index_corrupt || code == ErrorCode::index_version ||
                  code == ErrorCode::index_missing || code == ErrorCode::io || code == ErrorCode::unreadable)
          << snapshot.error().sentence();
    }
    (void)verify_index(system_files(), folder_.path(), never_cancelled()).ok();
  }
  EXPECT_GT(refused, 20);
}

TEST_F(CorruptionTest, AChangedRowOfTheCatalogIsFoundByVerify) {
  const std::vector<std::string> changes{
      "UPDATE documents SET name = 'x' WHERE uri = '/3'",
      "UPDATE documents SET metadata = '{}' WHERE uri = '/4'",
      "UPDATE documents SET pages = '[99]' WHERE uri = '/4'",
      "UPDATE documents SET modified_ms = 1 WHERE uri = '/5'",
      "DELETE FROM documents WHERE uri = '/6'",
      "DELETE FROM removed",
      "INSERT INTO removed SELECT segment, slot FROM documents WHERE uri = '/7'",
      "UPDATE documents SET slot = 1000 WHERE uri = '/7'",
      "UPDATE sources SET digest = 'x'",
      "UPDATE segments SET bytes = bytes + 1",
      "UPDATE segments SET chunks = chunks - 1",
      "UPDATE segments SET header_check = 1",
      "UPDATE vectors SET first = first + 1",
      "UPDATE vectors SET bytes = 1",
      "UPDATE meta SET value = '{}' WHERE key = 'settings'",
      "INSERT INTO vectors VALUES (77, 1, 0, 1, 1, 1)",
      "CREATE TABLE more (x)",
      "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM removed; END",
      "DROP INDEX documents_by_name",
      "PRAGMA application_id = 1"};
  for (const std::string& change : changes) {
    for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(catalog_path().string() + suffix);
    write_file(catalog_path(), catalog_);
    {
      const auto database = Database::open(catalog_path(), Database::Access::write).value();
      ASSERT_TRUE(database.execute(change.c_str()).ok()) << change;
    }
    EXPECT_NE(problems_of(folder_.path()), "") << change;
    const auto snapshot = Snapshot::open(system_files(), folder_.path());
    if (snapshot.ok()) read_everything(**snapshot);
  }
}

// Bytes that lie but carry the right checksums: what a bug, or somebody, might write.
std::string sealed(std::string bytes) {
  std::uint32_t count = 0;
  std::memcpy(&count, bytes.data() + 32, 4);
  for (std::uint32_t i = 0; i < count; ++i) {
    char* entry = bytes.data() + 40 + i * 24;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::memcpy(&offset, entry + 8, 8);
    std::memcpy(&size, entry + 16, 8);
    const std::uint32_t crc = crc32c(std::string_view(bytes).substr(offset, size));
    std::memcpy(entry + 4, &crc, 4);
  }
  const std::string_view header = std::string_view(bytes).substr(0, 40 + count * 24);
  const std::uint32_t check = crc32c(header.substr(40), crc32c(header.substr(0, 36)));
  std::memcpy(bytes.data() + 36, &check, 4);
  return bytes;
}

TEST_F(CorruptionTest, LyingBytesWithRightChecksumsNeverLeadOutside) {
  const std::string name = segment_file_name(2);
  const std::string bytes = files_.at(name);
  std::uint32_t regions = 0;
  std::memcpy(&regions, bytes.data() + 32, 4);
  Random random(11);
  int opened = 0;
  for (int i = 0; i < 700; ++i) {
    std::string lying = bytes;
    for (std::uint32_t n = random.between(1, 4); n > 0; --n) {
      const std::uint32_t at = random.between(40 + 24 * regions, static_cast<std::uint32_t>(bytes.size() - 1));
      lying[at] = static_cast<char>(random.chance(0.3) ? 0xff : random.between(0, 255));
    }
    lying = sealed(std::move(lying));
    std::uint32_t check = 0;
    std::memcpy(&check, lying.data() + 36, 4);
    write_file(folder_.path() / name, lying);
    const auto segment = Segment::open(system_files(), folder_.path(), 2, check);
    if (!segment.ok()) {
      EXPECT_EQ(segment.error().code, ErrorCode::index_corrupt);
      continue;
    }
    ++opened;
    for (std::uint32_t slot = 0; slot < segment->documents().size(); ++slot)
      (void)segment->read_document(slot).ok();
    const LexicalSegment part{.segment = &*segment, .first_section = 0, .first_chunk = 0, .live = {}};
    const auto question =
        analyze_question("river stone bridge parse_json keeper running tower", Language::english);
    const auto matches = search_terms({&part, 1}, question);
    for (const ChunkMatch& match : matches.chunks) ASSERT_LT(position(match.chunk), segment->chunks().size());
    ASSERT_TRUE(verify_segment(*segment, never_cancelled(), [](std::string, std::string) {}).ok());
  }
  EXPECT_GT(opened, 100);  // much of a file is text and postings, which may say anything
}

}  // namespace
}  // namespace kindling
