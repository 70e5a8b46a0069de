#include "base/text_lines.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

using Lines = std::vector<std::string_view>;

TEST(TextLines, KeepTheirPlacesWhateverEndsThem) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("one"), Lines{"one"});
  EXPECT_EQ(lines_of("one\n"), Lines{"one"});
  EXPECT_EQ(lines_of("\n"), Lines{""});
  EXPECT_EQ(lines_of("one\r\n\r\n\nfour"), (Lines{"one", "", "", "four"}));
  EXPECT_EQ(lines_of("a\rb\r"), Lines{"a\rb"});
}

}  // namespace
}  // namespace kindling
