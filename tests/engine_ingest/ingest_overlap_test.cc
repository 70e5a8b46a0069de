// Reading, committing and embedding at the same time: what begins when, what waits for what, and that timing
// changes nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "engine/ingest/embedding_thread.h"
#include "engine/ingest/ingest_readers.h"
#include "index/writer.h"
#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

using std::chrono::milliseconds;

// An encoder and a tokenizer that call back: tests decide with them who waits for whom.
class WatchedEncoder final : public Encoder {
 public:
  std::function<Status(std::size_t texts)> on_encode = [](std::size_t) { return Status(); };
  std::function<void(std::string_view)> on_count = [](std::string_view) {};

  [[nodiscard]] std::string_view name() const override { return encoder_.name(); }
  [[nodiscard]] std::string_view fingerprint() const override { return encoder_.fingerprint(); }
  [[nodiscard]] std::size_t dimensions() const override { return encoder_.dimensions(); }
  [[nodiscard]] std::size_t tokens_max() const override { return encoder_.tokens_max(); }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    KINDLING_TRY_VOID(on_encode(texts.size()));
    return encoder_.encode(texts, options, cancellation);
  }

 private:
  class Watched final : public Tokenizer {
   public:
    explicit Watched(const WatchedEncoder& owner) : owner_(owner) {}
    [[nodiscard]] std::string_view name() const override { return words_.name(); }
    [[nodiscard]] std::string_view fingerprint() const override { return words_.fingerprint(); }
    [[nodiscard]] TokenBound bound() const override { return words_.bound(); }
    [[nodiscard]] TokenCount count(std::string_view text) const override {
      owner_.on_count(text);
      return words_.count(text);
    }
    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
      return words_.encode(text);
    }

   private:
    const WatchedEncoder& owner_;
    WordTokenizer words_;
  };

  HashEncoder encoder_;
  Watched tokenizer_{*this};
};

// Waits for something that another thread does; false when it does not.
bool wait_for(const std::function<bool()>& happened) {
  constexpr int tries = 2'000;
  for (int i = 0; i < tries && !happened(); ++i) std::this_thread::sleep_for(milliseconds(5));
  return happened();
}

std::string records(int count, const std::string& last = "Word") {
  std::string jsonl;
  for (int i = 0; i < count; ++i) {
    jsonl += "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"" +
             (i + 1 == count ? last : "Word " + std::to_string(i)) + "\"}\n";
  }
  return jsonl;
}

TEST(IngestOverlap, EmbeddingBeginsWhileLaterDocumentsAreStillRead) {
  Collection files;
  files.write("c.jsonl", records(700, "THE LAST"));  // the first commit comes after 500
  WatchedEncoder encoder;
  std::atomic<bool> encoding = false, began_in_time = false;
  encoder.on_encode = [&](std::size_t) {
    encoding = true;
    return Status();
  };
  encoder.on_count = [&](std::string_view text) {
    if (text.find("THE LAST") != text.npos) began_in_time = wait_for([&] { return encoding.load(); });
  };
  const auto report = ingest(files.index(), files.options(), encoder, {}, never_cancelled());
  ASSERT_TRUE(report);
  EXPECT_TRUE(began_in_time);
  EXPECT_EQ(report->embedded_chunks, 700u);
  EXPECT_EQ(report->pending_embeddings, 0u);
}

TEST(IngestOverlap, WordsAreFoundWhileTheEncoderIsStillAtWork) {
  Collection files;
  files.write("a.txt", "The lighthouse keeper.");
  WatchedEncoder encoder;
  std::size_t found = 0;
  encoder.on_encode = [&](std::size_t) {
    found = files.count_found("lighthouse");
    return Status();
  };
  ASSERT_TRUE(ingest(files.index(), files.options(), encoder, {}, never_cancelled()));
  EXPECT_EQ(found, 1u);
}

TEST(IngestOverlap, ReadingGoesOnWhileTheEncoderIsSlowAndTimingChangesNothing) {
  Collection files;
  files.write("c.jsonl", records(700));
  (void)files.ingest_all();
  const std::string expected = files.contents();
  for (const bool slow_encoder : {true, false}) {
    std::filesystem::remove_all(files.index());
    WatchedEncoder encoder;
    std::atomic<int> counted = 0;
    encoder.on_encode = [&](std::size_t) {
      if (slow_encoder) std::this_thread::sleep_for(milliseconds(30));
      return Status();
    };
    encoder.on_count = [&](std::string_view) {
      if (!slow_encoder && ++counted % 100 == 0) std::this_thread::sleep_for(milliseconds(10));
    };
    ASSERT_TRUE(ingest(files.index(), files.options(), encoder, {}, never_cancelled()));
    EXPECT_EQ(files.contents(), expected) << (slow_encoder ? "slow encoder" : "slow reader");
  }
}

TEST(IngestOverlap, AnEncoderThatFailsLeavesEverythingFoundByWordsAndKeepsWhatWasMade) {
  Collection files;
  files.write("c.jsonl", records(1'700));
  WatchedEncoder encoder;
  std::atomic<std::size_t> texts = 0;
  encoder.on_encode = [&](std::size_t more) -> Status {
    texts += more;
    if (texts <= 300) return {};
    return Error{ErrorCode::configuration, "encoder", "went away", "bring it back"};
  };
  const auto report = ingest(files.index(), files.options(), encoder, {}, never_cancelled());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().why, "went away");
  EXPECT_EQ(files.documents().size(), 1'700u);
  EXPECT_EQ(files.count_found("word"), 1'700u);
  EXPECT_EQ(files.snapshot()->statistics().pending_embeddings, 1'700u - 256u);
  const IngestReport again = files.ingest_all();
  EXPECT_EQ(counts(again), "0 0 1700 0 0");
  EXPECT_EQ(again.embedded_chunks, 1'700u - 256u);
}

TEST(IngestOverlap, ACancellationEndsARunWhoseEncoderNeverComesBackByItself) {
  Collection files;
  files.write("c.jsonl", records(700));
  Cancellation cancellation;
  class Stuck final : public Encoder {
   public:
    explicit Stuck(Cancellation& user) : user_(user) {}
    [[nodiscard]] std::string_view name() const override { return encoder_.name(); }
    [[nodiscard]] std::string_view fingerprint() const override { return encoder_.fingerprint(); }
    [[nodiscard]] std::size_t dimensions() const override { return encoder_.dimensions(); }
    [[nodiscard]] std::size_t tokens_max() const override { return encoder_.tokens_max(); }
    [[nodiscard]] const Tokenizer& tokenizer() const override { return encoder_.tokenizer(); }
    [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view>, EncodeOptions,
                                            const Cancellation& cancellation) const override {
      user_.cancel();
      while (cancellation.check()) std::this_thread::sleep_for(milliseconds(1));
      return cancellation.check().error();
    }

   private:
    Cancellation& user_;
    HashEncoder encoder_;
  } encoder(cancellation);
  const auto report = ingest(files.index(), files.options(), encoder, {}, cancellation);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::cancelled);
  EXPECT_EQ(files.ingest_all().pending_embeddings, 0u);
}

// --- The thread by itself.

class EmbeddingThreadTest : public testing::Test {
 protected:
  void SetUp() override {
    files_.write("c.jsonl", records(400));
    IngestOptions options = files_.options();
    options.embed = false;
    (void)files_.ingest_with(options);
  }

  [[nodiscard]] EmbeddingSettings settings(const Encoder& encoder) const {
    return {system_files(), files_.index(), encoder, 1, 64, 1};
  }
  [[nodiscard]] std::unique_ptr<Writer> writer() const {
    return Writer::open(system_files(), files_.index(), files_.snapshot()->settings()).value();
  }
  static Status attach(Writer& writer, const EncodedPart& part) {
    return writer.attach_vectors(part.segment, part.first_in_segment, part.count, part.values);
  }
  static std::vector<EncodedPart> take_all(EmbeddingThread& thread) {
    std::vector<EncodedPart> parts;
    while (!thread.ended()) {
      if (auto part = thread.take(milliseconds(10))) parts.push_back(*std::move(part));
    }
    return parts;
  }

  Collection files_;
  HashEncoder encoder_;
};

TEST_F(EmbeddingThreadTest, WaitsWhenNobodyTakesAndHoldsNoMoreThanItsQueue) {
  WatchedEncoder encoder;
  std::atomic<std::size_t> texts = 0;
  encoder.on_encode = [&](std::size_t more) {
    texts += more;
    return Status();
  };
  EmbeddingThread thread(settings(encoder));
  thread.look();
  ASSERT_TRUE(wait_for([&] { return texts >= 128; }));
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(texts, 128u) << "one part waits, one is ready to be handed over";
  thread.stop();
  std::uint32_t taken = 0;
  for (const EncodedPart& part : take_all(thread)) taken += part.count;
  EXPECT_EQ(taken, 128u) << "nothing that was made is lost";
  EXPECT_EQ(thread.status().error().code, ErrorCode::cancelled);
}

TEST_F(EmbeddingThreadTest, MakesNoVectorTwiceHoweverOftenItLooks) {
  EmbeddingThread thread(settings(encoder_));
  for (int i = 0; i < 3; ++i) {
    thread.look();
    std::this_thread::sleep_for(milliseconds(5));
  }
  auto first = thread.take(milliseconds(1'000));
  ASSERT_TRUE(first);
  thread.look();
  thread.finish();
  std::vector<EncodedPart> parts = take_all(thread);
  parts.push_back(*std::move(first));
  const auto index_writer = writer();
  std::uint32_t chunks = 0;
  for (const EncodedPart& part : parts) {
    chunks += part.count;
    EXPECT_TRUE(attach(*index_writer, part));
  }
  EXPECT_EQ(chunks, 400u);
  EXPECT_EQ(files_.snapshot()->statistics().pending_embeddings, 0u);
  EXPECT_TRUE(thread.status());
}

TEST_F(EmbeddingThreadTest, VectorsOfDocumentsThatWereRemovedMeanwhileDoNoHarm) {
  EmbeddingThread thread(settings(encoder_));
  thread.look();
  thread.finish();
  const std::vector<EncodedPart> parts = take_all(thread);
  ASSERT_EQ(parts.size(), 7u);
  const auto index_writer = writer();
  for (int i = 64; i < 400; ++i) {
    ASSERT_TRUE(index_writer->remove_document(files_.path("c.jsonl").string() + "#" + std::to_string(i)));
  }
  ASSERT_TRUE(index_writer->commit(never_cancelled()));
  for (const EncodedPart& part : parts) EXPECT_TRUE(attach(*index_writer, part));
  EXPECT_EQ(files_.snapshot()->statistics().pending_embeddings, 0u);
  EXPECT_EQ(files_.documents().size(), 64u);
}

TEST_F(EmbeddingThreadTest, EndsWithTheErrorOfAnIndexThatIsNotThere) {
  std::filesystem::remove_all(files_.index());
  EmbeddingThread thread(settings(encoder_));
  thread.look();
  EXPECT_TRUE(take_all(thread).empty());
  EXPECT_EQ(thread.status().error().code, ErrorCode::index_missing);
}

TEST_F(EmbeddingThreadTest, IsGivenUpAtAnyMoment) {
  for (int i = 0; i < 20; ++i) {
    EmbeddingThread thread(settings(encoder_));
    if (i % 2 == 0) thread.look();
    if (i % 3 == 0) thread.finish();
    std::this_thread::sleep_for(milliseconds(i % 5));
  }
}

// --- Readers under the smallest bounds.

TEST(IngestReaders, GiveEverythingInOrderHoweverLittleMayBeHeld) {
  Collection files;
  std::vector<ScannedFile> scanned;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "f" + std::to_string(i) + ".txt";
    files.write(name, std::string(static_cast<std::size_t>(1 + (i * 37) % 90) * 10, 'a') + " text.");
    ScannedFile file;
    file.uri = files.path(name).string();
    file.bytes = std::filesystem::file_size(files.path(name));
    scanned.push_back(file);
  }
  const IngestOptions options = files.options();
  const HashEncoder encoder;
  const ReadSettings settings{system_files(), options, encoder.tokenizer(), 128, "", options.limits};
  Readers readers(settings, {.ahead_bytes = 1, .reading_bytes = 1}, 4);
  std::vector<std::string> order;
  std::size_t next = 0;
  while (next < scanned.size() || !readers.empty()) {
    while (next < scanned.size() && !readers.full()) readers.submit({scanned[next++], std::nullopt, {}});
    const auto event = readers.next(milliseconds(10), never_cancelled());
    ASSERT_TRUE(event);
    if (!*event) continue;
    if (const auto* outcome = std::get_if<ReadOutcome>(&**event)) order.push_back(outcome->record.uri);
  }
  ASSERT_EQ(order.size(), scanned.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], scanned[i].uri);
}

}  // namespace
}  // namespace kindling
