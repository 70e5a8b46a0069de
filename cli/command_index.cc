#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "base/env.h"
#include "cli/commands.h"
#include "cli/first_pass_encoders.h"
#include "cli/folders.h"
#include "cli/json_views.h"
#include "cli/memory_setting.h"
#include "cli/progress.h"
#include "cli/text_layout.h"
#include "engine/ingest.h"
#include "engine/ingest/first_pass.h"
#include "engine/ingest/reencode.h"
#include "index/snapshot.h"
#include "index/vectors/kept_costs.h"

namespace kindling {
namespace {

constexpr std::size_t lines_shown_max = 50;  // of failures and warnings together; --json has all

// "true", "12" and "1.5" become what they look like; everything else is text.
Json metadata_value(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  auto number = parse_json(text);
  return number && number->is_number() ? std::move(number).value() : Json(text);
}

Result<Json> metadata_of(const std::vector<std::string>& pairs) {
  Json metadata = Json::object();
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Error{ErrorCode::usage, "--metadata", "'" + pair + "' is not KEY=VALUE",
                   "write for example year=2024"};
    }
    metadata.set(pair.substr(0, equals), metadata_value(pair.substr(equals + 1)));
  }
  return metadata;
}

Result<IngestOptions> ingest_options(Session& session) {
  const Arguments& arguments = session.arguments;
  IngestOptions options;
  options.paths = arguments.words();
  options.include = arguments.list("include");
  options.exclude = arguments.list("exclude");
  options.prune = arguments.toggle("prune");
  options.dry_run = arguments.toggle("dry-run");
  options.embed = !arguments.toggle("no-embed");
  KINDLING_TRY(options.metadata, metadata_of(arguments.list("metadata")));
  options.threads = session_threads(session);
  KINDLING_TRY(options.memory_bytes, session_memory(session));
  if (const auto name = arguments.text("name")) options.standard_input_name = *name;
  if (const auto tokens = arguments.count("chunk-tokens")) {
    constexpr std::uint64_t least = 16, most = 8192;
    if (*tokens < least || *tokens > most) {
      return Error{ErrorCode::usage, "--chunk-tokens", std::to_string(*tokens) + " is not between 16 and 8192",
                   "128 is usual"};
    }
    options.chunk_tokens = static_cast<std::uint32_t>(*tokens);
  }
  return options;
}

double seconds_of(const IngestReport& report, std::string_view stage) {
  const auto found =
      std::ranges::find(report.seconds, stage, [](const auto& pair) { return std::string_view(pair.first); });
  return found == report.seconds.end() ? 0 : found->second;
}

void print_report(Session& session, const IngestReport& report) {
  Console& console = session.console;
  const bool dry = session.arguments.toggle("dry-run");
  std::string changes;
  const auto add = [&](std::uint64_t number, std::string_view what) {
    if (number > 0) changes += (changes.empty() ? "" : ", ") + grouped(number) + " " + std::string(what);
  };
  add(report.added, "added");
  add(report.updated, "updated");
  add(report.removed, "removed");
  add(report.unchanged, "unchanged");
  add(report.failed, "failed");
  console.print_line(console.tinted(
      Tint::strong, (dry ? "would be: " : "documents: ") + (changes.empty() ? "none" : changes)));
  if (!dry) {
    const double total = seconds_of(report, "total");
    const double embedding = seconds_of(report, "embed");
    console.print_line("index: " + shown_path(session.settings.index().string()) + ", " +
                       counted(report.chunks, "chunk") + ", " + counted(report.tokens, "token") + ", in " +
                       shown_seconds(total));
    if (report.embedded_tokens > 0 && embedding > 0) {
      const auto rate = static_cast<std::uint64_t>(static_cast<double>(report.embedded_tokens) / embedding);
      console.print_line("embedded: " + counted(report.embedded_chunks, "chunk") + " at " + grouped(rate) +
                         " tokens/s");
    }
  }
  if (report.pending_embeddings > 0) {
    console.print_line(counted(report.pending_embeddings, "chunk") +
                       " without vectors: found by keywords; 'kindling index' again adds the vectors");
  }
}

// One line a failure and a warning on stderr, whatever the form on stdout.
void note_troubles(Session& session, const IngestReport& report) {
  std::vector<std::string> lines;
  for (const IngestFailure& failure : report.failures)
    lines.push_back(shown_path(failure.uri) + ": " + failure.message);
  for (const std::string& warning : report.warnings) lines.push_back("warning: " + warning);
  for (std::size_t i = 0; i < std::min(lines.size(), lines_shown_max); ++i) session.note(lines[i]);
  if (lines.size() > lines_shown_max)
    session.note("... and " + grouped(lines.size() - lines_shown_max) + " more; --json lists all");
}

Result<IngestReport> ingest_with_progress(Session& session, const IngestOptions& options,
                                          const Encoder& encoder) {
  ProgressLine line(stderr_is_terminal());
  auto report = ingest(
      session.settings.index(), options, encoder,
      [&](const IngestProgress& progress) { line.update(progress); }, session.cancellation);
  line.clear();
  if (!report && report.error().code == ErrorCode::cancelled) {
    return Error{ErrorCode::cancelled, "", "interrupted", "what was committed stays; run it again to go on"};
  }
  return report;
}

void set_seconds(IngestReport& report, std::string_view stage, double seconds) {
  for (auto& [name, value] : report.seconds) {
    if (name == stage) value = seconds;
  }
}

// What is misspelt is refused by the ingest, before there is an index.
bool all_paths_exist(Session& session, const IngestOptions& options) {
  return std::ranges::all_of(
      options.paths, [&](const std::string& path) { return path == "-" || session.files.info(path).ok(); });
}

// The vectors of the full encoder, after those of the first pass.
Status refine(Session& session, const IngestOptions& options, const Encoder& full, IngestReport& report) {
  if (stderr_is_terminal()) {
    session.note("everything is found by words and meaning now; " + std::string(full.name()) +
                 " makes better vectors, and Ctrl-C puts that off until the next 'kindling index'");
  }
  const Stopwatch watch;
  ProgressLine line(stderr_is_terminal());
  const auto refined = reencode(
      session.files, session.settings.index(), nullptr, full,
      {.questions = {}, .threads = options.threads, .memory_bytes = options.memory_bytes},
      [&](const ReencodeProgress& progress) { line.update(progress); }, session.cancellation);
  line.clear();
  if (!refined && refined.error().code == ErrorCode::cancelled) {
    return Error{ErrorCode::cancelled, "", "interrupted",
                 "everything is found, by the vectors of the first pass; run it again to go on refining them"};
  }
  if (!refined) return refined.error();
  report.embedded_chunks = refined->embedded_chunks;
  report.embedded_tokens = refined->embedded_tokens;
  set_seconds(report, "embed", watch.seconds());
  set_seconds(report, "total", seconds_of(report, "total") + watch.seconds());
  return {};
}

// What --json says of a first pass.
Json first_pass_json(const Encoder& first, const IngestReport& report) {
  return Json::object({{"encoder", first.name()},
                       {"embedded_chunks", report.embedded_chunks},
                       {"embedded_tokens", report.embedded_tokens},
                       {"seconds", seconds_of(report, "total")}});
}

// So that searches are planned by what this machine takes, not by defaults: once, where there is something to
// plan. What goes wrong here is no failure of indexing.
void keep_costs(Session& session) {
  const auto snapshot = Snapshot::open(session.files, session.settings.index());
  if (!snapshot.ok()) return;
  const NearestPlan plan = (*snapshot)->nearest_plan(1, (*snapshot)->live_documents());
  if (plan.coded_rows == 0 || plan.measured_costs) return;
  static_cast<void>(KeptCosts(session.files).read_or_measure((*snapshot)->settings().dimensions));
}

ExitCode tell(Session& session, const IngestReport& report, const Json& first_pass) {
  if (!session.arguments.toggle("dry-run")) keep_costs(session);
  if (session.console.json()) {
    Json object = to_json(report);
    if (first_pass.is_object()) object.set("first_pass", first_pass);
    session.console.print_json(object);
  } else {
    if (first_pass.is_object()) {
      session.console.print_line("found by meaning after " + shown_seconds(first_pass["seconds"].as_double()) +
                                 ", by " + std::string(first_pass["encoder"].as_string()));
    }
    print_report(session, report);
  }
  note_troubles(session, report);
  return report.failed > 0 ? ExitCode::partial : ExitCode::ok;
}

Result<ExitCode> index_in_two_passes(Session& session, const IngestOptions& options,
                                     const FirstPassEncoders& encoders) {
  if (!options.dry_run && all_paths_exist(session, options)) {
    KINDLING_TRY_VOID(begin_first_pass(session.files, session.settings.index(), *encoders.first, *encoders.full,
                                       options.chunk_tokens));
  }
  KINDLING_TRY(IngestReport report, ingest_with_progress(session, options, *encoders.first));
  const Json first_pass = first_pass_json(*encoders.first, report);
  if (options.dry_run || !options.embed) return tell(session, report, {});
  KINDLING_TRY_VOID(refine(session, options, *encoders.full, report));
  return tell(session, report, first_pass);
}

}  // namespace

Result<ExitCode> command_index(Session& session) {
  KINDLING_TRY(const IngestOptions options, ingest_options(session));
  KINDLING_TRY(const auto passes, open_first_pass_encoders(session));
  if (passes) return index_in_two_passes(session, options, *passes);
  KINDLING_TRY(const auto encoder, open_indexing_encoder(session));
  KINDLING_TRY(const IngestReport report, ingest_with_progress(session, options, *encoder));
  return tell(session, report, {});
}

}  // namespace kindling
