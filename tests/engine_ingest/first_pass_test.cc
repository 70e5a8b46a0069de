// Vectors of a fast tier first, those of the encoder behind it: what can be asked when, and what a kill leaves.
#include <gtest/gtest.h>

#include "engine/ingest/first_pass.h"
#include "engine/ingest/reencode.h"
#include "index/shadow.h"
#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

// An encoder by another name, of the same tokenizer, that gives up after so many texts.
class NamedEncoder final : public Encoder {
 public:
  explicit NamedEncoder(std::string name, std::size_t texts_max = SIZE_MAX)
      : name_(std::move(name)), texts_left_(texts_max) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::string_view fingerprint() const override { return name_; }
  [[nodiscard]] std::size_t dimensions() const override { return encoder_.dimensions(); }
  [[nodiscard]] std::size_t tokens_max() const override { return encoder_.tokens_max(); }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return encoder_.tokenizer(); }
  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    if (texts.size() > texts_left_) return Error{ErrorCode::cancelled, "", "interrupted", ""};
    texts_left_ -= texts.size();
    return encoder_.encode(texts, options, cancellation);
  }

 private:
  std::string name_;
  HashEncoder encoder_;
  mutable std::size_t texts_left_;
};

class FirstPassTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string jsonl;
    for (int i = 0; i < 1'000; ++i) {
      jsonl += "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"Word " + std::to_string(i) + "\"}\n";
    }
    files_.write("c.jsonl", jsonl);
  }

  Status begin() { return begin_first_pass(system_files(), files_.index(), first_, full_, 0); }
  Result<IngestReport> pass_once() {
    return ingest(files_.index(), files_.options(), first_, {}, never_cancelled());
  }
  Result<ReencodeReport> refine(const Encoder& full) {
    return reencode(system_files(), files_.index(), nullptr, full, {}, {}, never_cancelled());
  }
  [[nodiscard]] std::optional<FirstPass> state() const {
    return first_pass_of(system_files(), files_.index()).value();
  }
  [[nodiscard]] std::string encoder_of_index() const { return files_.snapshot()->settings().encoder; }

  Collection files_;
  NamedEncoder first_{"small-static"}, full_{"small"};
};

TEST_F(FirstPassTest, EndsWithTheIndexThatTheEncoderAloneWouldHaveMade) {
  ASSERT_TRUE(ingest(files_.index(), files_.options(), full_, {}, never_cancelled()));
  const std::string expected = files_.contents();
  std::filesystem::remove_all(files_.index());

  ASSERT_TRUE(begin());
  ASSERT_TRUE(pass_once());
  EXPECT_EQ(encoder_of_index(), "small-static");
  EXPECT_EQ(files_.snapshot()->statistics().pending_embeddings, 0u) << "meaning is found already";
  ASSERT_TRUE(state());
  EXPECT_EQ(state()->wanted.encoder, "small");
  EXPECT_EQ(state()->chunks, 1'000u);
  EXPECT_EQ(state()->embedded, 0u);
  ASSERT_TRUE(refine(full_));
  EXPECT_EQ(encoder_of_index(), "small");
  EXPECT_FALSE(state());
  EXPECT_EQ(files_.contents(), expected);
}

TEST_F(FirstPassTest, IsKnownOfFromTheFirstMoment) {
  EXPECT_FALSE(state());
  ASSERT_TRUE(begin());
  EXPECT_EQ(state().value_or(FirstPass()).wanted.encoder, "small");
  ASSERT_TRUE(begin()) << "beginning again is going on";
}

TEST_F(FirstPassTest, InterruptedItIsAskedByTheFirstVectorsAndGoesOnWhereItWas) {
  ASSERT_TRUE(begin());
  ASSERT_TRUE(pass_once());
  const NamedEncoder interrupted("small", 600);
  EXPECT_EQ(refine(interrupted).error().code, ErrorCode::cancelled);
  EXPECT_EQ(encoder_of_index(), "small-static");
  EXPECT_EQ(files_.snapshot()->statistics().pending_embeddings, 0u);
  ASSERT_TRUE(state());
  const std::uint64_t kept = state()->embedded;
  EXPECT_GE(kept, 256u);
  EXPECT_LE(kept, 600u);

  // New documents meanwhile are of the first pass too, and refined with the others.
  files_.write("later.txt", "Afterwards.");
  ASSERT_TRUE(begin());
  ASSERT_TRUE(pass_once());
  EXPECT_EQ(state()->chunks, 1'001u);
  EXPECT_EQ(state()->embedded, kept);
  const auto refined = refine(full_);
  ASSERT_TRUE(refined);
  EXPECT_EQ(refined->embedded_chunks, 1'001u - kept);
  EXPECT_EQ(encoder_of_index(), "small");
}

TEST_F(FirstPassTest, IsNotForAnIndexOfAnotherEncoderNorChunksThatAreTooLong) {
  EXPECT_EQ(begin_first_pass(system_files(), files_.index(), first_, full_, 255).error().code,
            ErrorCode::usage);
  EXPECT_FALSE(std::filesystem::exists(files_.index()));
  (void)files_.ingest_all();
  EXPECT_EQ(begin().error().code, ErrorCode::encoder_mismatch);
}

TEST_F(FirstPassTest, AReencodeThatSomebodyBeganIsNone) {
  (void)files_.ingest_all();
  const NamedEncoder interrupted("other", 300);
  EXPECT_FALSE(refine(interrupted));
  ASSERT_TRUE(shadow_state(system_files(), files_.index()).value());
  EXPECT_FALSE(state());
}

}  // namespace
}  // namespace kindling
