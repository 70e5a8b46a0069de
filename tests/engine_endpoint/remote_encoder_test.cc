#include "engine/endpoint/remote_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "engine/endpoint/model_signature.h"
#include "tests/engine_endpoint/asking.h"
#include "tests/support/embeddings_replies.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

// A server of embeddings, and an encoder of it.
class RemoteEncoderTest : public testing::Test {
 protected:
  RemoteEncoderTest() {
    options_.key_env = "TEST_EMBEDDING_KEY";
    options_.limits.first_token = 300ms;
    options_.limits.retry_base = 2ms;
    options_.limits.retries_max = 2;
    serve({});
  }

  void serve(const EmbeddingsScript& script) {
    script_ = script;
    server_.respond_with(
        [script](const RecordedRequest& request) { return embeddings_reply(request, script); });
  }
  [[nodiscard]] std::string address() const { return server_.base_url() + "#tiny/model"; }
  Result<std::unique_ptr<Encoder>> open() {
    return open_remote_encoder(address(), options_, never_cancelled());
  }

  // The next answer to an encoder that is open is a good one, spoiled.
  void spoil_next(const std::function<void(Json& body)>& spoil) {
    server_.respond_with([spoil, script = script_](const RecordedRequest& request) {
      Json body = embeddings_json(request, script);
      spoil(body);
      return json_reply(200, body);
    });
  }

  Result<Embeddings> encode(const Encoder& encoder, const std::vector<std::string>& texts) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return encoder.encode(views, {}, never_cancelled());
  }

  // Rows are the server's own vectors, at length 1.
  void expect_rows(const Embeddings& found, const std::vector<std::string>& texts) const {
    ASSERT_EQ(found.count, texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::vector<float> wanted = scripted_vector(texts[i], script_);
      double squares = 0;
      for (const float value : wanted) squares += static_cast<double>(value) * value;
      for (std::size_t d = 0; d < wanted.size(); ++d)
        ASSERT_NEAR(found.row(i)[d], wanted[d] / std::sqrt(squares), 1e-6) << texts[i] << " " << d;
    }
  }

  static constexpr std::string_view key = "sk-very-secret-key";
  ChatEndpointServer server_;
  ScopedEnvironment environment_{{"TEST_EMBEDDING_KEY", std::string(key)},
                                 {"OPENAI_API_KEY", "sk-of-another"},
                                 {"http_proxy", ""},
                                 {"HTTP_PROXY", ""}};
  RemoteEncoderOptions options_;
  EmbeddingsScript script_;
};

TEST_F(RemoteEncoderTest, GivesTheServersVectorsInTheOrderOfTheTextsInBothEncodings) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back("lock number " + std::to_string(i));
  for (const bool base64 : {true, false}) {
    for (const bool reversed : {false, true}) {
      EmbeddingsScript script;
      script.knows_base64 = base64;
      script.reversed = reversed;
      serve(script);
      const auto encoder = open();
      ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
      EXPECT_EQ((*encoder)->dimensions(), 48u);
      EXPECT_EQ((*encoder)->name(), address());
      const auto found = encode(**encoder, texts);
      ASSERT_TRUE(found.ok()) << found.error().sentence();
      expect_rows(*found, texts);
      std::uint64_t counted = 0;
      for (const std::string& text : texts) counted += text.size() / 4 + 1;
      EXPECT_EQ(found->tokens, counted);
    }
  }
  const auto requests = server_.requests();
  ASSERT_EQ(requests.size(), 4u * (1 + 3));  // the probe; 128, 128 and 44 texts
  EXPECT_EQ(requests[1].json["input"].items().size(), 128u);
  EXPECT_EQ(requests[1].json["model"].as_string(), "tiny/model");
  EXPECT_EQ(requests[1].json["encoding_format"].as_string(), "base64");
  EXPECT_FALSE(requests[1].json.has("dimensions"));
  EXPECT_EQ(requests[1].header("authorization"), "Bearer " + std::string(key));
}

TEST_F(RemoteEncoderTest, SendsNoKeyThatNobodyNamedForThisAddress) {
  options_.key_env.clear();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(server_.requests().at(0).header("authorization"), "");
  options_.key_env = "TEST_NOT_SET";
  EXPECT_EQ(open().error().code, ErrorCode::authentication);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(RemoteEncoderTest, TakesServersThatKnowNoEncodingFormat) {
  EmbeddingsScript script;
  script.takes_format = false;
  serve(script);
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
  expect_rows(encode(**encoder, {"a b", "c"}).value(), {"a b", "c"});
  EXPECT_EQ(server_.requests().size(), 3u);
}

TEST_F(RemoteEncoderTest, AsksForDimensionsAndInsistsOnThem) {
  options_.dimensions = 16;
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
  EXPECT_EQ((*encoder)->dimensions(), 16u);
  EXPECT_EQ(server_.requests().back().json["dimensions"].as_integer(), 16);
  // An index says what was asked for when it was made.
  options_.dimensions.reset();
  options_.index_fingerprint = (*encoder)->fingerprint();
  const auto again = open();
  ASSERT_TRUE(again.ok()) << again.error().sentence();
  EXPECT_EQ((*again)->dimensions(), 16u);

  EmbeddingsScript script;
  script.knows_dimensions = false;
  serve(script);
  options_.dimensions = 16;
  EXPECT_EQ(open().error().code, ErrorCode::endpoint_refused);
}

TEST_F(RemoteEncoderTest, KeepsTheFingerprintOfAModelThatWobbles) {
  const auto first = open();
  ASSERT_TRUE(first.ok());
  EmbeddingsScript script;
  script.wobble = .02f;
  serve(script);
  options_.index_fingerprint = (*first)->fingerprint();
  const auto again = open();
  ASSERT_TRUE(again.ok()) << again.error().sentence();
  EXPECT_EQ((*again)->fingerprint(), (*first)->fingerprint());
}

TEST_F(RemoteEncoderTest, NoticesAnotherModelAtTheSameAddress) {
  const auto first = open();
  ASSERT_TRUE(first.ok());
  options_.index_fingerprint = (*first)->fingerprint();
  EmbeddingsScript script;
  script.weights = 2;
  serve(script);
  const auto other = open();
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::encoder_mismatch);
  EXPECT_NE(other.error().why.find("has changed"), std::string::npos);

  script = {};
  script.dimensions = 32;
  serve(script);
  EXPECT_EQ(open().error().code, ErrorCode::encoder_mismatch);
}

TEST_F(RemoteEncoderTest, RemembersFingerprintsFromRunToRun) {
  const TemporaryFolder folder;
  options_.known_folder = folder.path() / "known";
  const std::string first(open().value()->fingerprint());
  EmbeddingsScript script;
  script.wobble = .02f;
  serve(script);
  EXPECT_EQ(open().value()->fingerprint(), first);
  script.weights = 2;
  serve(script);
  const std::string other(open().value()->fingerprint());
  EXPECT_NE(other, first);
  script.wobble = 0;
  serve(script);
  EXPECT_EQ(open().value()->fingerprint(), other);
}

TEST_F(RemoteEncoderTest, AsksAgainWhereThatMayHelp) {
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok());
  Reply limited = error_reply(429, "slow down", "rate_limit_error", "");
  limited.headers.emplace_back("Retry-After", "0.05");
  Reply cut = json_reply(200, Json::object({{"object", "list"}, {"data", Json::array()}}));
  cut.pieces.front().bytes = "{\"object\":\"list\",\"da";
  const std::vector<Reply> passing = {limited, error_reply(500, "oops", "server_error", ""), cut};
  for (const Reply& trouble : passing) {
    server_.reply_next({trouble});
    const Stopwatch watch;
    const auto found = encode(**encoder, {"a", "b"});
    ASSERT_TRUE(found.ok()) << found.error().sentence();
    expect_rows(*found, {"a", "b"});
    if (trouble.status == 429) {
      EXPECT_GE(watch.milliseconds(), 50);
    }
  }
  server_.reply_next({passing[1], passing[1], passing[1]});
  EXPECT_EQ(encode(**encoder, {"a"}).error().code, ErrorCode::endpoint_refused);
}

TEST_F(RemoteEncoderTest, RefusesWrongAnswersWithOneClearError) {
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok());
  const auto with_item = [](Json& body, const std::function<void(Json::Array&)>& change) {
    Json::Array data = body["data"].items();
    change(data);
    body.set("data", std::move(data));
  };
  const auto vector_of = [](Json value, std::size_t count) {
    Json list = Json::array();
    for (std::size_t i = 0; i < count; ++i) list.push(value);
    return list;
  };
  struct Case {
    std::string words;
    std::function<void(Json::Array&)> change;
  };
  const std::vector<Case> cases = {
      {"1 vectors for 2", [](Json::Array& data) { data.pop_back(); }},
      {"3 vectors for 2", [](Json::Array& data) { data.push_back(data.front()); }},
      {"without an index",
       [](Json::Array& data) {
         data[1] = Json::object({{"embedding", data[1]["embedding"]}});
       }},
      {"two vectors of index 0", [](Json::Array& data) { data[1].set("index", 0); }},
      {"of index 7", [](Json::Array& data) { data[1].set("index", 7); }},
      {"of index -1", [](Json::Array& data) { data[1].set("index", -1); }},
      {"vectors of 48 and of 3", [&](Json::Array& data) { data[1].set("embedding", vector_of(.5, 3)); }},
      {"not a finite number", [&](Json::Array& data) { data[0].set("embedding", vector_of(Json(), 48)); }},
      {"not a finite number", [&](Json::Array& data) { data[0].set("embedding", vector_of("1", 48)); }},
      {"not a finite number", [&](Json::Array& data) { data[0].set("embedding", vector_of(1e300, 48)); }},
      {"of zeros", [&](Json::Array& data) { data[0].set("embedding", vector_of(0, 48)); }},
      {"a vector of 0", [&](Json::Array& data) { data[0].set("embedding", vector_of(0, 0)); }},
      {"not finite", [](Json::Array& data) { data[0].set("embedding", "AADAfwAAgD8="); }},  // a NaN, 1
      {"base64", [](Json::Array& data) { data[0].set("embedding", "AADAfwA"); }},
      {"base64", [](Json::Array& data) { data[0].set("embedding", "!!!!"); }},
      {"neither", [](Json::Array& data) { data[0].set("embedding", 5); }},
  };
  for (const Case& wrong : cases) {
    spoil_next([&](Json& body) { with_item(body, wrong.change); });
    const auto found = encode(**encoder, {"a", "b"});
    ASSERT_FALSE(found.ok()) << wrong.words;
    EXPECT_EQ(found.error().code, ErrorCode::endpoint_refused) << wrong.words;
    EXPECT_NE(found.error().why.find(wrong.words), std::string::npos) << found.error().sentence();
  }
  spoil_next([](Json& body) { body.set("data", "none"); });
  EXPECT_EQ(encode(**encoder, {"a", "b"}).error().code, ErrorCode::endpoint_refused);
  // Another length than at opening: another model.
  spoil_next([&](Json& body) {
    with_item(body, [&](Json::Array& data) {
      for (Json& item : data) item.set("embedding", vector_of(.5, 5));
    });
  });
  EXPECT_EQ(encode(**encoder, {"a", "b"}).error().code, ErrorCode::encoder_mismatch);
}

TEST_F(RemoteEncoderTest, HalvesBatchesThatAreTooLongAndTextsOnce) {
  EmbeddingsScript script;
  script.bytes_max = 400;
  serve(script);
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok());
  const std::string long_text = std::string(300, 'a') + " " + std::string(299, 'b');
  std::vector<std::string> texts = {"one", "two", long_text, "four", "", "six"};
  const auto found = encode(**encoder, texts);
  ASSERT_TRUE(found.ok()) << found.error().sentence();
  texts[2] = std::string(300, 'a');
  texts[4] = " ";
  expect_rows(*found, texts);

  texts[3] = std::string(5'000, 'c');
  const auto too_long = encode(**encoder, texts);
  ASSERT_FALSE(too_long.ok());
  EXPECT_EQ(too_long.error().code, ErrorCode::context_overflow);
  EXPECT_NE(too_long.error().why.find("text 4 of 6, of 5000 bytes"), std::string::npos) << too_long.error().why;
}

TEST_F(RemoteEncoderTest, ShowsNoSecret) {
  const auto encoder = open();
  ASSERT_TRUE(encoder.ok());
  const std::string secret(key);
  const std::vector<Reply> refusals = {
      error_reply(401, "Incorrect API key provided: " + secret, "invalid_request_error", "invalid_api_key"),
      error_reply(403, secret, "x", "y"),
      error_reply(400, "header Bearer " + secret + " is odd", "x", "y"),
      plain_reply(502, "text/html", "<html><title>" + secret + "</title></html>"),
      plain_reply(200, "text/html", "<html><title>" + secret + "</title></html>"),
  };
  for (const Reply& refusal : refusals) {
    server_.reply_next({refusal, refusal, refusal});
    testing::internal::CaptureStderr();
    const auto found = encode(**encoder, {"a"});
    const std::string logged = testing::internal::GetCapturedStderr();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().sentence().find(secret), std::string::npos);
    EXPECT_EQ(logged.find(secret), std::string::npos);
    if (refusal.status == 401) {
      EXPECT_EQ(found.error().code, ErrorCode::authentication);
    }
  }
  EXPECT_EQ(std::string((*encoder)->fingerprint()).find(secret), std::string::npos);
}

TEST_F(RemoteEncoderTest, WaitsNoLongerThanItsLimits) {
  Reply slow = error_reply(500, "late", "x", "y");
  slow.pause = 5'000ms;
  options_.limits.retries_max = 0;
  server_.reply_next({slow});
  const Stopwatch watch;
  EXPECT_EQ(open().error().code, ErrorCode::timed_out);
  EXPECT_LT(watch.milliseconds(), 4'000);

  EXPECT_EQ(open_remote_encoder("http://127.0.0.1:9/v1#m", options_, never_cancelled()).error().code,
            ErrorCode::endpoint_unreachable);
  Cancellation cancelled;
  cancelled.cancel();
  EXPECT_EQ(open_remote_encoder(address(), options_, cancelled).error().code, ErrorCode::cancelled);
}

TEST_F(RemoteEncoderTest, WantsAWholeAddress) {
  for (const std::string_view wrong :
       {"https://h/v1", "https://h/v1#", "https://#m", "https://u:p@h/v1#m", "http://h/v1?a=b#m"}) {
    EXPECT_EQ(open_remote_encoder(wrong, options_, never_cancelled()).error().code, ErrorCode::configuration)
        << wrong;
  }
  EXPECT_TRUE(is_remote_encoder("https://h/v1#m"));
  EXPECT_FALSE(is_remote_encoder("models/https"));
  EXPECT_TRUE(server_.requests().empty());
}

std::vector<float> unit(std::mt19937& random, std::size_t dimensions) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimensions);
  double squares = 0;
  for (float& value : vector) {
    value = normal(random);
    squares += static_cast<double>(value) * value;
  }
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(squares));
  return vector;
}

// `vector` turned so that the cosine is this.
std::vector<float> turned(std::mt19937& random, const std::vector<float>& vector, double cosine) {
  std::vector<float> other = unit(random, vector.size());
  double along = 0, squares = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) along += static_cast<double>(other[i]) * vector[i];
  for (std::size_t i = 0; i < vector.size(); ++i) {
    other[i] -= static_cast<float>(along * vector[i]);
    squares += static_cast<double>(other[i]) * other[i];
  }
  const double sine = std::sqrt(1 - cosine * cosine) / std::sqrt(squares);
  for (std::size_t i = 0; i < vector.size(); ++i)
    other[i] = static_cast<float>(cosine * vector[i] + sine * other[i]);
  return other;
}

TEST(ModelSignature, TellsRoundingFromAnotherModel) {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const std::vector<float> vector = unit(random, round % 2 == 0 ? 384 : 1'536);
    const std::string signature = model_signature(vector);
    EXPECT_EQ(signature.size(), 64u);
    EXPECT_TRUE(is_same_model(signature, model_signature(turned(random, vector, .998))));
    EXPECT_FALSE(is_same_model(signature, model_signature(turned(random, vector, .96))));
    EXPECT_FALSE(is_same_model(signature, model_signature(unit(random, vector.size()))));
  }
  EXPECT_FALSE(is_same_model("", ""));
  EXPECT_FALSE(is_same_model(std::string(64, 'x'), std::string(64, 'x')));
}

}  // namespace
}  // namespace kindling
