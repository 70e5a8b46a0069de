#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/env.h"
#include "base/text_lines.h"
#include "cli/commands.h"
#include "cli/encoder_choice.h"
#include "cli/folders.h"
#include "cli/memory_setting.h"
#include "cli/progress.h"
#include "cli/text_layout.h"
#include "engine/ingest/reencode.h"
#include "index/shadow.h"

namespace kindling {
namespace {

constexpr std::uint64_t question_file_bytes_max = 16u << 20;

// The encoder that the index was made with, for the comparison; null when it is not found, after a note.
std::unique_ptr<Encoder> present_encoder(Session& session, const IndexSettings& built) {
  const std::string folder =
      session.arguments.text("from").value_or((models_folder() / built.encoder).string());
  const bool shortened = built.encoder_fingerprint.find('@') != std::string::npos;
  const auto dimensions = shortened ? std::optional<std::size_t>(built.dimensions) : std::nullopt;
  auto encoder = open_encoder(folder, Precision::f32, dimensions);
  if (encoder && encoder.value()->fingerprint() == built.encoder_fingerprint) return std::move(encoder).value();
  session.note("not compared: the index's own encoder, " + built.encoder + ", is not in " + shown_path(folder) +
               "; name its folder with --from");
  return nullptr;
}

Json comparison_json(const std::optional<EncoderComparison>& comparison) {
  if (!comparison) return {};
  return Json::object({{"queries", comparison->queries},
                       {"chunks", comparison->chunks},
                       {"first_ten_in_common", comparison->first_ten_in_common},
                       {"median_rank_change", comparison->median_rank_change}});
}

void print_report(Session& session, const ReencodeReport& report, const Encoder& wanted, double seconds) {
  Console& console = session.console;
  if (console.json()) {
    console.print_json(Json::object({{"switched", report.switched},
                                     {"encoder", wanted.name()},
                                     {"dimensions", wanted.dimensions()},
                                     {"embedded_chunks", report.embedded_chunks},
                                     {"embedded_tokens", report.embedded_tokens},
                                     {"comparison", comparison_json(report.comparison)},
                                     {"seconds", Json::object({{"total", seconds}})}}));
    return;
  }
  if (report.comparison) {
    const EncoderComparison& found = *report.comparison;
    console.print_line("compared: " + counted(found.queries, "question") + " among " +
                       counted(found.chunks, "chunk") + ": " + decimal(100 * found.first_ten_in_common, 0) +
                       " % of the first ten hits are the same; half of them move by at most " +
                       grouped(static_cast<std::uint64_t>(found.median_rank_change)) + " places");
  }
  console.print_line("embedded: " + counted(report.embedded_chunks, "chunk") + " in " + shown_seconds(seconds));
  console.print_line(report.switched ? "the index has the vectors of " + std::string(wanted.name()) + " now"
                                     : "nothing was changed");
}

Result<ReencodeOptions> reencode_options(Session& session) {
  ReencodeOptions options;
  options.dry_run = session.arguments.toggle("dry-run");
  options.threads = session_threads(session);
  KINDLING_TRY(options.memory_bytes, session_memory(session));
  if (const auto file = session.arguments.text("queries")) {
    KINDLING_TRY(const std::string text, session.files.read(*file, question_file_bytes_max));
    for (const std::string_view line : lines_of(text)) {
      if (!line.empty() && options.questions.size() < compared_queries_max)
        options.questions.emplace_back(line);
    }
  }
  return options;
}

Result<ExitCode> discard(Session& session) {
  KINDLING_TRY_VOID(discard_shadow(session.files, session.settings.index()));
  if (session.console.json()) {
    session.console.print_json(Json::object({{"switched", false}, {"discarded", true}}));
  } else {
    session.console.print_line("vectors that were being made are deleted; the index is as it was");
  }
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> command_reencode(Session& session) {
  if (session.arguments.toggle("discard")) return discard(session);
  const bool named = session.arguments.text("encoder") || session.arguments.count("dimensions");
  if (!named) {
    return Error{ErrorCode::usage, "reencode", "by which encoder?", "name its folder with --encoder DIR"};
  }
  KINDLING_TRY(const ReencodeOptions options, reencode_options(session));
  IndexSettings built;
  {
    KINDLING_TRY(const auto snapshot, open_snapshot(session));
    built = snapshot->settings();
  }
  // Behind the address of the index another model may answer by now: that is a reason to be here.
  const bool remote = is_remote_encoder_named(session);
  KINDLING_TRY(const auto wanted, choose_encoder(session, remote ? IndexSettings() : built));
  const auto present = present_encoder(session, built);
  const Stopwatch watch;
  ProgressLine line(stderr_is_terminal());
  const auto on_progress = [&](const ReencodeProgress& progress) { line.update(progress); };
  const auto report = reencode(session.files, session.settings.index(), present.get(), *wanted, options,
                               on_progress, session.cancellation);
  line.clear();
  if (!report && report.error().code == ErrorCode::cancelled) {
    return Error{ErrorCode::cancelled, "", "interrupted",
                 "what was embedded is kept; run it again to go on, or with --discard to give it up"};
  }
  if (!report) return report.error();
  print_report(session, *report, *wanted, watch.seconds());
  return ExitCode::ok;
}

}  // namespace kindling
