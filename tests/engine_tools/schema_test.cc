#include "engine/tools/schema.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }

std::string fits(std::string_view schema, std::string_view value) {
  EXPECT_TRUE(check_schema(json(schema)).ok()) << schema;
  const Status status = check_value(json(schema), json(value));
  return status.ok() ? "" : status.error().where;
}

TEST(Schema, SaysWhereAValueDoesNotFit) {
  constexpr std::string_view schema = R"({"type":"object","required":["query"],"additionalProperties":false,
    "properties":{"query":{"type":"string","minLength":1,"maxLength":3},"k":{"type":"integer","minimum":1,"maximum":9},
                  "tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":2,"uniqueItems":true},
                  "a/b~c":{"type":"boolean"}}})";
  EXPECT_EQ(fits(schema, R"({"query":"x"})"), "");
  EXPECT_EQ(fits(schema, R"({"query":"äöü","k":1.0,"tags":["a","b"]})"), "");  // code points; 1.0 is whole
  EXPECT_EQ(fits(schema, R"([])"), "/");
  EXPECT_EQ(fits(schema, R"({})"), "/query");
  EXPECT_EQ(fits(schema, R"({"query":""})"), "/query");
  EXPECT_EQ(fits(schema, R"({"query":"abcd"})"), "/query");
  EXPECT_EQ(fits(schema, R"({"query":"x","k":0})"), "/k");
  EXPECT_EQ(fits(schema, R"({"query":"x","k":1.5})"), "/k");
  EXPECT_EQ(fits(schema, R"({"query":"x","k":"1"})"), "/k");
  EXPECT_EQ(fits(schema, R"({"query":"x","tags":["a","c"]})"), "/tags/1");
  EXPECT_EQ(fits(schema, R"({"query":"x","tags":["a","a"]})"), "/tags/1");
  EXPECT_EQ(fits(schema, R"({"query":"x","tags":["a","b","a"]})"), "/tags");
  EXPECT_EQ(fits(schema, R"({"query":"x","a/b~c":1})"), "/a~1b~0c");
  EXPECT_EQ(fits(schema, R"({"query":"x","more":1})"), "/more");
}

TEST(Schema, KnowsChoicesAndBounds) {
  EXPECT_EQ(fits(R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "null"), "");
  EXPECT_EQ(fits(R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "1"), "/");
  EXPECT_EQ(fits(R"({"oneOf":[{"type":"number"},{"type":"integer"}]})", "1"), "/");
  EXPECT_EQ(fits(R"({"oneOf":[{"type":"number"},{"type":"integer"}]})", "1.5"), "");
  EXPECT_EQ(fits(R"({"allOf":[{"minimum":1},{"maximum":2}]})", "3"), "/");
  EXPECT_EQ(fits(R"({"exclusiveMinimum":1,"exclusiveMaximum":2})", "1"), "/");
  EXPECT_EQ(fits(R"({"exclusiveMinimum":1,"exclusiveMaximum":2})", "1.5"), "");
  EXPECT_EQ(fits(R"({"const":{"a":1,"b":[2]}})", R"({"b":[2.0],"a":1})"), "");
  EXPECT_EQ(fits(R"({"type":["integer","null"]})", "null"), "");
  EXPECT_EQ(
      fits(R"({"type":"object","additionalProperties":{"type":"integer"},"maxProperties":1})", R"({"x":"y"})"),
      "/x");
  EXPECT_EQ(fits(R"({"type":"object","maxProperties":1})", R"({"x":1,"y":1})"), "/");
}

TEST(Schema, RefusesWhatItWouldNotCheck) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"properties":{"q":{"pattern":"^(a|b)*$"}}})", "/properties/q/pattern"},
      {R"({"additionalProperties":{"pattern":"x"}})", "/additionalProperties/pattern"},
      {R"({"$ref":"#/$defs/x"})", "/$ref"},
      {R"({"type":"text"})", "/type"},
      {R"({"type":[]})", "/type"},
      {R"({"items":[{}]})", "/items"},
      {R"({"enum":[]})", "/enum"},
      {R"({"required":"q"})", "/required"},
      {R"({"minLength":-1})", "/minLength"},
      {R"({"maximum":"9"})", "/maximum"},
      {R"({"anyOf":[]})", "/anyOf"},
      {R"({"anyOf":[{},{"not":{}}]})", "/anyOf/1/not"},
      {R"({"properties":[]})", "/properties"},
      {"true", "/"}};
  for (const auto& [schema, place] : cases) {
    const Status status = check_schema(json(schema));
    ASSERT_FALSE(status.ok()) << schema;
    EXPECT_EQ(status.error().where, place) << schema;
    EXPECT_EQ(status.error().code, ErrorCode::configuration);
  }
  std::string deep = "{}";
  for (int i = 0; i < 40; ++i) deep = R"({"items":)" + deep + "}";
  EXPECT_FALSE(check_schema(json(deep)).ok());
}

TEST(Schema, TheStrictFormClosesEveryObjectAndRequiresEverything) {
  const auto strict = strict_schema(json(R"({"type":"object","required":["a"],"properties":{
    "a":{"type":"string"},"b":{"type":"integer","minimum":1},"c":{"enum":["x"]},
    "d":{"type":"array","items":{"type":"object","properties":{"e":{"type":["string","null"]}}}}}})"));
  ASSERT_TRUE(strict);
  EXPECT_EQ(to_string(*strict), to_string(json(R"({"type":"object","required":["a","b","c","d"],"properties":{
    "a":{"type":"string"},"b":{"type":["integer","null"],"minimum":1},"c":{"anyOf":[{"enum":["x"]},{"type":"null"}]},
    "d":{"type":["array","null"],"items":{"type":"object","properties":{"e":{"type":["string","null"]}},
         "required":["e"],"additionalProperties":false}}},"additionalProperties":false})")));
  EXPECT_FALSE(strict_schema(json(R"({"type":"object"})")));  // any names at all
  EXPECT_FALSE(strict_schema(
      json(R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":true}}})")));
}

// What fits the strict form fits the user's own once the nulls are out.
TEST(Schema, NullsOfTheStrictFormDoNotReachTheTool) {
  const Json schema = json(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},
    "b":{"type":"integer"},"n":{"type":["string","null"]},"o":{"type":"object","properties":{"p":{"type":"string"}}}}})");
  const Json value = json(R"({"a":"x","b":null,"n":null,"o":{"p":null}})");
  EXPECT_TRUE(check_value(*strict_schema(schema), value).ok());
  EXPECT_FALSE(check_value(schema, value).ok());
  const Json meant = without_nulls(schema, value);
  EXPECT_EQ(to_string(meant), R"({"a":"x","n":null,"o":{}})");
  EXPECT_TRUE(check_value(schema, meant).ok());
  EXPECT_EQ(to_string(without_nulls(schema, json(R"({"a":null})"))),
            R"({"a":null})");  // required: an error that shows
}

}  // namespace
}  // namespace kindling
