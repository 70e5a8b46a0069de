#include "engine/endpoint/probe.h"

#include "tests/engine_endpoint/asking.h"

namespace kindling {
namespace {

class ProbeTest : public AskingTest {
 protected:
  ProbeTest() { profile_.model = "test"; }

  ProbeReport probe() {
    const auto report = probe_endpoint(profile_, overrides(), never_cancelled());
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().sentence());
    return report.ok() ? *report : ProbeReport();
  }

  static Verdict verdict(const ProbeReport& report, std::string_view key) {
    for (const ProbeFinding& finding : report.findings) {
      if (finding.key == key) return finding.verdict;
    }
    ADD_FAILURE() << "nothing found out about " << key;
    return Verdict::unknown;
  }

  // A server that is as muse-spark's profile says.
  static Reply faithful(const RecordedRequest& request) {
    const Json& json = request.json;
    const auto refuse = [](std::string_view why) {
      return error_reply(400, why, "invalid_request_error", "bad");
    };
    for (const auto name : {"stop", "logprobs", "top_logprobs", "n"}) {
      if (json.has(name)) return refuse("unsupported parameter");
    }
    if (json.has("temperature") && json.has("top_p")) return refuse("either, not both");
    if (json["reasoning_effort"].as_string() == "none") return refuse("reasoning cannot be switched off");
    if (json["max_tokens"].as_integer() == 16) return completion_reply("one two", "length", usage_json(20, 16));
    return quoting_reply(request);
  }
};

TEST_F(ProbeTest, AFaithfulEndpointDiffersInNothing) {
  server_.respond_with(faithful);
  const ProbeReport report = probe();
  for (const ProbeFinding& finding : report.findings)
    EXPECT_NE(to_string(finding.verdict), "differs") << finding.key << ": " << finding.found;
  EXPECT_FALSE(report.differs());
  EXPECT_GE(report.findings.size(), 12u);
  EXPECT_EQ(report.requests, server_.requests().size());
  EXPECT_GT(report.usage.prompt_tokens, 0u);
}

TEST_F(ProbeTest, NamesEachKeyThatDiffers) {
  profile_.modalities = {"text"};
  profile_.model = "another";
  profile_.requests_per_minute = 3'000;
  profile_.parameters.set("thinking", parse_json(R"({"instant":{"reasoning_effort":"none"}})").value());
  server_.respond_with([](const RecordedRequest& request) {
    Reply reply = request.json["reasoning_effort"].as_string() == "none" && !request.json["stream"].as_bool()
                      ? faithful(request)
                      : quoting_reply(request);
    reply.headers.emplace_back("x-ratelimit-limit-requests", "500");
    return reply;
  });
  const ProbeReport report = probe();
  EXPECT_TRUE(report.differs());
  EXPECT_EQ(verdict(report, "model"), Verdict::differs);
  EXPECT_EQ(verdict(report, "parameters.thinking.instant"), Verdict::differs);
  EXPECT_EQ(verdict(report, "limits.requests_per_minute"), Verdict::differs);
  EXPECT_EQ(verdict(report, "base_url"), Verdict::same);
}

TEST_F(ProbeTest, AcceptingWhatTheProfileExcludesIsADifference) {
  profile_.modalities = {"text"};
  const ProbeReport report = probe();  // the test server takes everything
  EXPECT_EQ(verdict(report, "modalities: image"), Verdict::differs);
  EXPECT_EQ(verdict(report, "parameters.unsupported: stop"), Verdict::differs);
  EXPECT_EQ(verdict(report, "parameters.exclusive: temperature and top_p"), Verdict::differs);
  EXPECT_EQ(verdict(report, "tools"), Verdict::same);
}

TEST_F(ProbeTest, WhatFailsForOtherReasonsIsUnknown) {
  server_.respond_with([](const RecordedRequest& request) {
    return request.json["stream"].as_bool() ? quoting_reply(request) : find_fault("html-502")->reply(request);
  });
  const ProbeReport report = probe();
  EXPECT_EQ(verdict(report, "modalities: image"), Verdict::unknown);
  EXPECT_EQ(verdict(report, "tools"), Verdict::unknown);
  EXPECT_FALSE(report.differs());
}

TEST_F(ProbeTest, AnEndpointThatDoesNotAnswerIsAnErrorWithoutTheKey) {
  server_.respond_with(find_fault("bad-key")->reply);
  const auto report = probe_endpoint(profile_, overrides(), never_cancelled());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::authentication);
  EXPECT_EQ(report.error().sentence().find(key), std::string::npos);
}

TEST_F(ProbeTest, ShowsTheKeyNowhere) {
  server_.respond_with([](const RecordedRequest& request) {
    return request.json["stream"].as_bool() ? quoting_reply(request)
                                            : error_reply(400, request.header("authorization"), "t", "c");
  });
  const ProbeReport report = probe();
  for (const ProbeFinding& finding : report.findings) EXPECT_EQ(finding.found.find(key), std::string::npos);
}

}  // namespace
}  // namespace kindling
