#include "base/utf8.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

TEST(Utf8, EveryCodePointComesBack) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string bytes;
    append_utf8(bytes, c);
    ASSERT_TRUE(is_valid_utf8(bytes));
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(bytes, at), c);
    ASSERT_EQ(at, bytes.size());
  }
}

TEST(Utf8, RejectsOverlongFormsSurrogatesAndTooLarge) {
  for (const std::string_view bytes : {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_valid_utf8(bytes));
    EXPECT_TRUE(is_valid_utf8(valid_utf8(bytes)));
  }
}

TEST(Utf8, ReplacesMaximalPrefixesAsUnicodeRecommends) {
  // The example of The Unicode Standard, table 3-8.
  EXPECT_EQ(valid_utf8("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
            "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xef\xbf\xbd\xef\xbf\xbd" "d");
}

TEST(Utf8, RandomBytesBecomeValidAndStayBounded) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string valid = valid_utf8(bytes);
    ASSERT_TRUE(is_valid_utf8(valid));
    ASSERT_LE(valid.size(), 3 * bytes.size());
  }
}

TEST(Utf8, FloorNeverCutsACodePoint) {
  const std::string text = "a\u00e9\u4e2d\U0001f600z";
  for (std::size_t at = 0; at <= text.size() + 2; ++at) {
    EXPECT_TRUE(is_valid_utf8(std::string_view(text).substr(0, floor_code_point(text, at))));
  }
}

}  // namespace
}  // namespace kindling
