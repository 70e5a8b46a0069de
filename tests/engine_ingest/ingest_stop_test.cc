// Runs that are given up in the middle, and those that go on from there.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

// Cancels when it counts the tokens of a text that says so, or when it has embedded so many texts.
class CancellingEncoder final : public Encoder {
 public:
  explicit CancellingEncoder(Cancellation& cancellation, std::size_t texts_max = SIZE_MAX)
      : cancellation_(cancellation), tokenizer_(cancellation), texts_max_(texts_max) {}

  [[nodiscard]] std::string_view name() const override { return encoder_.name(); }
  [[nodiscard]] std::string_view fingerprint() const override { return encoder_.fingerprint(); }
  [[nodiscard]] std::size_t dimensions() const override { return encoder_.dimensions(); }
  [[nodiscard]] std::size_t tokens_max() const override { return encoder_.tokens_max(); }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    if (texts_ + texts.size() > texts_max_) {
      cancellation_.cancel();
      while (cancellation.check())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // it must come here
    }
    texts_ += texts.size();
    return encoder_.encode(texts, options, cancellation);
  }

 private:
  class Counter final : public Tokenizer {
   public:
    explicit Counter(Cancellation& cancellation) : cancellation_(cancellation) {}
    [[nodiscard]] std::string_view name() const override { return words_.name(); }
    [[nodiscard]] std::string_view fingerprint() const override { return words_.fingerprint(); }
    [[nodiscard]] TokenBound bound() const override { return words_.bound(); }
    [[nodiscard]] TokenCount count(std::string_view text) const override {
      if (text.find("STOP HERE") != std::string_view::npos) cancellation_.cancel();
      return words_.count(text);
    }
    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
      return words_.encode(text);
    }

   private:
    Cancellation& cancellation_;
    WordTokenizer words_;
  };

  Cancellation& cancellation_;
  HashEncoder encoder_;
  Counter tokenizer_;
  std::size_t texts_max_;
  mutable std::size_t texts_ = 0;
};

TEST(IngestStopped, BeforeReadingLeavesTheIndexAsItWas) {
  Collection files;
  files.write("a.txt", "Alpha.");
  (void)files.ingest_all();
  const std::string before = files.contents();
  files.write("a.txt", "Omega.");
  Cancellation cancellation;
  const auto on_progress = [&](const IngestProgress&) { cancellation.cancel(); };
  const auto result = files.try_ingest(files.options(), on_progress, cancellation);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_EQ(files.contents(), before);
}

TEST(IngestStopped, InTheMiddleOfReadingKeepsWhatWasCommittedAndTheNextRunGoesOn) {
  constexpr std::uint64_t records = 1'700;  // commits come after 500 and 1,500
  Collection files;
  std::string jsonl;
  for (std::uint64_t i = 0; i < records; ++i) {
    jsonl += "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"" + (i + 1 == records ? "STOP HERE" : "Word") +
             "\"}\n";
  }
  files.write("c.jsonl", jsonl);
  IngestOptions options = files.options();
  options.embed = false;
  Cancellation cancellation;
  const CancellingEncoder encoder(cancellation);
  const auto stopped = ingest(files.index(), options, encoder, {}, cancellation);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  const std::uint64_t committed = files.documents().size();
  EXPECT_TRUE(committed == 0 || committed == 500 || committed == 1'500) << committed;
  const IngestReport report = files.ingest_with(options);
  EXPECT_EQ(report.unchanged, committed);
  EXPECT_EQ(report.added, records - committed);
  EXPECT_EQ(report.removed, 0u);
}

TEST(IngestStopped, InTheMiddleOfEmbeddingKeepsTheVectorsAndTheNextRunEmbedsTheRest) {
  Collection files;
  std::string jsonl;
  for (int i = 0; i < 1'300; ++i)
    jsonl += "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"Word " + std::to_string(i) + "\"}\n";
  files.write("c.jsonl", jsonl);
  Cancellation cancellation;
  const CancellingEncoder encoder(cancellation, 1'100);
  const auto stopped = ingest(files.index(), files.options(), encoder, {}, cancellation);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  EXPECT_EQ(files.documents().size(), 1'300u);
  const std::uint64_t pending = files.snapshot()->statistics().pending_embeddings;
  EXPECT_GE(pending, 200u);
  EXPECT_LE(pending, 800u) << "what was embedded before, of the first commit at least, is kept";
  const IngestReport report = files.ingest_all();
  EXPECT_EQ(counts(report), "0 0 1300 0 0");
  EXPECT_EQ(report.embedded_chunks, pending);
  EXPECT_EQ(report.pending_embeddings, 0u);
  const std::string resumed = files.contents();
  std::filesystem::remove_all(files.index());
  (void)files.ingest_all();
  EXPECT_EQ(files.contents(), resumed);
}

// The system's files, until the disk is full.
class FullDisk final : public Files {
 public:
  explicit FullDisk(int files_until_full) : left_(files_until_full) {}

  Result<std::unique_ptr<WritableFile>> create(const std::filesystem::path& path) override {
    if (left_-- <= 0) return Error{ErrorCode::disk_full, path.string(), "no space left on the device", ""};
    return files_.create(path);
  }
  Result<std::string> read(const std::filesystem::path& path, std::uint64_t bytes_max) override {
    return files_.read(path, bytes_max);
  }
  Result<std::unique_ptr<MappedFile>> map(const std::filesystem::path& path) override {
    return files_.map(path);
  }
  Result<FileInfo> info(const std::filesystem::path& path) override { return files_.info(path); }
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    return files_.list(folder);
  }
  Status make_directories(const std::filesystem::path& folder) override {
    return files_.make_directories(folder);
  }
  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return files_.rename(from, to);
  }
  Status remove(const std::filesystem::path& path) override { return files_.remove(path); }
  Status sync_directory(const std::filesystem::path& folder) override { return files_.sync_directory(folder); }
  Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path, std::string_view holder) override {
    return files_.lock(path, holder);
  }

 private:
  Files& files_ = system_files();
  int left_;
};

TEST(IngestStopped, ByAFullDiskKeepsWhatWasCommittedAndTheNextRunGoesOn) {
  Collection files;
  files.write("a.txt", "Alpha before.");
  (void)files.ingest_all();
  files.write("a.txt", "Alpha afterwards.");
  for (int i = 0; i < 20; ++i) files.write(std::to_string(i) + ".txt", "Text.");
  for (int files_until_full = 0;; ++files_until_full) {
    ASSERT_LT(files_until_full, 100);
    FullDisk disk(files_until_full);
    const auto report = ingest(disk, files.index(), files.options(), HashEncoder(), {}, never_cancelled());
    if (report) break;
    EXPECT_EQ(report.error().code, ErrorCode::disk_full) << report.error().sentence();
    const std::string alpha = files.text_of("a.txt");  // the index can always be read, and is at one state
    EXPECT_TRUE(alpha == "Alpha before." ? files.documents().size() == 1 : files.documents().size() == 21)
        << alpha;
  }
  EXPECT_EQ(files.documents().size(), 21u);
  EXPECT_EQ(files.snapshot()->statistics().pending_embeddings, 0u);
}

}  // namespace
}  // namespace kindling
