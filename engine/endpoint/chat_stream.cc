#include "engine/endpoint/chat_stream.h"

#include <fmt/format.h>

namespace kindling {
namespace {

constexpr std::size_t body_bytes_max = 64u << 20;

Error not_chat_completions(std::string why) {
  return {ErrorCode::endpoint_refused, "", "the answer is not Chat Completions: " + std::move(why),
          "check the address: it usually ends in /v1"};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Result<bool> ChatStream::take(std::string_view piece) {
  if (!spoke() && watch_.milliseconds() > static_cast<double>(first_token_limit_.count())) {
    return Error{ErrorCode::timed_out, "",
                 fmt::format("no token within {:g} s", static_cast<double>(first_token_limit_.count()) / 1e3),
                 ""};
  }
  if (kind_ == Kind::events) return take_events(piece);
  body_ += piece;
  if (body_.size() > body_bytes_max) return Error{ErrorCode::too_large, "", "the answer exceeds 64 MiB", ""};
  if (kind_ == Kind::unknown) tell_apart();
  if (kind_ != Kind::events) return true;
  return take_events(std::exchange(body_, {}));
}

// By the first byte: JSON, a web page, compressed bytes, the beginning of a stream's first line (`data`,
// `event`, `id`, `retry`, a comment, a byte order mark), or none of them.
void ChatStream::tell_apart() {
  const std::size_t begin = body_.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return;
  switch (body_[begin]) {
    case '{':
    case '[':
      kind_ = Kind::json;
      return;
    case '<':
      kind_ = Kind::page;
      return;
    case '\x1f':
      kind_ = Kind::compressed;
      return;
    case 'd':
    case 'e':
    case 'i':
    case 'r':
    case ':':
    case '\xef':
      kind_ = Kind::events;
      return;
    default:
      kind_ = Kind::text;
      return;
  }
}

Result<bool> ChatStream::take_events(std::string_view piece) {
  KINDLING_TRY_VOID(events_.feed(piece, [this](const SseEvent& event) { return take_event(event); }));
  return !done_ && !stopped_;
}

Status ChatStream::take_event(const SseEvent& event) {
  const std::string_view data = trimmed(event.data);
  if (done_ || stopped_ || data.empty()) return {};
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  const auto value = parse_json(data);
  if (event.name == "error") {
    if (value.ok()) refusal_ = refusal_in(*value);
    if (!refusal_) refusal_ = refusal_in(Json::object({{"error", value.ok() ? *value : Json(data)}}));
    return refusal_ ? refusal_->error : not_chat_completions("an error without a word");
  }
  if (!value.ok()) return not_chat_completions("an event of the stream is not JSON");
  return take_value(*value);
}

Status ChatStream::take_value(const Json& value) {
  refusal_ = refusal_in(value);
  if (refusal_) return refusal_->error;
  show(answer_.take(value));
  return {};
}

void ChatStream::show(std::string_view text) {
  if (text.empty() || stopped_) return;
  if (!shown()) first_token_ms_ = clock_->milliseconds();
  text_ += text;
  stopped_ = *on_token_ && !(*on_token_)(text);
}

Status ChatStream::finish() {
  switch (kind_) {
    case Kind::unknown:
      return Error{ErrorCode::endpoint_unreachable, "", "the answer is empty", ""};
    case Kind::page: {
      return not_chat_completions("a web page came instead: " + page_summary(body_));
    }
    case Kind::text:
      return not_chat_completions("plain text came instead: " + page_summary(body_));
    case Kind::compressed:
      return not_chat_completions("it is compressed, which was not asked for");
    case Kind::json: {
      const auto value = parse_json(body_);
      if (!value.ok()) return not_chat_completions("neither JSON nor a stream of events");
      KINDLING_TRY_VOID(take_value(*value));
      if (!answer_.saw_choice()) return not_chat_completions("it holds no choice");
      done_ = true;  // one whole answer: nothing is missing
      break;
    }
    case Kind::events:
      static_cast<void>(events_.finish());
      break;
  }
  show(answer_.finish());
  return {};
}

}  // namespace kindling
