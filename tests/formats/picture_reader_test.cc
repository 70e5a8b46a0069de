#include <gtest/gtest.h>

#include "base/process.h"
#include "formats/decode.h"
#include "formats/picture.h"
#include "small_pdf.h"
#include "tests/support/small_pictures.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

std::unique_ptr<PictureReader> start(PictureWorkerLimits limits = {}) {
  return PictureReader::start(limits).value();
}

TEST(PictureReader, MakesPicturesFitWithOneWorker) {
  const auto reader = start();
  for (const std::string_view format : {"png", "jpeg", "webp", "gif"}) {
    const auto small = reader->fit(drawing(format, 40, 20), {.long_side = 40}, never_cancelled());
    ASSERT_TRUE(small.ok()) << small.error().sentence();
    EXPECT_TRUE(small->as_given);
    const auto large = reader->fit(drawing(format, 400, 200), {.long_side = 40}, never_cancelled());
    ASSERT_TRUE(large.ok()) << large.error().sentence();
    EXPECT_EQ(large->width, 40u);
    EXPECT_EQ(color_at(large->bytes, .2, .2), 'r');
    EXPECT_FALSE(reader->fit("no picture", {}, never_cancelled()).ok());
  }
}

TEST(PictureReader, DrawsPages) {
  const auto reader = start();
  const std::string pdf = half_scanned_pdf("Words of a page.");
  const auto page = reader->page(pdf, 2, {.long_side = 800}, never_cancelled());
  ASSERT_TRUE(page.ok()) << page.error().sentence();
  EXPECT_EQ(page->format, "png");
  EXPECT_LE(page->height, 800u);
  EXPECT_GT(page->height, 790u);
  EXPECT_EQ(color_at(page->bytes, .3, .3), 'k');  // the bar
  EXPECT_EQ(color_at(page->bytes, .8, .3), 'w');
  EXPECT_EQ(reader->page(pdf, 3, {}, never_cancelled()).error().code, ErrorCode::not_found);
  EXPECT_EQ(reader->page(small_pdf({{}}), 1, {}, never_cancelled()).error().code, ErrorCode::no_text);
  EXPECT_EQ(reader->page("%PDF-1.7 and no more", 1, {}, never_cancelled()).error().code, ErrorCode::malformed);
}

TEST(PictureReader, AHalfScannedDocumentNamesItsSilentPage) {
  const auto decoder = Decoder::start().value();
  Text text;
  const Status read = decoder->decode(
      "a.pdf", half_scanned_pdf("Words of a page."),
      [&](DecodedDocument document) { return text = std::move(document.text), Status(); }, [](const Error&) {},
      never_cancelled());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(text.figures.size(), 1u);
  EXPECT_EQ(text.figures[0].page, 2u);
  EXPECT_EQ(text.figures[0].source, "");
}

TEST(PictureReader, KeepsToItsLimits) {
  const auto reader = start({.source_bytes_max = 100'000, .picture_bytes_max = 500});
  EXPECT_EQ(reader->fit(std::string(100'001, 'x'), {}, never_cancelled()).error().code, ErrorCode::too_large);
  EXPECT_EQ(reader->fit(photograph("jpeg", 400, 400), {.long_side = 300}, never_cancelled()).error().code,
            ErrorCode::too_large);
  Cancellation cancelled;
  cancelled.cancel();
  EXPECT_EQ(reader->fit(drawing("png", 40, 20), {}, cancelled).error().code, ErrorCode::cancelled);
}

TEST(PictureReader, ABombCostsItselfAndTheWorkerGoesOn) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they take the bound on memory away
  const auto reader = start({.memory_bytes_max = 64u << 20});
  EXPECT_FALSE(reader->fit(drawing("png", 6'000, 6'000), {.long_side = 100}, never_cancelled()).ok());
  EXPECT_FALSE(reader->fit(png_header(60'000, 60'000), {}, never_cancelled()).ok());
  EXPECT_TRUE(reader->fit(drawing("png", 60, 60), {.long_side = 10}, never_cancelled()).ok());
#endif
}

// What a worker that lies, dies or hangs costs: see fake_worker.cc.
TEST(PictureReader, AWorkerThatMisbehavesIsAnError) {
  const TemporaryFolder folder;
  const auto fake = find_program("fake_worker");
  ASSERT_TRUE(fake.has_value());
  for (const std::string name : {"lies", "crashes", "hangs", "babbles", "breaks-checksums", "plain"}) {
    const std::filesystem::path link = folder.path() / name;
    std::filesystem::create_symlink(*fake, link);
    auto reader = PictureReader::start({.time_max = std::chrono::milliseconds(300)}, link);
    ASSERT_TRUE(reader.ok()) << name;
    const auto picture = (*reader)->fit(drawing("png", 8, 8), {}, never_cancelled());
    ASSERT_FALSE(picture.ok()) << name;  // "plain" sends a text
    EXPECT_EQ(picture.error().code, name == "hangs" ? ErrorCode::timed_out : ErrorCode::decoder_crashed)
        << name;
  }
}

}  // namespace
}  // namespace kindling
