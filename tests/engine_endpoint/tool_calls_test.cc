#include <gtest/gtest.h>

#include "engine/endpoint/tool_call_reader.h"
#include "tests/engine_endpoint/asking.h"

namespace kindling {
namespace {

Json list(std::initializer_list<std::string_view> pieces) {
  Json array = Json::array();
  for (const std::string_view piece : pieces) array.push(parse_json(piece).value());
  return array;
}

TEST(ToolCallReader, PutsArgumentsTogetherHoweverTheyAreCut) {
  constexpr std::string_view arguments = R"({"query":"Grüße 🙂","k":[1,2]})";
  for (std::size_t size = 1; size <= arguments.size(); ++size) {
    ToolCallReader reader;
    const Json pieces = tool_call_pieces("call_a", "search", arguments, size, 3);
    for (const Json& piece : pieces.items()) {
      Json one = Json::array();
      one.push(piece);
      reader.take(one);
    }
    ASSERT_EQ(reader.calls().size(), 1u) << size;
    EXPECT_EQ(reader.calls()[0].id, "call_a");
    EXPECT_EQ(reader.calls()[0].name, "search");
    EXPECT_EQ(reader.calls()[0].arguments, arguments);
  }
}

TEST(ToolCallReader, KeepsParallelCallsApartByIndex) {
  ToolCallReader reader;
  reader.take(list({R"({"index":0,"id":"a","function":{"name":"search","arguments":"{"}})",
                    R"({"index":1,"id":"b","function":{"name":"open","arguments":"["}})"}));
  reader.take(
      list({R"({"index":1,"function":{"arguments":"]"}})", R"({"index":0,"function":{"arguments":"}"}})"}));
  ASSERT_EQ(reader.calls().size(), 2u);
  EXPECT_EQ(reader.calls()[0].arguments, "{}");
  EXPECT_EQ(reader.calls()[1].arguments, "[]");
}

TEST(ToolCallReader, ReadsTheShapesOfCarelessServers) {
  ToolCallReader whole;  // every call whole, each under index 0 with its own id
  whole.take(list({R"({"index":0,"id":"a","function":{"name":"x","arguments":"{}"}})"}));
  whole.take(list({R"({"index":0,"id":"b","function":{"name":"y","arguments":"{}"}})"}));
  ASSERT_EQ(whole.calls().size(), 2u);
  EXPECT_EQ(whole.calls()[1].name, "y");

  ToolCallReader bare;  // no index; arguments as an object
  bare.take(list({R"({"id":"a","function":{"name":"x","arguments":{"q":1}}})"}));
  bare.take(list({R"({"id":"b","function":{"name":"y","arguments":null}})"}));
  bare.take(list({R"({"function":{"arguments":"{}"}})"}));
  ASSERT_EQ(bare.calls().size(), 2u);
  EXPECT_EQ(bare.calls()[0].arguments, R"({"q":1})");
  EXPECT_EQ(bare.calls()[1].arguments, "{}");

  ToolCallReader repeated;  // the id in every piece
  repeated.take(list({R"({"index":0,"id":"a","function":{"name":"x","arguments":"{"}})"}));
  repeated.take(list({R"({"index":0,"id":"a","function":{"name":"x","arguments":"}"}})"}));
  ASSERT_EQ(repeated.calls().size(), 1u);
  EXPECT_EQ(repeated.calls()[0].arguments, "{}");
}

TEST(ToolCallReader, HostilePiecesAreBounded) {
  ToolCallReader many;
  for (int i = 0; i < 1'000; ++i) {
    many.take(list({R"({"index":)" + std::to_string(i) + R"(,"id":"i","function":{"name":"n"}})"}));
  }
  EXPECT_EQ(many.calls().size(), tool_calls_max);
  EXPECT_TRUE(many.too_large());

  ToolCallReader large;
  const std::string piece =
      R"({"index":0,"function":{"name":"n","arguments":")" + std::string(100'000, 'x') + "\"}}";
  for (int i = 0; i < 50; ++i) large.take(list({piece}));
  EXPECT_LE(large.calls().at(0).arguments.size(), tool_arguments_bytes_max);
  EXPECT_TRUE(large.too_large());

  ToolCallReader odd;
  odd.take(parse_json(R"([null,1,"x",[],{"index":-9e99,"function":7},{"function":{"name":5}}])").value());
  odd.take(parse_json(R"({"not":"a list"})").value());
  EXPECT_TRUE(odd.calls().empty()) << "none of them has a name";
}

class ToolCallTest : public AskingTest {
 protected:
  static GenerationRequest with_tool() {
    GenerationRequest request = question();
    request.tools = parse_json(
                        R"([{"type":"function","function":{"name":"search","description":"Searches the index.",
                             "parameters":{"type":"object","properties":{"query":{"type":"string"}},
                                           "required":["query"],"additionalProperties":false}}}])")
                        .value();
    return request;
  }
};

TEST_F(ToolCallTest, ComeStreamedOrWholeAndAreAnswered) {
  server_.respond_with(calling_reply);
  for (const bool stream : {true, false}) {
    GenerationRequest request = with_tool();
    request.stream = stream;
    const auto generation = ask(request);
    ASSERT_TRUE(generation.ok()) << generation.error().sentence();
    EXPECT_EQ(generation->finish, Finish::stop);
    EXPECT_EQ(generation->note, "");
    ASSERT_EQ(generation->tool_calls.size(), 1u);
    EXPECT_EQ(generation->tool_calls[0].name, "search");
    EXPECT_EQ(parse_json(generation->tool_calls[0].arguments).value()["query"].as_string(), "## Cats");

    request.messages.push_back({.role = "assistant", .content = "", .tool_calls = generation->tool_calls});
    request.messages.push_back({.role = "tool", .content = "Cats eat mice. Often.", .tool_call_id = "call_1"});
    EXPECT_EQ(ask(request)->text, "Cats eat mice.");
    const Json sent = server_.requests().back().json;
    EXPECT_EQ(sent["tools"], request.tools);
    const Json& turn = sent["messages"].items().at(2);
    EXPECT_EQ(turn["tool_calls"].items().at(0).at("function.name").as_string(), "search");
    EXPECT_EQ(turn["tool_calls"].items().at(0)["type"].as_string(), "function");
    EXPECT_EQ(sent["messages"].items().at(3)["tool_call_id"].as_string(), "call_1");
  }
}

TEST_F(ToolCallTest, OneThatBreaksOffIsAskedForAgain) {
  server_.respond_with(calling_reply);
  server_.reply_next({find_fault("tool-call-cut")->reply({})});
  const auto generation = ask(with_tool());
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->tool_calls.at(0).arguments, R"({"query":"## Cats"})");
  EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(ToolCallTest, NobodyOfferedAToolGivesNoneAndSaysSo) {
  StreamScript script;
  script.tokens = {};
  script.finish = "tool_calls";
  script.tool_calls = tool_call_pieces("call_1", "rm", "{}", 2);
  server_.reply_next({stream_reply(script), stream_reply(script)});
  const auto generation = ask();
  EXPECT_EQ(generation->finish, Finish::incomplete);
  EXPECT_TRUE(generation->tool_calls.empty());
  EXPECT_NE(generation->note.find("none was offered"), std::string::npos);
}

TEST_F(ToolCallTest, AFloodOfThemIsIncomplete) {
  StreamScript script;
  script.finish = "tool_calls";
  for (std::int64_t i = 0; i < 300; ++i) {
    const Json pieces = tool_call_pieces("c" + std::to_string(i), "search", "{}", 2, i);
    for (const Json& piece : pieces.items()) script.tool_calls.push(piece);
  }
  server_.reply_next({stream_reply(script)});
  const auto generation = ask(with_tool());
  EXPECT_EQ(generation->finish, Finish::incomplete);
  EXPECT_TRUE(generation->tool_calls.empty());
}

}  // namespace
}  // namespace kindling
