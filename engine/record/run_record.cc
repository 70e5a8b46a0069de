#include "engine/record/run_record.h"

#include <utility>

#include "engine/record/call_json.h"

namespace kindling {
namespace {

Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why),
          "give a file that 'ask --record' has written"};
}

Json span_json(ByteSpan span) { return Json::object({{"begin", span.begin}, {"end", span.end}}); }

ByteSpan read_span(const Json& json) {
  return {static_cast<std::uint32_t>(json["begin"].as_integer()),
          static_cast<std::uint32_t>(json["end"].as_integer())};
}

Json texts(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& text : list) array.push(text);
  return array;
}

std::vector<std::string> read_texts(const Json& json) {
  std::vector<std::string> list;
  for (const Json& text : json.items()) list.emplace_back(text.as_string());
  return list;
}

Json passage_json(const Passage& passage) {
  const Place& place = passage.place;
  return Json::object({{"number", passage.number},
                       {"document", place.document},
                       {"uri", place.uri},
                       {"title", place.title},
                       {"heading_path", texts(place.heading_path)},
                       {"page", place.page},
                       {"span", span_json(place.span)},
                       {"text_span", span_json(place.text_span)},
                       {"span_in_source", place.span_in_source},
                       {"token_count", passage.token_count},
                       {"text", passage.text}});
}

Passage read_passage(const Json& json) {
  Passage passage;
  passage.number = static_cast<std::uint32_t>(json["number"].as_integer());
  Place& place = passage.place;
  place.document = json["document"].as_string();
  place.uri = json["uri"].as_string();
  place.title = json["title"].as_string();
  place.heading_path = read_texts(json["heading_path"]);
  place.page = static_cast<std::uint32_t>(json["page"].as_integer());
  place.span = read_span(json["span"]);
  place.text_span = read_span(json["text_span"]);
  place.span_in_source = json["span_in_source"].as_bool();
  passage.token_count = static_cast<std::uint64_t>(json["token_count"].as_integer());
  passage.text = json["text"].as_string();
  return passage;
}

// Citations are resolved by number, so that a gap would mean another passage.
Status check_numbers(const std::vector<Passage>& passages) {
  for (std::size_t i = 0; i < passages.size(); ++i) {
    if (passages[i].number != i + 1) return malformed("passages", "are not numbered from 1 without gaps");
  }
  return {};
}

}  // namespace

Json snapshot_json(const Snapshot& snapshot) {
  const IndexStatistics& statistics = snapshot.statistics();
  const IndexSettings& settings = snapshot.settings();
  return Json::object({{"documents", statistics.documents},
                       {"sections", statistics.sections},
                       {"chunks", statistics.chunks},
                       {"tokens", statistics.tokens},
                       {"pending_embeddings", statistics.pending_embeddings},
                       {"encoder", settings.encoder},
                       {"encoder_fingerprint", settings.encoder_fingerprint},
                       {"tokenizer_fingerprint", settings.tokenizer_fingerprint},
                       {"chunk_tokens", settings.chunk_tokens},
                       {"analyzer", settings.analyzer}});
}

Json record_json(const RunRecord& record) {
  Json passages = Json::array();
  for (const Passage& passage : record.passages) passages.push(passage_json(passage));
  Json calls = Json::array();
  for (const RecordedCall& call : record.calls) calls.push(call_json(call));
  const RecordedProfile& profile = record.profile;
  Json json = Json::object(
      {{"format", record_format},
       {"version", record.version},
       {"time_ms", record.time_ms},
       {"question", record.question},
       {"arguments", texts(record.arguments)},
       {"profile",
        Json::object({{"name", profile.name}, {"base_url", profile.base_url}, {"toml", profile.toml}})},
       {"snapshot", record.snapshot},
       {"fence", record.fence},
       {"observations", record.observations},
       {"passages", std::move(passages)},
       {"calls", std::move(calls)},
       {"truncated", record.truncated},
       {"answer", record.answer}});
  if (record.error) json.set("error", error_json(*record.error));
  return json;
}

Result<RunRecord> read_record(const Json& json) {
  if (!json["format"].is_integer()) return malformed("format", "is missing: this is no record of a run");
  if (json["format"].as_integer() > record_format) {
    return Error{ErrorCode::unsupported, "format", "was written by a later version", "use that version"};
  }
  RunRecord record;
  record.version = json["version"].as_string();
  record.time_ms = json["time_ms"].as_integer();
  record.question = json["question"].as_string();
  record.arguments = read_texts(json["arguments"]);
  record.profile.name = json.at("profile.name").as_string();
  record.profile.base_url = json.at("profile.base_url").as_string();
  record.profile.toml = json.at("profile.toml").as_string();
  record.snapshot = json["snapshot"];
  record.fence = json["fence"].as_string();
  record.observations = json["observations"].as_string();
  for (const Json& passage : json["passages"].items()) record.passages.push_back(read_passage(passage));
  KINDLING_TRY_VOID(check_numbers(record.passages));
  for (const Json& call : json["calls"].items()) {
    Result<RecordedCall> read = read_call(call);
    if (!read.ok()) return std::move(read).within("call " + std::to_string(record.calls.size() + 1)).error();
    record.calls.push_back(std::move(*read));
  }
  record.truncated = json["truncated"].as_bool();
  record.answer = json["answer"];
  if (json.has("error")) record.error = read_error(json["error"]);
  return record;
}

Result<std::vector<RunRecord>> read_records(std::string_view lines) {
  std::vector<RunRecord> records;
  for (std::size_t line = 1; !lines.empty(); ++line) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view text = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = "line " + std::to_string(line);
    const Result<Json> json = parse_json(text, record_depth_max);
    if (!json.ok()) return Error(json.error()).within(place);
    Result<RunRecord> record = read_record((*json)["run"].is_object() ? (*json)["run"] : *json);
    if (!record.ok()) return std::move(record).within(place).error();
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace kindling
