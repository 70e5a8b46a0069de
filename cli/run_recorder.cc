#include "cli/run_recorder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/env.h"
#include "cli/json_views.h"
#include "cli/text_layout.h"
#include "cli/version.h"
#include "engine/endpoint/ledger.h"
#include "engine/endpoint/shipped_profiles.h"
#include "engine/pack/fence.h"
#include "engine/record/call_json.h"

namespace kindling {
namespace {

constexpr std::uint64_t ledger_bytes_max = 16u << 20;
constexpr std::uint64_t profile_bytes_max = 1u << 20;

// What has no part in what is asked, or belongs to this machine.
constexpr std::array<std::string_view, 11> left_out = {"instructions", "index", "record",   "json",
                                                       "stream",       "color", "base-url", "key-env",
                                                       "encoder",      "help",  "verbose"};

bool repeats(std::string_view flag) {
  return std::ranges::find(left_out, flag) == left_out.end() && !flag.starts_with("ab-");
}

// Of a run that failed, which has no answer to ask: the fence stands at the head of what was sent
// (engine/pack/prompt.h).
std::string fence_sent(const std::vector<RecordedCall>& calls) {
  constexpr std::string_view head = "<passages ";
  for (const RecordedCall& call : calls) {
    const auto request = request_of(call);
    if (!request.ok()) continue;
    for (const ChatMessage& message : request->messages) {
      if (message.role == "user" && message.content.starts_with(head))
        return message.content.substr(head.size(), fence_digits);
    }
  }
  return "";
}

// The names of settings are those of flags, in another spelling.
std::string flag_of(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

}  // namespace

std::vector<std::string> repeatable_arguments(Session& session, const Question& question,
                                              const std::string& instructions) {
  std::vector<std::string> words = {"ask"};
  const Verb& verb = *session.arguments.verb();
  for (const std::string_view name : verb.flags) {
    if (!repeats(name)) continue;
    const Flag& flag = flag_named(name);
    if (flag.kind == FlagKind::toggle) {
      if (session.arguments.toggle(name)) words.push_back("--" + std::string(name));
    } else if (flag.kind == FlagKind::list) {
      for (const std::string& value : session.arguments.list(name))
        words.push_back("--" + std::string(name) + "=" + value);
    } else if (const auto value = session.arguments.given(name)) {
      words.push_back("--" + std::string(name) + "=" + *value);
    }
  }
  for (const Setting& setting : session.settings.all()) {
    const std::string name = flag_of(setting.name);
    if (!setting.value || !repeats(name) || find_flag(verb, name) == nullptr) continue;
    if (!session.arguments.given(name)) words.push_back("--" + name + "=" + *setting.value);
  }
  if (!instructions.empty()) words.push_back("--instructions=" + instructions);  // the text, not its file
  words.emplace_back("--");
  words.push_back(question.text);
  return words;
}

Result<std::string> profile_text(Files& files, const ModelProfile& profile) {
  if (profile.source != "shipped") return files.read(profile.source, profile_bytes_max);
  for (const ShippedProfile& shipped : shipped_profiles()) {
    if (shipped.name == profile.name) return std::string(shipped.toml);
  }
  return Error{ErrorCode::not_found, profile.name, "there is no shipped profile of this name", ""};
}

RunRecorder::RunRecorder(Session& session, const Question& question, const ModelProfile* profile,
                         const Snapshot& snapshot, AskOptions& options)
    : session_(session),
      question_(question),
      profile_(profile),
      snapshot_(snapshot),
      instructions_(options.pack.instructions),
      time_ms_(now_ms()),
      calls_(std::make_shared<CallRecorder>()) {
  options.endpoint.recorder = calls_;
  if (profile == nullptr || profile->ledger.empty() || profile->tokenizer != "estimator") return;
  if (auto lines = session.files.read(Ledger(session.files, *profile).path(), ledger_bytes_max); lines.ok())
    observations_ = std::move(*lines);
}

RunRecord RunRecorder::record(const Result<Answer>& answer) const {
  RunRecord record;
  record.version = version;
  record.time_ms = time_ms_;
  record.question = question_.text;
  record.arguments = repeatable_arguments(session_, question_, instructions_);
  record.snapshot = snapshot_json(snapshot_);
  if (profile_ != nullptr) {
    auto text = profile_text(session_.files, *profile_);
    record.profile = {profile_->name, text.ok() ? std::move(*text) : "", profile_->base_url};
    record.observations = observations_;
  }
  record.calls = calls_->calls();
  record.truncated = calls_->truncated();
  if (answer.ok()) {
    record.fence = answer->fence;
    record.passages = answer->passages;
    record.answer = to_json(*answer);
  } else {
    record.error = answer.error();
    record.fence = fence_sent(record.calls);
  }
  return record;
}

Status RunRecorder::write(const Result<Answer>& answer) const {
  const auto path = session_.arguments.text("record");
  if (!path) return {};
  auto before = session_.files.read(*path, record_bytes_max);
  if (!before && before.error().code != ErrorCode::not_found) return before.error();
  const RunRecord run = record(answer);
  const std::string model = profile_ == nullptr ? "extractive" : profile_->name;
  Json line = Json::object({{"time", shown_time(time_ms_)}, {"question", question_.text}, {"model", model}});
  for (const auto& [name, value] : run.answer.members()) line.set(name, value);
  if (run.error) line.set("error", run.error->sentence());
  line.set("run", record_json(run));
  return write_atomically(session_.files, *path, (before ? *before : "") + to_string(line) + "\n");
}

}  // namespace kindling
