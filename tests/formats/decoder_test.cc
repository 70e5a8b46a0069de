#include "formats/decode.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <random>
#include <thread>

#include "base/env.h"
#include "base/process.h"
#include "promises.h"
#include "small_pdf.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

struct Reading {
  std::vector<DecodedDocument> documents;
  std::vector<Error> bad;
  Status status;
};

Reading read(Decoder& decoder, std::string_view name, std::string_view bytes) {
  Reading reading;
  reading.status = decoder.decode(
      name, bytes,
      [&](DecodedDocument document) { return reading.documents.push_back(std::move(document)), Status(); },
      [&](Error error) { reading.bad.push_back(std::move(error)); }, never_cancelled());
  return reading;
}

ErrorCode code_of(Decoder& decoder, std::string_view name, std::string_view bytes) {
  const Reading reading = read(decoder, name, bytes);
  EXPECT_FALSE(reading.status.ok()) << name;
  if (reading.status.ok()) return ErrorCode::io;
  EXPECT_FALSE(reading.status.error().why.empty());
  EXPECT_FALSE(reading.status.error().mend.empty()) << reading.status.error().sentence();
  return reading.status.error().code;
}

std::unique_ptr<Decoder> start(DecodeLimits limits = {}) { return Decoder::start(limits).value(); }

struct Sample {
  std::string_view name;
  std::string bytes;
};

std::vector<Sample> samples() {
  return {
      {"a.txt",
       "Title\n=====\n\nSome words, gr\xc3\xb6\xc3\x9f"
       "er ones.\n\n* item\n* item\n"},
      {"a.md", "---\ntitle: T\n---\n# Head\n\nwords [x](y)\n\n- a\n  - b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"},
      {"a.html",
       "<!doctype html><title>T</title><h1>H</h1><p>a &amp; "
       "b<ul><li>c</ul><table><tr><td>1<td>2</table><pre>x\ny</pre>"},
      {"a.jsonl",
       "{\"_id\":\"1\",\"text\":\"one\"}\n{\"_id\":\"2\",\"title\":\"t\",\"text\":\"two\",\"metadata\":{\"k\":"
       "1}}\n"},
      {"a.pdf",
       small_pdf({{{72, 700, 20, "Head"}, {72, 650, 12, "Words of a page."}}, {{72, 700, 12, "More."}}}, "T",
                 {{"Head", 0}})}};
}

TEST(Decoder, ReadsEveryFormatWithOneWorker) {
  const auto decoder = start();
  for (const Sample& sample : samples()) {
    const Reading reading = read(*decoder, sample.name, sample.bytes);
    ASSERT_TRUE(reading.status.ok()) << reading.status.error().sentence();
    EXPECT_EQ(reading.documents.size(), sample.name == "a.jsonl" ? 2u : 1u);
    for (const DecodedDocument& document : reading.documents) {
      EXPECT_EQ(document.text.format, sniff_format(sample.name, sample.bytes));
      expect_sound(document.text, sample.bytes, false);
    }
  }
}

TEST(Decoder, SaysWhatIsWrongWithAFile) {
  const auto decoder = start();
  EXPECT_EQ(code_of(*decoder, "a.txt", ""), ErrorCode::no_text);
  EXPECT_EQ(code_of(*decoder, "a.txt", " \n\t\n"), ErrorCode::no_text);
  EXPECT_EQ(code_of(*decoder, "a.html", "<html><script>x</script></html>"), ErrorCode::no_text);
  EXPECT_EQ(code_of(*decoder, "a.pdf", "%PDF-1.7\nnothing of the kind"), ErrorCode::malformed);
  EXPECT_EQ(code_of(*decoder, "a.pdf", "plain words"), ErrorCode::malformed);
  EXPECT_EQ(code_of(*decoder, "a.pdf", small_pdf({{}})), ErrorCode::no_text);
  EXPECT_EQ(code_of(*decoder, "a.docx", std::string("PK\x03\x04\x14\x00", 6)), ErrorCode::unsupported);
}

TEST(Decoder, KeepsToItsLimits) {
  const auto decoder = start({.source_bytes_max = 1000, .text_bytes_max = 100, .line_bytes_max = 200});
  EXPECT_EQ(code_of(*decoder, "a.txt", std::string(1001, 'x')), ErrorCode::too_large);
  EXPECT_EQ(code_of(*decoder, "a.txt", std::string(101, 'x')), ErrorCode::too_large);
  EXPECT_EQ(code_of(*decoder, "a.html", "<html>" + std::string(101, 'x')), ErrorCode::too_large);
  const Reading lines = read(*decoder, "a.jsonl",
                             "{\"text\":\"" + std::string(150, 'x') + "\"}\n{\"text\":\"" +
                                 std::string(250, 'x') + "\"}\n{\"text\":\"ok\"}\n");
  EXPECT_TRUE(lines.status.ok());
  EXPECT_EQ(lines.documents.size(), 1u);
  EXPECT_EQ(lines.bad.size(), 2u);
  EXPECT_TRUE(read(*decoder, "a.txt", "still here").status.ok());
}

TEST(Decoder, StopsWhenTheReaderStops) {
  const auto decoder = start();
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += "{\"text\":\"record\"}\n";
  int seen = 0;
  const Status status = decoder->decode(
      "a.jsonl", many,
      [&](const DecodedDocument&) -> Status {
        return ++seen, Error{ErrorCode::disk_full, "x", "full", ""};
      },
      [](const Error&) {}, never_cancelled());
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(status.error().code, ErrorCode::disk_full);
  EXPECT_EQ(read(*decoder, "a.txt", "words").documents.at(0).text.utf8, "words");
}

TEST(Decoder, SurvivesDamagedDocuments) {
  const auto decoder = start({.time_max = milliseconds(20'000)});
  std::mt19937 random(11);
  for (const Sample& sample : samples()) {
    for (int round = 0; round < 60; ++round) {
      std::string bytes = sample.bytes;
      if (round % 3 == 0) bytes.resize(random() % bytes.size());
      for (std::size_t i = random() % 8; i > 0 && !bytes.empty(); --i)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      const Reading reading = read(*decoder, sample.name, bytes);
      for (const DecodedDocument& document : reading.documents) expect_sound(document.text, bytes, false);
      EXPECT_TRUE(reading.status.ok() || !reading.status.error().sentence().empty());
    }
  }
  EXPECT_TRUE(read(*decoder, "a.txt", "still here").status.ok());
}

TEST(Decoder, ADocumentThatEatsMemoryCostsItself) {
  const auto decoder = start({.memory_bytes_max = 48u << 20});
  std::string hungry = "<html>";
  for (int i = 0; i < 300'000; ++i) hungry += "<b>x</b>";
  const Reading reading = read(*decoder, "a.html", hungry);
  if (!reading.status.ok()) {  // sanitizers take the bound away
    EXPECT_TRUE(reading.status.error().code == ErrorCode::too_large ||
                reading.status.error().code == ErrorCode::decoder_crashed);
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_FALSE(reading.status.ok());
#endif
  EXPECT_TRUE(read(*decoder, "a.txt", "still here").status.ok());
}

TEST(Decoder, RunsOneToAThread) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([] {
      const auto decoder = start();
      for (int i = 0; i < 10; ++i) {
        for (const Sample& sample : samples())
          EXPECT_TRUE(read(*decoder, sample.name, sample.bytes).status.ok());
      }
    });
  }
}

TEST(Decoder, MayChangeThreads) {
  std::unique_ptr<Decoder> decoder;
  std::jthread([&] { decoder = start(); }).join();
  EXPECT_TRUE(read(*decoder, "a.txt", "words").status.ok());
}

TEST(Decoder, IsNoticedWhenItIsMissing) {
  const auto decoder = Decoder::start({}, "/nowhere/kindling-decode");
  ASSERT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.error().code, ErrorCode::not_found);
}

// --- workers that misbehave (fake_worker.cc)

class Misbehaviour : public testing::Test {
 protected:
  Result<std::unique_ptr<Decoder>> start_named(const std::string& name, DecodeLimits limits = {}) {
    const fs::path link = folder_.path() / name;
    if (!fs::exists(link)) fs::create_symlink(this_executable().parent_path() / "fake_worker", link);
    return Decoder::start(limits, link);
  }
  std::unique_ptr<Decoder> named(const std::string& name, DecodeLimits limits = {}) {
    return start_named(name, limits).value();
  }

  TemporaryFolder folder_;
};

TEST_F(Misbehaviour, IsNotTakenForAWorkerWithoutTheGreeting) {
  for (const char* name : {"ends-at-once", "greets-wrongly"}) {
    const auto decoder = start_named(name);
    ASSERT_FALSE(decoder.ok()) << name;
    EXPECT_EQ(decoder.error().code, ErrorCode::configuration);
  }
}

TEST_F(Misbehaviour, ACrashCostsOneDocument) {
  const auto decoder = named("crashes");
  for (int i = 0; i < 3; ++i) {
    const Reading reading = read(*decoder, "a.txt", "words");
    EXPECT_EQ(reading.status.error().code, ErrorCode::decoder_crashed);
    EXPECT_NE(reading.status.error().why.find("Aborted"), std::string::npos);
  }
}

TEST_F(Misbehaviour, DocumentsBeforeAKillStand) {
  const auto decoder = named("is-killed-between");
  const Reading reading = read(*decoder, "a.txt", "words");
  EXPECT_EQ(reading.status.error().code, ErrorCode::decoder_crashed);
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(reading.documents[0].text.utf8, "half");
}

TEST_F(Misbehaviour, AHangEndsInTime) {
  const auto decoder = named("hangs", {.time_max = milliseconds(150)});
  const Stopwatch watch;
  EXPECT_EQ(code_of(*decoder, "a.txt", "words"), ErrorCode::timed_out);
  EXPECT_EQ(code_of(*decoder, "a.txt", "words"), ErrorCode::timed_out);
  EXPECT_LT(watch.seconds(), 8);
}

TEST_F(Misbehaviour, AHangEndsWhenCancelled) {
  const auto decoder = named("hangs");
  Cancellation cancellation;
  std::jthread canceller([&] {
    std::this_thread::sleep_for(milliseconds(100));
    cancellation.cancel();
  });
  const Status status = decoder->decode(
      "a.txt", "words", [](const DecodedDocument&) { return Status(); }, [](const Error&) {}, cancellation);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

TEST_F(Misbehaviour, AWorkerThatEndsBetweenDocumentsIsReplacedSilently) {
  const auto decoder = named("exits-after-one");
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    EXPECT_TRUE(read(*decoder, "a.txt", "words").status.ok());
  }
}

TEST_F(Misbehaviour, ALieIsNotBelieved) {
  for (const char* name : {"lies", "announces-too-much", "babbles", "breaks-checksums"}) {
    const auto decoder = named(name);
    const Reading reading = read(*decoder, "a.txt", "words");
    ASSERT_FALSE(reading.status.ok()) << name;
    EXPECT_EQ(reading.status.error().code, ErrorCode::decoder_crashed) << name;
    EXPECT_TRUE(reading.documents.empty()) << name;
  }
}

TEST_F(Misbehaviour, WhatIsSaidUnaskedIsThrownAway) {
  const auto decoder = named("talks-behind");
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(milliseconds(100));  // until it has been said
    const Reading reading = read(*decoder, "a.txt", "words");
    ASSERT_TRUE(reading.status.ok());
    ASSERT_EQ(reading.documents.size(), 1u);
    EXPECT_EQ(reading.documents[0].text.utf8, "fine");
  }
}

TEST_F(Misbehaviour, WithoutEndIsEndedByTheReader) {
  const auto decoder = named("never-ends");
  int seen = 0;
  const Status status = decoder->decode(
      "a.txt", "words",
      [&](const DecodedDocument&) -> Status {
        return ++seen < 1000 ? Status() : Error{ErrorCode::too_large, "", "enough", ""};
      },
      [](const Error&) {}, never_cancelled());
  EXPECT_EQ(status.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace kindling
