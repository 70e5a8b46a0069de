#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace kindling {
namespace {

TEST(Json, WritesWhatItReads) {
  const std::string text = R"({"a":1,"b":[true,null,-2.5,"x\n\u0001é"],"c":{"d":{}}})";
  const auto value = parse_json(text);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(to_string(*parse_json(to_string(*value))), to_string(*value));
  EXPECT_EQ(value->at("b").items().size(), 4u);
  EXPECT_EQ((*value)["b"].items()[3].as_string(), "x\n\x01\u00e9");
}

TEST(Json, MissingMembersAreNullAndNeverThrow) {
  const Json value = Json::object({{"a", Json::object({{"b", 3}})}});
  EXPECT_EQ(value.at("a.b").as_integer(), 3);
  EXPECT_TRUE(value.at("a.b.c.d").is_null());
  EXPECT_EQ(value.at("x").as_string("none"), "none");
}

TEST(Json, NamesTheByteWhereReadingStopped) {
  const auto value = parse_json(R"({"a":1,})");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, ErrorCode::malformed);
  EXPECT_NE(value.error().where.find("byte"), std::string::npos);
  EXPECT_FALSE(parse_json("{} {}").ok());
  EXPECT_FALSE(parse_json("").ok());
}

TEST(Json, BoundsTheDepth) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_FALSE(parse_json(deep).ok());
  EXPECT_TRUE(parse_json("[[[]]]", 3).ok());
  EXPECT_FALSE(parse_json("[[[]]]", 2).ok());
}

TEST(Json, NeverWritesInvalidUtf8OrNaN) {
  EXPECT_EQ(to_string(Json("\xff")), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(to_string(Json(std::numeric_limits<double>::quiet_NaN())), "null");
}

TEST(Toml, BecomesTheSameValues) {
  const auto value = parse_toml("name = \"muse\"\nwindow = 262_144\nday = 2026-11-21\n[price]\ninput = 1.25\nlist = [1, 2]\n");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ((*value)["window"].as_integer(), 262144);
  EXPECT_EQ(value->at("price.input").as_double(), 1.25);
  EXPECT_EQ((*value)["day"].as_string(), "2026-11-21");
  const auto bad = parse_toml("a = \nb = 1");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().where.rfind("line 1", 0), 0u);
}

}  // namespace
}  // namespace kindling
