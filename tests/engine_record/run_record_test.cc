#include "engine/record/run_record.h"

#include <gtest/gtest.h>

#include "engine/record/replay.h"

namespace kindling {
namespace {

RunRecord sample() {
  RunRecord record;
  record.version = "1.0";
  record.time_ms = 1'700'000'000'000;
  record.question = "When was the canal dug?";
  record.arguments = {"ask", "--budget=4000", "--", "When was the canal dug?"};
  record.profile = {"local", "model = \"x\"", "http://127.0.0.1:8000/v1"};
  record.snapshot = Json::object({{"documents", 2}});
  record.fence = "5f3a";
  record.observations = "{}\n";
  Passage passage;
  passage.number = 1;
  passage.place = {"canal.md", "file:///canal.md", "Canal", {"History"}, 3, {10, 40}, {5, 35}, true};
  passage.token_count = 9;
  passage.text = "It was dug by hand in 1791.";
  record.passages = {passage};
  record.answer = Json::object({{"answer", "In 1791 [1]."}});
  return record;
}

TEST(RunRecord, WhatIsWrittenIsRead) {
  const RunRecord record = sample();
  const RunRecord again = read_record(parse_json(to_string(record_json(record))).value()).value();
  EXPECT_EQ(record_json(again), record_json(record));
  EXPECT_EQ(again.arguments, record.arguments);
  EXPECT_EQ(again.passages[0].place.text_span, record.passages[0].place.text_span);
  EXPECT_EQ(again.passages[0].place.heading_path, record.passages[0].place.heading_path);
  EXPECT_EQ(again.fence, "5f3a");
  EXPECT_FALSE(again.error);
}

TEST(RunRecord, ARunThatFailedKeepsItsError) {
  RunRecord record = sample();
  record.answer = Json();
  record.error = Error{ErrorCode::endpoint_refused, "http://x/v1", "no such model", "name another"};
  const RunRecord again = read_record(parse_json(to_string(record_json(record))).value()).value();
  ASSERT_TRUE(again.error);
  EXPECT_EQ(again.error->sentence(), record.error->sentence());
  EXPECT_TRUE(again.answer.is_null());
}

TEST(RunRecord, AFileOfLinesNamesTheLineThatIsNone) {
  const std::string line = to_string(Json::object({{"question", "q"}, {"run", record_json(sample())}}));
  EXPECT_EQ(read_records(line + "\n\n" + line + "\n").value().size(), 2u);
  EXPECT_EQ(read_records("").value().size(), 0u);
  const auto where = [&](const std::string& text) { return read_records(text).error().where; };
  EXPECT_EQ(where(line + "\n{\n").substr(0, 6), "line 2");
  EXPECT_EQ(where(line + "\n{\"question\":\"q\"}\n"), "line 2: format");
  EXPECT_EQ(read_records("{\"format\":99}").error().code, ErrorCode::unsupported);
  RunRecord gap = sample();
  gap.passages[0].number = 2;
  EXPECT_EQ(where(to_string(record_json(gap))), "line 1: passages");
}

TEST(RunRecord, AnswersAreComparedButForTheirTimes) {
  const Json then =
      parse_json(R"({"answer":"In 1791 [1].","subagents":[{"ms":7,"passages":2}],"timings_ms":{"total":3}})")
          .value();
  Json now = then;
  now.set("timings_ms", Json::object({{"total", 9}}));
  now.set("subagents", parse_json(R"([{"ms":8,"passages":2}])").value());
  EXPECT_TRUE(compare_answers(then, now).empty());
  now.set("answer", "In 1792 [1].");
  now.set("note", "new");
  const auto differences = compare_answers(then, now);
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].what, "answer, from byte 6");
  EXPECT_EQ(differences[1].what, "note");
}

TEST(RunRecord, ADifferenceShowsItsSurroundings) {
  const std::string long_text(1'000, 'a');
  const Difference found = difference("text", long_text + "x" + long_text, long_text + "y" + long_text);
  EXPECT_EQ(found.what, "text, from byte 1000");
  EXPECT_NE(found.recorded.find("ax"), std::string::npos);
  EXPECT_NE(found.now.find("ay"), std::string::npos);
  EXPECT_LT(found.now.size(), 200u);
  EXPECT_EQ(difference("text", "世界", "世").recorded, "世界");
}

}  // namespace
}  // namespace kindling
