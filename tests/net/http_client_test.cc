#include "net/http_client.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "tests/support/chat_endpoint.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

constexpr HttpTimeouts short_timeouts{.connect = 1'000ms, .first_byte = 150ms, .idle = 150ms, .total = 5'000ms};

class HttpClientTest : public testing::Test {
 protected:
  static std::unique_ptr<HttpClient> client(const std::string& certificate_file = {}) {
    return HttpClient::create({.body_bytes_max = 1u << 20, .certificate_file = certificate_file}).value();
  }
  static HttpRequest post(const std::string& url, std::string body = "{}") {
    HttpRequest request;
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(body);
    request.timeouts = short_timeouts;
    return request;
  }
  static ErrorCode code_of(const Result<HttpResponse>& response) {
    EXPECT_FALSE(response.ok());
    return response.ok() ? ErrorCode::io : response.error().code;
  }
  ScopedEnvironment environment_{{"http_proxy", ""},  {"HTTP_PROXY", ""}, {"https_proxy", ""},
                                 {"HTTPS_PROXY", ""}, {"all_proxy", ""},  {"ALL_PROXY", ""},
                                 {"no_proxy", ""},    {"NO_PROXY", ""}};
};

TEST_F(HttpClientTest, SendsWhatItIsGiven) {
  ChatEndpointServer server;
  server.reply_next({plain_reply(201, "text/plain", "made")});
  const auto response = client()->send(post(server.base_url() + "/x?y=z", "{\"a\":1}"), {}, never_cancelled());
  ASSERT_TRUE(response.ok()) << response.error().sentence();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "made");
  EXPECT_EQ(response->header("content-type"), "text/plain");
  const RecordedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/x?y=z");
  EXPECT_EQ(request.body, "{\"a\":1}");
  EXPECT_EQ(request.header("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(HttpClientTest, SendsALargeBodyWhole) {
  ChatEndpointServer server;
  server.reply_next({plain_reply(200, "text/plain", "ok")});
  const std::string body(3u << 20, 'x');
  HttpRequest request = post(server.base_url(), body);
  request.timeouts = {};  // nothing here is about time, and a sanitizer takes long over three million bytes
  ASSERT_TRUE(client()->send(request, {}, never_cancelled()).ok());
  EXPECT_EQ(server.requests().at(0).body, body);
}

TEST_F(HttpClientTest, StreamsThePiecesAsTheyCome) {
  ChatEndpointServer server;
  StreamScript script;
  script.pause = 30ms;
  server.reply_next({stream_reply(script)});
  std::vector<double> times;
  const Stopwatch watch;
  const auto on_body = [&](std::string_view) -> Result<bool> {
    times.push_back(watch.milliseconds());
    return true;
  };
  const auto response = client()->send(post(server.base_url()), on_body, never_cancelled());
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->body.empty());
  ASSERT_GE(times.size(), 4u);
  EXPECT_GE(times.back() - times.front(), 60);
}

TEST_F(HttpClientTest, KeepsTheConnection) {
  ChatEndpointServer server;
  const auto http = client();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(HttpClientTest, ThreadsShareOneClientAndItsIdleConnections) {
  ChatEndpointServer server;
  const auto http = client();
  for (int round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        HttpRequest request =
            post(server.base_url() + "/chat/completions",
                 R"({"model":"m","messages":[{"role":"user","content":")" + std::to_string(i) + "\"}]}");
        request.timeouts = {};
        const auto response = http->send(request, {}, never_cancelled());
        ASSERT_TRUE(response.ok()) << response.error().sentence();
        EXPECT_NE(response->body.find("\"content\":\"" + std::to_string(i) + "\""), std::string::npos)
            << response->body;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_LE(server.connections(), 8u) << "idle connections were not taken again";
  EXPECT_LE(server.open_connections(), 8u);
}

TEST_F(HttpClientTest, DeadConnectionsAreReplacedTogether) {
  ChatEndpointServer server;
  const auto http = client();
  Reply slow = plain_reply(200, "text/plain", "ok");
  slow.pause = 50ms;
  server.respond_with([slow](const RecordedRequest&) { return slow; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.connections(), 4u);
  Reply closed;
  closed.close_at_once = true;
  server.reply_next({closed});
  EXPECT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok())
      << "one dead connection costs one repetition";
  EXPECT_EQ(server.connections(), 5u);
}

TEST_F(HttpClientTest, ReplacesADeadConnectionOnceAndSilently) {
  ChatEndpointServer server;
  const auto http = client();
  ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  Reply closed;
  closed.close_at_once = true;
  server.reply_next({closed});  // the kept connection dies when it is used again
  ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  EXPECT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.connections(), 2u);
}

TEST_F(HttpClientTest, NeverRepeatsOnAFreshConnection) {
  ChatEndpointServer server;
  Reply closed;
  closed.close_at_once = true;
  server.reply_next({closed, closed});
  EXPECT_EQ(code_of(client()->send(post(server.base_url()), {}, never_cancelled())),
            ErrorCode::endpoint_unreachable);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpClientTest, NeverRepeatsOnceAByteHasCome) {
  ChatEndpointServer server;
  const auto http = client();
  ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  server.reply_next({stop_after_tokens({}, 1, Reply::Ending::cut)});
  EXPECT_EQ(code_of(http->send(post(server.base_url()), {}, never_cancelled())),
            ErrorCode::endpoint_unreachable);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpClientTest, AnUnwantedRestKeepsTheConnectionIfItEndsSoon) {
  ChatEndpointServer server;
  const auto http = client();
  const auto enough = [](std::string_view) -> Result<bool> { return false; };
  server.reply_next({stream_reply({})});
  ASSERT_TRUE(http->send(post(server.base_url()), enough, never_cancelled()).ok());
  ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  EXPECT_EQ(server.connections(), 1u);
  server.reply_next({stop_after_tokens({}, 1, Reply::Ending::stall)});
  ASSERT_TRUE(http->send(post(server.base_url()), enough, never_cancelled()).ok());
  ASSERT_TRUE(http->send(post(server.base_url()), {}, never_cancelled()).ok());
  EXPECT_EQ(server.connections(), 2u);
}

TEST_F(HttpClientTest, HandsTheCallersErrorThrough) {
  ChatEndpointServer server;
  server.reply_next({stream_reply({})});
  const auto refuse = [](std::string_view) -> Result<bool> {
    return Error{ErrorCode::malformed, "", "not for me", ""};
  };
  const auto response = client()->send(post(server.base_url()), refuse, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::malformed);
  EXPECT_EQ(response.error().why, "not for me");
}

TEST_F(HttpClientTest, SaysWhichTimeItWas) {
  ChatEndpointServer server;
  Reply silent;
  silent.pause = 10'000ms;
  server.reply_next({silent, stop_after_tokens({}, 1, Reply::Ending::stall)});
  const auto first = client()->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_EQ(code_of(first), ErrorCode::timed_out);
  EXPECT_NE(first.error().why.find("no answer within"), std::string::npos);
  const auto idle = client()->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_EQ(code_of(idle), ErrorCode::timed_out);
  EXPECT_NE(idle.error().why.find("no further byte"), std::string::npos);
}

TEST_F(HttpClientTest, KeepAlivesDoNotOutliveTheTotal) {
  ChatEndpointServer server;
  for (const NamedFault& fault : chat_faults()) {
    if (fault.name == "comments-only") server.reply_next({fault.reply({})});
  }
  HttpRequest request = post(server.base_url());
  request.timeouts.total = 200ms;
  EXPECT_EQ(code_of(client()->send(request, {}, never_cancelled())), ErrorCode::timed_out);
}

TEST_F(HttpClientTest, CancellationEndsWaitingWithinATenthOfASecond) {
  ChatEndpointServer server;
  Reply silent;
  silent.pause = 10'000ms;
  server.reply_next({silent});
  HttpRequest patient = post(server.base_url());
  patient.timeouts = {};
  Cancellation cancellation;
  double cancelled_at = 0;
  const Stopwatch watch;
  std::thread user([&] {
    std::this_thread::sleep_for(50ms);
    cancelled_at = watch.milliseconds();
    cancellation.cancel();
  });
  const auto response = client()->send(patient, {}, cancellation);
  const double ended_at = watch.milliseconds();
  user.join();
  EXPECT_EQ(code_of(response), ErrorCode::cancelled);
  EXPECT_LT(ended_at - cancelled_at, 100);
}

TEST_F(HttpClientTest, NobodyThereIsUnreachable) {
  std::uint16_t port = 0;
  { port = ChatEndpointServer().port(); }
  const auto response = client()->send(post("http://127.0.0.1:" + std::to_string(port)), {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
}

TEST_F(HttpClientTest, AnUnknownNameIsAnErrorInTime) {
  const Stopwatch watch;
  const auto code = code_of(client()->send(post("http://no-such-host.invalid"), {}, never_cancelled()));
  EXPECT_TRUE(code == ErrorCode::endpoint_unreachable ||
              code == ErrorCode::timed_out);  // a resolver may be silent
  EXPECT_LT(watch.seconds(), 2);
}

TEST_F(HttpClientTest, ALargeAnswerIsTooLarge) {
  ChatEndpointServer server;
  server.reply_next({plain_reply(200, "text/plain", std::string((1u << 20) + 1, 'x'))});
  EXPECT_EQ(code_of(client()->send(post(server.base_url()), {}, never_cancelled())), ErrorCode::too_large);
}

TEST_F(HttpClientTest, RedirectsAreAnswersNotJourneys) {
  ChatEndpointServer server;
  Reply moved = plain_reply(302, "text/plain", "");
  moved.headers.emplace_back("Location", server.base_url() + "/elsewhere");
  server.reply_next({moved});
  EXPECT_EQ(client()->send(post(server.base_url()), {}, never_cancelled())->status, 302);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpClientTest, AHeaderCannotSmuggleAnother) {
  ChatEndpointServer server;
  HttpRequest request = post(server.base_url());
  request.headers.emplace_back("Authorization", "Bearer secret\r\nX-Evil: 1");
  const auto response = client()->send(request, {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::configuration);
  EXPECT_EQ(response.error().sentence().find("secret"), std::string::npos);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, TlsToATrustedServerWorksAndIsKept) {
  ChatEndpointServer server({.tls = true});
  const auto http = client(server.certificate_file());
  for (int i = 0; i < 2; ++i) {
    const auto response = http->send(post(server.base_url()), {}, never_cancelled());
    ASSERT_TRUE(response.ok()) << response.error().sentence();
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(HttpClientTest, TlsTrustsWhatTheUsualVariablesName) {
  ChatEndpointServer server({.tls = true});
  const ScopedEnvironment set{{"SSL_CERT_FILE", server.certificate_file()}};
  const auto response = client()->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_TRUE(response.ok()) << response.error().sentence();
}

TEST_F(HttpClientTest, TlsRefusesAnUnknownCertificate) {
  ChatEndpointServer server({.tls = true});
  const auto response = client()->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
  EXPECT_NE(response.error().why.find("certificate is not trusted: self"), std::string::npos)
      << response.error().why;
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, TlsRefusesACertificateForAnotherHost) {
  for (const auto names : {"DNS:example.org", "IP:127.0.0.2", "DNS:127.0.0.1"}) {
    ChatEndpointServer server({.tls = true, .certificate_name = names});
    const auto response =
        client(server.certificate_file())->send(post(server.base_url()), {}, never_cancelled());
    EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
    EXPECT_NE(response.error().why.find("mismatch"), std::string::npos) << response.error().why;
    EXPECT_TRUE(server.requests().empty());
  }
}

TEST_F(HttpClientTest, TlsRefusesAnExpiredCertificate) {
  ChatEndpointServer server({.tls = true, .certificate_days = -2});
  const auto response = client(server.certificate_file())->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
  EXPECT_NE(response.error().why.find("expired"), std::string::npos) << response.error().why;
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, TlsRefusesOldProtocols) {
  ChatEndpointServer server({.tls = true, .old_tls = true});
  const auto response = client(server.certificate_file())->send(post(server.base_url()), {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
  EXPECT_NE(response.error().why.find("no TLS connection"), std::string::npos) << response.error().why;
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, TlsToAPlainServerSaysSo) {
  ChatEndpointServer server;
  const auto response =
      client()->send(post("https://127.0.0.1:" + std::to_string(server.port())), {}, never_cancelled());
  EXPECT_FALSE(response.ok());
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, ATlsConnectionThatIsCutIsNoEnd) {
  ChatEndpointServer server({.tls = true});
  Reply cut = plain_reply(200, "text/plain", "half of it");
  cut.framing = Reply::Framing::until_close;
  cut.ending = Reply::Ending::cut;
  server.reply_next({cut});
  EXPECT_EQ(code_of(client(server.certificate_file())->send(post(server.base_url()), {}, never_cancelled())),
            ErrorCode::endpoint_unreachable);
}

TEST_F(HttpClientTest, ABadCertificateFileIsAConfigurationError) {
  EXPECT_EQ(HttpClient::create({.certificate_file = "/nowhere"}).error().code, ErrorCode::not_found);
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "a.pem").string();
  ASSERT_TRUE(write_atomically(system_files(), path, "not a certificate").ok());
  const auto client = HttpClient::create({.certificate_file = path});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code, ErrorCode::configuration);
  EXPECT_EQ(client.error().where, path);
}

TEST_F(HttpClientTest, AProxySeesTheWholeAddressOfAPlainRequest) {
  ChatEndpointServer proxy;
  const ScopedEnvironment set{{"http_proxy", "http://u:p@127.0.0.1:" + std::to_string(proxy.port())}};
  const auto response = client()->send(post("http://example.invalid:81/v1"), {}, never_cancelled());
  ASSERT_TRUE(response.ok()) << response.error().sentence();
  const RecordedRequest request = proxy.requests().at(0);
  EXPECT_EQ(request.target, "http://example.invalid:81/v1");
  EXPECT_EQ(request.header("host"), "example.invalid:81");
  EXPECT_EQ(request.header("proxy-authorization"), "Basic dTpw");
}

TEST_F(HttpClientTest, AProxyTunnelsTlsAndSeesNothingInside) {
  ChatEndpointServer proxy({.certificate_name = "DNS:example.invalid", .proxy = true});
  const ScopedEnvironment set{{"https_proxy", "http://u:p@127.0.0.1:" + std::to_string(proxy.port())}};
  HttpRequest request = post("https://example.invalid/v1");
  request.headers.emplace_back("Authorization", "Bearer secret");
  const auto response = client(proxy.certificate_file())->send(request, {}, never_cancelled());
  ASSERT_TRUE(response.ok()) << response.error().sentence();
  const auto requests = proxy.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].method, "CONNECT");
  EXPECT_EQ(requests[0].target, "example.invalid:443");
  EXPECT_EQ(requests[0].header("proxy-authorization"), "Basic dTpw");
  EXPECT_EQ(requests[0].header("authorization"), "");
  EXPECT_EQ(requests[1].target, "/v1");
  EXPECT_EQ(requests[1].header("proxy-authorization"), "");
}

TEST_F(HttpClientTest, AProxyThatRefusesIsNamed) {
  ChatEndpointServer proxy({.proxy = true});
  proxy.reply_next({plain_reply(407, "text/plain", "")});
  const ScopedEnvironment set{{"https_proxy", "http://127.0.0.1:" + std::to_string(proxy.port())}};
  const auto response = client()->send(post("https://example.invalid/v1"), {}, never_cancelled());
  EXPECT_EQ(code_of(response), ErrorCode::endpoint_unreachable);
  EXPECT_NE(response.error().sentence().find("proxy"), std::string::npos);
  EXPECT_NE(response.error().sentence().find("407"), std::string::npos);
}

}  // namespace
}  // namespace kindling
