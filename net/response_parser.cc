#include "net/response_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

namespace kindling {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

Error parse_error(const error_code& error) {
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return {ErrorCode::too_large, "",
            "the answer exceeds the limit of its " +
                std::string(error == http::error::body_limit ? "body" : "header"),
            ""};
  }
  if (error == http::error::partial_message) {
    return {ErrorCode::endpoint_unreachable, "", "the answer broke off before its end", ""};
  }
  return {ErrorCode::endpoint_unreachable, "", "the answer is not HTTP: " + error.message(),
          "check the address and the scheme (http or https)"};
}

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_informational(int status) { return status >= 100 && status < 200; }

// One message as Beast sees it: an answer, or an informational one before it.
class Message final : public http::basic_parser<false> {
 public:
  explicit Message(const ResponseParser::Options& options) : options_(options) {
    eager(true);
    skip(options.bodyless);
    header_limit(http_header_bytes_max);
    body_limit(options.body_bytes_max);
  }

  [[nodiscard]] HttpResponse& response() { return response_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const Status& callback_status() const { return callback_status_; }

 private:
  void on_request_impl(http::verb, boost::beast::string_view, boost::beast::string_view, int,
                       error_code&) override {}
  void on_response_impl(int code, boost::beast::string_view, int, error_code&) override {
    response_.status = code;
  }

  void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code&) override {
    std::string lower;
    for (const char c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    response_.headers.emplace_back(std::move(lower), std::string(value));
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view body, error_code& error) override {
    return take(body, error);
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, error_code& error) override {
    return take(body, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(std::string_view body, error_code& error) {
    if (stopped_) return body.size();
    const bool streamed = options_.on_body != nullptr && *options_.on_body && is_success(response_.status);
    if (!streamed) {
      response_.body += body;
      return body.size();
    }
    const Result<bool> more = (*options_.on_body)(body);
    if (!more.ok()) {
      callback_status_ = more.error();
      error = make_error_code(boost::system::errc::operation_canceled);
      return 0;
    }
    stopped_ = !*more;
    return body.size();
  }

  ResponseParser::Options options_;
  HttpResponse response_;
  bool stopped_ = false;
  Status callback_status_;
};

class BeastResponseParser final : public ResponseParser {
 public:
  explicit BeastResponseParser(const Options& options) : options_(options) { message_.emplace(options_); }

  Status feed(std::string_view bytes) override {
    pending_ += bytes;
    while (!pending_.empty() && !message_->is_done()) {
      error_code error;
      const std::size_t used =
          message_->put(boost::asio::const_buffer(pending_.data(), pending_.size()), error);
      pending_.erase(0, used);
      KINDLING_TRY_VOID(message_->callback_status());
      if (error && error != http::error::need_more) return parse_error(error);
      if (message_->is_done() && is_informational(message_->response().status)) {
        if (++informational_ > informational_max) return parse_error(http::error::bad_status);
        message_.emplace(options_);
        continue;
      }
      if (error || used == 0) break;
    }
    return {};
  }

  Status end() override {
    if (message_->is_done()) return {};
    error_code error;
    if (message_->got_some()) message_->put_eof(error);
    if (!message_->got_some() || !message_->is_header_done()) error = http::error::partial_message;
    if (error) return parse_error(error);
    return {};
  }

  [[nodiscard]] bool done() const override { return message_->is_done(); }
  [[nodiscard]] bool stopped() const override { return message_->stopped(); }
  [[nodiscard]] bool reusable() const override { return message_->keep_alive() && pending_.empty(); }
  [[nodiscard]] HttpResponse take_response() override { return std::move(message_->response()); }

 private:
  static constexpr int informational_max = 8;
  Options options_;
  std::optional<Message> message_;
  std::string pending_;  // received, but not yet a whole header or chunk header
  int informational_ = 0;
};

}  // namespace

std::unique_ptr<ResponseParser> ResponseParser::create(const Options& options) {
  return std::make_unique<BeastResponseParser>(options);
}

}  // namespace kindling
