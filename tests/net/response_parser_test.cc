#include "net/response_parser.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

const ResponseParser::Options options{.body_bytes_max = 1'000};

Status feed(ResponseParser& parser, std::string_view bytes, std::size_t piece) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    KINDLING_TRY_VOID(parser.feed(bytes.substr(0, piece)));
  }
  return {};
}

TEST(ResponseParser, ReadsChunksCutAnywhere) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto parser = ResponseParser::create(options);
    ASSERT_TRUE(feed(*parser,
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n5\r\nhello\r\n6;x=y\r\n "
                     "world\r\n0\r\n\r\n",
                     piece)
                    .ok());
    ASSERT_TRUE(parser->done());
    EXPECT_TRUE(parser->reusable());
    const HttpResponse response = parser->take_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("x-a"), "1");
    EXPECT_EQ(response.body, "hello world");
  }
}

TEST(ResponseParser, PassesOverInformationalAnswers) {
  const auto parser = ResponseParser::create(options);
  ASSERT_TRUE(parser
                  ->feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 "
                         "None\r\n\r\n")
                  .ok());
  ASSERT_TRUE(parser->done());
  EXPECT_EQ(parser->take_response().status, 204);
}

TEST(ResponseParser, AnEndlessRowOfInformationalAnswersIsAnError) {
  const auto parser = ResponseParser::create(options);
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = parser->feed("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_FALSE(status.ok());
}

TEST(ResponseParser, ABodyWithoutLengthEndsWithTheConnection) {
  const auto parser = ResponseParser::create(options);
  ASSERT_TRUE(parser->feed("HTTP/1.1 200 OK\r\n\r\nabc").ok());
  EXPECT_FALSE(parser->done());
  ASSERT_TRUE(parser->end().ok());
  EXPECT_TRUE(parser->done());
  EXPECT_FALSE(parser->reusable());
  EXPECT_EQ(parser->take_response().body, "abc");
}

TEST(ResponseParser, AnAnswerThatEndsTooEarlyIsAnError) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto parser = ResponseParser::create(options);
    ASSERT_TRUE(parser->feed(std::string_view(whole).substr(0, size)).ok());
    const Status status = parser->end();
    ASSERT_FALSE(status.ok()) << size;
    EXPECT_EQ(status.error().code, ErrorCode::endpoint_unreachable);
  }
}

TEST(ResponseParser, HoldsItsLimits) {
  const auto body = ResponseParser::create(options);
  const auto long_body = body->feed("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
  ASSERT_FALSE(long_body.ok());
  EXPECT_EQ(long_body.error().code, ErrorCode::too_large);

  const auto chunks = ResponseParser::create(options);
  Status status = chunks->feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 200 && status.ok(); ++i) status = chunks->feed("a\r\n0123456789\r\n");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::too_large);

  const auto header = ResponseParser::create(options);
  const auto long_header = header->feed("HTTP/1.1 200 OK\r\nX: " + std::string(http_header_bytes_max, 'x'));
  ASSERT_FALSE(long_header.ok());
  EXPECT_EQ(long_header.error().code, ErrorCode::too_large);
}

TEST(ResponseParser, StreamsOnlyTheBodyOfASuccess) {
  std::string streamed;
  const HttpClient::OnBody on_body = [&](std::string_view piece) -> Result<bool> {
    streamed += piece;
    return streamed.size() < 4;
  };
  const auto refused = ResponseParser::create({.body_bytes_max = 100, .on_body = &on_body});
  ASSERT_TRUE(refused->feed("HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad").ok());
  EXPECT_EQ(refused->take_response().body, "bad");
  EXPECT_TRUE(streamed.empty());

  const auto stopped = ResponseParser::create({.body_bytes_max = 100, .on_body = &on_body});
  ASSERT_TRUE(feed(*stopped, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef", 1).ok());
  EXPECT_TRUE(stopped->stopped());
  EXPECT_TRUE(stopped->done());
  EXPECT_EQ(streamed, "abcd");
}

TEST(ResponseParser, LeftoverBytesSpoilTheConnection) {
  const auto parser = ResponseParser::create(options);
  ASSERT_TRUE(parser->feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc").ok());
  ASSERT_TRUE(parser->done());
  EXPECT_FALSE(parser->reusable());
}

TEST(ResponseParser, NeverCrashesOnNoise) {
  const std::string seed = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  std::mt19937 random(7);
  for (int round = 0; round < 3'000; ++round) {
    std::string noisy = seed;
    for (int i = 0; i < 3; ++i) noisy[random() % noisy.size()] = static_cast<char>(random());
    const auto parser = ResponseParser::create(options);
    if (feed(*parser, noisy, 1 + random() % 20).ok()) static_cast<void>(parser->end());
  }
}

}  // namespace
}  // namespace kindling
