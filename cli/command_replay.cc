#include <filesystem>
#include <memory>
#include <optional>

#include "base/env.h"
#include "cli/ask_setup.h"
#include "cli/commands.h"
#include "cli/contemplation_view.h"
#include "cli/folders.h"
#include "cli/json_views.h"
#include "cli/text_layout.h"
#include "engine/ask.h"
#include "engine/endpoint/ledger.h"
#include "engine/record/replay.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// The counts that the endpoint had given by then, where the counting looks for them; gone with this object.
class RecordedCounts {
 public:
  RecordedCounts(Files& files, fs::path folder) : files_(files), folder_(std::move(folder)) {}
  RecordedCounts(const RecordedCounts&) = delete;
  RecordedCounts& operator=(const RecordedCounts&) = delete;
  ~RecordedCounts() {
    if (file_.empty()) return;
    static_cast<void>(files_.remove(file_));  // a leftover in the cache folder harms nobody
    static_cast<void>(files_.remove(file_.string() + ".lock"));
  }

  Status give(ModelProfile& profile, const std::string& lines) {
    if (lines.empty()) return {};
    KINDLING_TRY_VOID(files_.make_directories(folder_));
    profile.ledger = folder_.string();
    file_ = Ledger(files_, profile).path();
    return write_atomically(files_, file_, lines);
  }

 private:
  Files& files_;
  const fs::path folder_;
  fs::path file_;
};

// A record may come from somebody else: nothing in it may start a program here.
Status check_harmless(const Arguments& arguments) {
  if (find_flag(*arguments.verb(), "tools") == nullptr) return {};
  for (const std::string& tools : arguments.list("tools")) {
    if (tools == "index") continue;
    return Error{ErrorCode::usage, "--index",
                 "the recorded run started programs of its user's, which a replay does not",
                 "replay it without --index"};
  }
  return {};
}

// The recorded command line, with the index and the encoder of this one.
Result<Arguments> asked_with(Session& session, const RunRecord& record) {
  if (record.arguments.empty() || record.arguments.front() != "ask")
    return Error{ErrorCode::malformed, "", "are not those of 'ask'", ""};
  std::vector<std::string> words = {"ask", "--index=" + session.settings.index().string()};
  if (const auto encoder = session.settings.text("encoder")) words.push_back("--encoder=" + *encoder);
  words.insert(words.end(), record.arguments.begin() + 1, record.arguments.end());
  return Arguments::parse(words);
}

Result<Json> ask_again(Session& session, const RunRecord& record, PlaybackClient& client,
                       std::optional<ModelProfile> profile) {
  KINDLING_TRY(const Question question, read_question(session));
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  KINDLING_TRY(AskOptions options, read_ask_options(session, profile, *snapshot));
  options.pack.fence = record.fence;
  options.endpoint.http = std::shared_ptr<HttpClient>(std::shared_ptr<void>(), &client);
  KINDLING_TRY(const Answer answer, ask(*snapshot, encoder.get(), question, profile ? &*profile : nullptr,
                                        options, {}, session.cancellation));
  return to_json(answer);
}

// The whole question, from the index to the answer, as it was asked.
Status replay_whole(Session& session, const RunRecord& record, Pace pace, ReplayReport& report) {
  KINDLING_TRY(const Arguments arguments, asked_with(session, record).within("arguments"));
  KINDLING_TRY_VOID(check_harmless(arguments));
  KINDLING_TRY(const Settings settings, Settings::load(arguments));
  Session again{arguments, settings, session.console, session.cancellation, session.files};

  RecordedCounts counts(session.files, cache_folder() / "replay" / std::to_string(random_u64()));
  std::optional<ModelProfile> profile;
  if (!record.profile.name.empty()) {
    KINDLING_TRY(profile, replay_profile(record));
    KINDLING_TRY_VOID(counts.give(*profile, record.observations));
  }
  PlaybackClient client(exchanges_of(record), pace);
  const Result<Json> answer = ask_again(again, record, client, std::move(profile));
  KINDLING_TRY_VOID(session.cancellation.check());
  if (const auto stranger = client.stranger())
    report.differences.push_back(difference("whole: request", stranger->recorded, stranger->made));
  if (answer.ok() && !record.error) {
    for (Difference& found : compare_answers(record.answer, *answer)) {
      found.what = "whole: " + found.what;
      report.differences.push_back(std::move(found));
    }
  } else if (answer.ok() || !record.error || answer.error().sentence() != record.error->sentence()) {
    report.differences.push_back(difference("whole: outcome",
                                            record.error ? record.error->sentence() : "an answer",
                                            answer.ok() ? "an answer" : answer.error().sentence()));
  }
  return {};
}

struct Replayed {
  const RunRecord& record;
  bool whole = false;
  bool index_changed = false;
  ReplayReport report;
};

Json replayed_json(const Replayed& replayed, std::size_t number) {
  Json differences = Json::array();
  for (const Difference& found : replayed.report.differences) {
    differences.push(Json::object({{"what", found.what}, {"recorded", found.recorded}, {"now", found.now}}));
  }
  return Json::object({{"number", number},
                       {"question", replayed.record.question},
                       {"model", replayed.record.profile.name.empty() ? Json("extractive")
                                                                      : Json(replayed.record.profile.name)},
                       {"version", replayed.record.version},
                       {"calls", replayed.report.calls},
                       {"requests", replayed.report.exchanges},
                       {"whole", replayed.whole},
                       {"index_changed", replayed.index_changed},
                       {"differences", std::move(differences)}});
}

void print_replayed(Session& session, const Replayed& replayed, std::size_t number) {
  Console& console = session.console;
  const ReplayReport& report = replayed.report;
  console.print_line(console.tinted(Tint::strong, std::to_string(number) + ". ") +
                     on_one_line(replayed.record.question));
  std::string line = "   " + counted(report.calls, "call") + ", " + counted(report.exchanges, "request") +
                     (replayed.whole ? ", and the whole question" : "") + ": ";
  line += report.differences.empty()
              ? console.tinted(Tint::good, "as recorded")
              : console.tinted(Tint::bad, counted(report.differences.size(), "difference"));
  console.print_line(line);
  if (replayed.index_changed) console.print_line("   the index is not in the state that was recorded");
  for (const Difference& found : report.differences) {
    console.print_line("   " + on_one_line(found.what));
    console.print_line("     then: " + on_one_line(found.recorded));
    console.print_line("     now:  " + on_one_line(found.now));
  }
}

Result<Replayed> replay(Session& session, const RunRecord& record, bool whole, Pace pace) {
  Replayed replayed{record, whole, false, {}};
  const OnToken show = [&](std::string_view piece) {
    if (session.console.json() || pace == Pace::at_once) return true;
    session.console.print(harmless(piece));
    return session.console.flush().ok();
  };
  KINDLING_TRY(replayed.report, replay_calls(record, pace, show, session.cancellation));
  if (pace == Pace::recorded && !session.console.json()) session.console.print_line();
  if (!whole) {
    if (record.calls.empty() && !record.error) {
      return Error{ErrorCode::usage, record.question,
                   "was answered without an endpoint: only the index can do it again",
                   "name the index with --index"};
    }
    return replayed;
  }
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  replayed.index_changed = snapshot_json(*snapshot) != record.snapshot;
  KINDLING_TRY_VOID(replay_whole(session, record, Pace::at_once, replayed.report));
  return replayed;
}

}  // namespace

Result<ExitCode> command_replay(Session& session) {
  const std::string& path = session.arguments.words().front();
  KINDLING_TRY(const std::string lines, session.files.read(path, record_bytes_max));
  KINDLING_TRY(const std::vector<RunRecord> records, read_records(lines).within(path));
  if (records.empty())
    return Error{ErrorCode::malformed, path, "holds no record", "see 'kindling help replay'"};
  const auto only = session.arguments.count("only");
  if (only && (*only == 0 || *only > records.size())) {
    return Error{ErrorCode::usage, "--only",
                 "there is no run " + std::to_string(*only) + " among " + std::to_string(records.size()), ""};
  }
  const bool whole = session.arguments.given("index").has_value();
  const Pace pace = session.arguments.toggle("pace") ? Pace::recorded : Pace::at_once;
  Json runs = Json::array();
  std::size_t differences = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (only && *only != i + 1) continue;
    const std::string place = path + ": run " + std::to_string(i + 1);
    KINDLING_TRY(const Replayed replayed, replay(session, records[i], whole, pace).within(place));
    differences += replayed.report.differences.size();
    runs.push(replayed_json(replayed, i + 1));
    if (!session.console.json()) print_replayed(session, replayed, i + 1);
  }
  if (session.console.json())
    session.console.print_json(Json::object({{"runs", std::move(runs)}, {"differences", differences}}));
  return differences == 0 ? ExitCode::ok : ExitCode::no_result;
}

}  // namespace kindling
