#include <filesystem>
#include <memory>
#include <optional>

#include "base/env.h"
#include "base/private_file.h"
#include "cli/ab_page.h"
#include "cli/ab_view.h"
#include "cli/commands.h"
#include "cli/mirror.h"
#include "cli/progress.h"
#include "cli/text_layout.h"
#include "engine/mirror/comparison.h"
#include "engine/mirror/complete.h"

namespace kindling {
namespace {

constexpr std::uint64_t references_bytes_max = 256u << 20;
constexpr double margin_default = .1;

Result<ExitCode> run_waiting(Session& session, PairFolder& folder) {
  KINDLING_TRY(const MirrorRun run, complete_pairs(folder, other_profile, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(Json::object(
        {{"answered", run.answered}, {"failed", run.failed}, {"dropped", run.dropped}, {"busy", run.busy}}));
    return ExitCode::ok;
  }
  session.console.print_line(counted(run.answered, "pair") + " completed, " + grouped(run.failed) +
                             " without a second answer");
  if (run.dropped > 0) session.note(counted(run.dropped, "file") + " that were no pairs are gone");
  if (run.busy) session.note("other processes are sending what waits");
  return ExitCode::ok;
}

Result<std::unique_ptr<Judge>> open_judge(Session& session, const PairFolder& folder) {
  const auto name = session.arguments.text("judge");
  if (!name) return std::unique_ptr<Judge>();
  KINDLING_TRY(const ModelProfile profile, other_profile(*name));
  KINDLING_TRY(auto endpoint, ChatEndpoint::open(profile, {}));
  return std::make_unique<Judge>(session.files, folder.verdicts(), profile, std::move(endpoint));
}

Result<std::optional<References>> read_references(Session& session) {
  const auto path = session.arguments.text("references");
  if (!path) return std::optional<References>();
  KINDLING_TRY(const std::string lines, session.files.read(*path, references_bytes_max));
  KINDLING_TRY(References references, References::parse(lines).within(*path));
  return std::optional<References>(std::move(references));
}

Result<ComparisonOptions> comparison_options(Session& session) {
  ComparisonOptions options;
  options.first = session.arguments.text("model").value_or("");
  options.second = session.arguments.text("ab-model").value_or("");
  options.margin = session.arguments.number("margin").value_or(margin_default);
  options.judged_max = session.arguments.count("judge-max").value_or(options.judged_max);
  if (options.margin <= 0 || options.margin > 1)
    return Error{ErrorCode::usage, "--margin", "not above 0 and at most 1", "write for example --margin 0.1"};
  return options;
}

Result<ExitCode> grade_pairs(Session& session, PairFolder& folder) {
  KINDLING_TRY(ComparisonOptions options, comparison_options(session));
  KINDLING_TRY(const auto references, read_references(session));
  KINDLING_TRY(const auto judge, open_judge(session, folder));
  options.references = references ? &*references : nullptr;
  options.judge = judge.get();
  ProgressLine progress(stderr_is_terminal() && !session.console.json());
  const auto on_pair = [&](std::size_t done, std::size_t all) {
    progress.update("grading " + grouped(done) + " of " + counted(all, "pair"));
  };
  KINDLING_TRY(const Comparison comparison, compare(folder, options, on_pair, session.cancellation));
  progress.clear();
  KINDLING_TRY(const PairFolder::Counts counts, folder.counts());
  if (const auto path = session.arguments.text("html")) {
    const std::string page = comparison_page(comparison, counts, shown_time(now_ms()));
    KINDLING_TRY_VOID(write_private_file(std::filesystem::path(*path), page).within("--html"));
  }
  if (session.console.json()) {
    session.console.print_json(comparison_json(comparison, counts));
  } else {
    print_comparison(session.console, comparison, counts);
  }
  if (comparison.pairs() > 0) return ExitCode::ok;
  session.note("no pair to grade in " + folder.path().string() +
               "; questions are mirrored by ask and chat with --ab-model PROFILE");
  return ExitCode::no_result;
}

}  // namespace

Result<ExitCode> command_ab(Session& session) {
  PairFolder folder(session.files, ab_folder(session));
  const auto& words = session.arguments.words();
  return !words.empty() && words.front() == "run" ? run_waiting(session, folder) : grade_pairs(session, folder);
}

}  // namespace kindling
