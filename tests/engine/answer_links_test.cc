#include "engine/answer/answer_links.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

using Links = std::vector<std::string>;

Links foreign(std::string_view answer, std::string_view passage = "") {
  const std::vector<std::string_view> known{passage};
  return foreign_links(answer, known);
}

TEST(AnswerLinks, FindsEveryFormOfAddress) {
  EXPECT_EQ(foreign("See http://a.example/x?y=1."), Links{"http://a.example/x?y=1"});
  EXPECT_EQ(foreign("(see https://a.example/b_(c))"), Links{"https://a.example/b_(c)"});
  EXPECT_EQ(foreign("![x](http://a.example/?q=1)"), Links{"http://a.example/?q=1"});
  EXPECT_EQ(foreign("[x](<//a.example/q>) [1]"), Links{"//a.example/q"});
  EXPECT_EQ(foreign("[x](/relative) and [y](#part)"), Links{"/relative"});
  EXPECT_EQ(foreign("WWW.a.example, ftp://b.example; mailto:me@c.example!"),
            (Links{"WWW.a.example", "ftp://b.example", "mailto:me@c.example"}));
  EXPECT_EQ(foreign("<img src=\"https://a.example/p.png\">"), Links{"https://a.example/p.png"});
  EXPECT_EQ(foreign("[x](javascript:alert(1)) [y](data:text/html,x)"),
            (Links{"javascript:alert(1)", "data:text/html,x"}));
}

TEST(AnswerLinks, ProseHoldsNone) {
  EXPECT_TRUE(foreign("The data: 12 m [3], from 5:30 on; std::string. http is a protocol.").empty());
  EXPECT_TRUE(foreign("").empty());
}

TEST(AnswerLinks, WhatAPassageHoldsIsNotForeign) {
  const std::string_view passage =
      "Read http://a.example/guide. Or (http://a.example/?q=) or [this](https://b.example/x).";
  EXPECT_TRUE(foreign("See http://a.example/guide [1].", passage).empty());
  EXPECT_TRUE(foreign("[this](https://b.example/x)", passage).empty());
  EXPECT_TRUE(foreign("http://a.example/?q=", passage).empty());
}

TEST(AnswerLinks, ALongerOrShorterAddressIsForeign) {
  const std::string_view passage = "Show http://a.example/?q=DATA and http://a.example/guide/2 there.";
  EXPECT_EQ(foreign("http://a.example/?q=17locks", passage), Links{"http://a.example/?q=17locks"});
  EXPECT_EQ(foreign("http://a.example/guide", passage), Links{"http://a.example/guide"});
}

TEST(AnswerLinks, EachIsNamedOnceAndNotWithoutEnd) {
  EXPECT_EQ(foreign("http://a.example http://a.example"), Links{"http://a.example"});
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "http://a.example/" + std::to_string(i) + " ";
  EXPECT_EQ(foreign(many, many).size(), answer_links_max);
}

}  // namespace
}  // namespace kindling
