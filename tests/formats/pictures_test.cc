#include "formats/parse/pictures.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/parse/picture_facts.h"
#include "formats/picture.h"
#include "tests/support/small_pictures.h"

namespace kindling {
namespace {

constexpr std::string_view formats[] = {"png", "jpeg", "webp", "gif"};

TEST(Pictures, WhatFitsKeepsItsBytes) {
  for (const std::string_view format : formats) {
    const auto picture =
        fit_picture(drawing(format, 60, 40), {.long_side = 60, .short_side = 40, .pixels = 2'400});
    ASSERT_TRUE(picture.ok()) << format << picture.error().sentence();
    EXPECT_TRUE(picture->as_given) << format;
    EXPECT_EQ(picture->format, format);
    EXPECT_EQ(picture->width, 60u);
    EXPECT_EQ(picture->height, 40u);
  }
}

TEST(Pictures, WhatIsTooLargeIsShrunkUntilEveryLimitHolds) {
  const std::tuple<PictureLimits, std::uint32_t, std::uint32_t> cases[] = {
      {{.long_side = 200}, 200, 100},
      {{.long_side = 200, .short_side = 50}, 100, 50},
      {{.long_side = 0, .short_side = 0, .pixels = 20'000}, 200, 100},
      {{.long_side = 3}, 3, 1},
  };
  for (const std::string_view format : formats) {
    const std::string bytes = drawing(format, 400, 200);
    for (const auto& [limits, width, height] : cases) {
      const auto picture = fit_picture(bytes, limits);
      ASSERT_TRUE(picture.ok()) << format;
      EXPECT_FALSE(picture->as_given);
      EXPECT_EQ(picture->width, width) << format;
      EXPECT_EQ(picture->height, height) << format;
      if (width < 100) continue;
      EXPECT_EQ(color_at(picture->bytes, .2, .2), 'r') << format;
      EXPECT_EQ(color_at(picture->bytes, .8, .2), 'g') << format;
      EXPECT_EQ(color_at(picture->bytes, .2, .8), 'b') << format;
      EXPECT_EQ(color_at(picture->bytes, .8, .8), 'w') << format;
    }
  }
}

TEST(Pictures, PhotographsBecomeJpegAndDrawingsPng) {
  const auto written_as = [](const std::string& bytes) {
    return fit_picture(bytes, {.long_side = 50})->format;
  };
  EXPECT_EQ(written_as(photograph("png", 200, 200)), "jpeg");
  EXPECT_EQ(written_as(photograph("webp", 200, 200)), "jpeg");
  EXPECT_EQ(written_as(drawing("jpeg", 200, 200)), "jpeg");  // it has lost what could be lost
  EXPECT_EQ(written_as(drawing("png", 200, 200)), "png");
  EXPECT_EQ(written_as(drawing("gif", 200, 200)), "png");
  EXPECT_EQ(written_as(see_through_png(200, 200)), "png");
}

// As a naive reader of EXIF would turn it: where the upper left and the upper right quarter go.
TEST(Pictures, AreTurnedAsTheCameraWasHeld) {
  const std::string jpeg = drawing("jpeg", 80, 40);
  const std::string corners[] = {"rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string turned = with_orientation(jpeg, orientation);
    EXPECT_EQ(exif_orientation(turned), orientation);
    const auto picture = fit_picture(turned, {.long_side = 80});
    ASSERT_TRUE(picture.ok());
    EXPECT_EQ(picture->as_given, orientation == 1);
    if (orientation == 1) continue;
    EXPECT_EQ(picture->width, orientation < 5 ? 80u : 40u) << orientation;
    const std::string& bytes = picture->bytes;
    EXPECT_EQ((std::string{color_at(bytes, .2, .2), color_at(bytes, .8, .2), color_at(bytes, .2, .8),
                           color_at(bytes, .8, .8)}),
              corners[orientation - 1])
        << orientation;
  }
  EXPECT_EQ(exif_orientation(with_orientation(jpeg, 9)), 1);
  EXPECT_EQ(exif_orientation(jpeg), 1);
}

TEST(Pictures, AnAnimationIsItsFirstFrame) {
  const std::string many = animated_gif(20, 10, 10'000);
  EXPECT_TRUE(gif_frames(many).several);
  EXPECT_FALSE(gif_frames(animated_gif(20, 10, 1)).several);
  const auto picture = fit_picture(many, {.long_side = 100});
  ASSERT_TRUE(picture.ok()) << picture.error().sentence();
  EXPECT_FALSE(picture->as_given);
  EXPECT_EQ(picture->format, "png");
  EXPECT_EQ(picture->width, 20u);
  EXPECT_EQ(color_at(picture->bytes, .2, .2), 'r');
}

TEST(Pictures, WhatIsCutIsAnErrorNotHalfAPicture) {
  for (const std::string_view format : formats) {
    const std::string whole = photograph(format, 60, 60);
    for (const double share : {.1, .3, .5, .7, .9}) {
      const auto picture =
          fit_picture(whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))), {});
      // GIF has no way to tell that it is cut, nor a PNG without its last bytes: what is there is shown.
      if (picture.ok()) {
        EXPECT_TRUE(format == "gif") << format << share;
        continue;
      }
      EXPECT_EQ(picture.error().code, ErrorCode::malformed) << format << share;
      EXPECT_FALSE(picture.error().mend.empty());
    }
  }
}

TEST(Pictures, WhatIsNoPictureIsSaidSo) {
  for (const std::string_view bytes :
       {"", "x", "%PDF-1.7", "<svg xmlns='http://www.w3.org/2000/svg'/>", "RIFF----WAVE"}) {
    const auto picture = fit_picture(bytes, {});
    ASSERT_FALSE(picture.ok());
    EXPECT_EQ(picture.error().code, ErrorCode::unsupported);
  }
  EXPECT_EQ(fit_picture(png_header(60'000, 60'000), {}).error().code, ErrorCode::malformed);
  std::string bomb = "GIF89a" + std::string("\x01\x00\x01\x00\x00\x00\x00", 7) + ",";
  bomb += std::string(4, '\0') + "\xff\xff\xff\xff" + std::string(1, '\0') + "\x08";
  EXPECT_EQ(fit_picture(bomb, {}).error().code, ErrorCode::too_large);
}

TEST(Pictures, DamageCostsAnErrorAtMost) {
  std::mt19937 random(3);
  for (const std::string_view format : formats) {
    const std::string whole = with_orientation(photograph("jpeg", 32, 24), 6);
    const std::string bytes = format == "jpeg" ? whole : photograph(format, 32, 24);
    for (int round = 0; round < 200; ++round) {
      std::string damaged = bytes;
      for (std::size_t n = 1 + random() % 5; n > 0; --n) {
        // Not the size: a library may take what it says for as much memory.
        const std::size_t at = 40 + random() % (damaged.size() - 40);
        damaged[at] = static_cast<char>(random());
      }
      const auto picture = fit_picture(damaged, {.long_side = 16});
      if (!picture.ok()) continue;
      EXPECT_LE(std::max(picture->width, picture->height), 16u);
      EXPECT_NE(color_at(picture->bytes, .5, .5), '?');
    }
    static_cast<void>(gif_frames(bytes));
    static_cast<void>(exif_orientation(bytes));
  }
}

}  // namespace
}  // namespace kindling
