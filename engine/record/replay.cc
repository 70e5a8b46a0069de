#include "engine/record/replay.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "engine/answer/answer.h"
#include "engine/endpoint/profile_reader.h"
#include "engine/record/call_json.h"

namespace kindling {
namespace {

constexpr std::size_t excerpt_before = 40;  // bytes
constexpr std::size_t excerpt_bytes = 120;

std::string excerpt(std::string_view text, std::size_t at) {
  const std::size_t begin = floor_code_point(text, at - std::min(at, excerpt_before));
  const std::size_t end = floor_code_point(text, std::min(begin + excerpt_bytes, text.size()));
  return (begin > 0 ? "..." : "") + valid_utf8(text.substr(begin, end - begin)) +
         (end < text.size() ? "..." : "");
}

// Times differ from run to run, wherever they stand.
bool is_time(std::string_view name) { return name == "timings_ms" || name == "ms"; }

Json without_times(const Json& json) {
  if (json.is_array()) {
    Json items = Json::array();
    for (const Json& item : json.items()) items.push(without_times(item));
    return items;
  }
  if (!json.is_object()) return json;
  Json::Object members;
  for (const auto& [name, value] : json.members()) {
    if (!is_time(name)) members.emplace_back(name, without_times(value));
  }
  return Json::object_of(std::move(members));
}

// Compares one recorded call with what it comes to now.
class CallComparison {
 public:
  CallComparison(std::string name, std::vector<Difference>& differences)
      : name_(std::move(name)), differences_(differences) {}

  void compare(const RecordedCall& call, const Result<Generation>& now, const PlaybackClient& client) {
    if (const auto stranger = client.stranger()) text("request", stranger->recorded, stranger->made);
    if (client.unused() > 0) text("requests not made again", std::to_string(client.unused()), "0");
    if (now.ok() && call.generation) {
      generations(*call.generation, *now);
    } else {
      text("outcome", outcome(call), now.ok() ? "an answer" : now.error().sentence());
    }
  }

 private:
  static std::string outcome(const RecordedCall& call) {
    return call.error ? call.error->sentence() : "an answer";
  }

  void text(std::string_view what, std::string_view recorded, std::string_view now) {
    if (recorded == now) return;
    differences_.push_back(difference(name_ + ": " + std::string(what), recorded, now));
  }

  void generations(const Generation& recorded, const Generation& now) {
    text("text", recorded.text, now.text);
    text("finish", to_string(recorded.finish), to_string(now.finish));
    text("note", recorded.note, now.note);
    text("tool calls", tools(recorded), tools(now));
    text("usage", usage(recorded.usage), usage(now.usage));
  }

  static std::string tools(const Generation& generation) {
    std::string list;
    for (const ToolCall& call : generation.tool_calls)
      list += call.id + " " + call.name + " " + call.arguments + "\n";
    return list;
  }

  static std::string usage(const Usage& usage) {
    return to_string(Json::object({{"prompt_tokens", usage.prompt_tokens},
                                   {"completion_tokens", usage.completion_tokens},
                                   {"cached_tokens", usage.cached_tokens},
                                   {"reasoning_tokens", usage.reasoning_tokens},
                                   {"cost", usage.cost},
                                   {"reported", usage.reported}}));
  }

  const std::string name_;
  std::vector<Difference>& differences_;
};

Status replay_call(const RunRecord& record, std::size_t index, const ModelProfile& profile, Pace pace,
                   const OnToken& on_token, ReplayReport& report, const Cancellation& cancellation) {
  const RecordedCall& call = record.calls[index];
  if (call.exchanges.empty()) return {};  // it failed before anything was sent
  KINDLING_TRY(const GenerationRequest request, request_of(call));
  const auto client = std::make_shared<PlaybackClient>(call.exchanges, pace);
  EndpointOverrides overrides;
  overrides.http = client;
  KINDLING_TRY(const auto endpoint, ChatEndpoint::open(profile, overrides));
  const Result<Generation> now = endpoint->complete(request, on_token, cancellation);
  KINDLING_TRY_VOID(cancellation.check());
  CallComparison("call " + std::to_string(index + 1), report.differences).compare(call, now, *client);
  report.exchanges += call.exchanges.size();
  ++report.calls;
  return {};
}

// Whether the answer is a model's, whole, and so was checked.
bool has_checked_text(const RunRecord& record) {
  return !record.calls.empty() && !record.answer["answer"].as_string().empty() &&
         record.answer["fallback"].is_null();
}

void compare_citations(const RunRecord& record, std::vector<Difference>& differences) {
  Generation generation;
  generation.text = record.answer["answer"].as_string();
  const std::vector<SectionIndex> sections(record.passages.size());
  const CitedAnswer cited = cited_answer(std::move(generation), record.passages, sections, false);
  std::string recorded;
  std::string now;
  const auto line = [](std::uint64_t number, bool verified, std::string_view quote) {
    return "[" + std::to_string(number) + (verified ? "] verified: " : "] not found: ") + std::string(quote) +
           "\n";
  };
  for (const Json& citation : record.answer["citations"].items()) {
    recorded += line(static_cast<std::uint64_t>(citation["number"].as_integer()),
                     citation["verified"].as_bool(), citation["quote"].as_string());
  }
  for (const Citation& citation : cited.answer.citations)
    now += line(citation.number, citation.verified, citation.quote);
  if (recorded != now) differences.push_back(difference("citations", recorded, now));

  recorded.clear();
  now.clear();
  for (const Json& sentence : record.answer["sentences"].items())
    recorded += std::string(sentence["support"].as_string()) + "\n";
  for (const AnswerSentence& sentence : cited.answer.sentences)
    now += std::string(sentence.checked.claims ? to_string(sentence.checked.support) : "") + "\n";
  if (recorded != now) differences.push_back(difference("support of the sentences", recorded, now));
}

}  // namespace

Difference difference(std::string what, std::string_view recorded, std::string_view now) {
  const auto [in_recorded, in_now] = std::ranges::mismatch(recorded, now);
  const auto at = static_cast<std::size_t>(in_recorded - recorded.begin());
  if (at > 0) what += ", from byte " + std::to_string(at);
  return {std::move(what), excerpt(recorded, at), excerpt(now, at)};
}

Result<ModelProfile> replay_profile(const RunRecord& record) {
  KINDLING_TRY(ModelProfile profile, read_profile(record.profile.name, "record", record.profile.toml));
  if (!record.profile.base_url.empty()) profile.base_url = record.profile.base_url;
  profile.key_env.clear();
  profile.ledger.clear();
  profile.rate_folder.clear();
  profile.timeouts.retry_base = std::chrono::milliseconds(0);
  return profile;
}

std::vector<RecordedExchange> exchanges_of(const RunRecord& record) {
  std::vector<RecordedExchange> exchanges;
  for (const RecordedCall& call : record.calls)
    exchanges.insert(exchanges.end(), call.exchanges.begin(), call.exchanges.end());
  return exchanges;
}

Result<ReplayReport> replay_calls(const RunRecord& record, Pace pace, const OnToken& on_token,
                                  const Cancellation& cancellation) {
  ReplayReport report;
  if (record.truncated) {
    return Error{ErrorCode::too_large, "record", "more was said than a record holds",
                 "record a question with a smaller budget"};
  }
  if (record.calls.empty()) return report;
  KINDLING_TRY(const ModelProfile profile, replay_profile(record));
  for (std::size_t i = 0; i < record.calls.size(); ++i) {
    const bool last = i + 1 == record.calls.size();
    Status replayed = replay_call(record, i, profile, pace, last ? on_token : OnToken(), report, cancellation);
    if (!replayed.ok()) return std::move(replayed).within("call " + std::to_string(i + 1)).error();
  }
  if (has_checked_text(record)) compare_citations(record, report.differences);
  return report;
}

std::vector<Difference> compare_answers(const Json& recorded, const Json& now) {
  std::vector<Difference> differences;
  const Json then_timeless = without_times(recorded);
  const Json now_timeless = without_times(now);
  const auto compare = [&](const std::string& name) {
    const Json& before = then_timeless[name];
    const Json& after = now_timeless[name];
    if (before == after) return;
    const bool words = before.is_string() && after.is_string();
    differences.push_back(words ? difference(name, before.as_string(), after.as_string())
                                : difference(name, to_string(before), to_string(after)));
  };
  for (const auto& [name, value] : then_timeless.members()) compare(name);
  for (const auto& [name, value] : now_timeless.members()) {
    if (!then_timeless.has(name)) compare(name);
  }
  return differences;
}

}  // namespace kindling
