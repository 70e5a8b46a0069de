#include "cli/encoder_list.h"

#include "base/env.h"
#include "cli/encoder_choice.h"
#include "cli/folders.h"
#include "cli/progress.h"
#include "cli/text_layout.h"
#include "encoder/static_encoder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<InstalledEncoder> installed_encoders(Session& session) {
  std::vector<InstalledEncoder> encoders;
  const fs::path models = models_folder();
  const auto names = session.files.list(models);
  if (!names.ok()) return encoders;
  for (const std::string& name : *names) {
    const fs::path folder = models / name;
    const bool is_static = is_static_model(session.files, folder);
    if (is_static || session.files.info(folder / "modules.json").ok()) encoders.push_back({name, is_static});
  }
  return encoders;
}

Result<DistillReport> make_static_tier(Session& session, const fs::path& parent, const fs::path& output) {
  ProgressLine line(stderr_is_terminal());
  const auto on_piece = [&](std::size_t done, std::size_t of) {
    line.update("encoding the vocabulary, " + std::to_string(done * 100 / of) + "%");
  };
  const DistillOptions options{.threads = session_threads(session)};
  auto report = distill_static(session.files, parent, output, options, on_piece, session.cancellation);
  line.clear();
  return report;
}

Result<ExitCode> distill_encoder(Session& session) {
  fs::path parent;
  if (const auto named = session.arguments.text("encoder")) {
    KINDLING_TRY(parent, encoder_folder(session, *named));
  } else {
    KINDLING_TRY(parent, default_encoder_folder());
  }
  const auto named_output = session.arguments.text("output");
  const fs::path output = named_output ? fs::path(*named_output) : static_folder_of(parent);
  const Stopwatch watch;
  KINDLING_TRY(const DistillReport report, make_static_tier(session, parent, output));
  Console& console = session.console;
  if (console.json()) {
    console.print_json(Json::object({{"folder", output.string()},
                                     {"parent", parent.filename().string()},
                                     {"pieces", report.pieces},
                                     {"dimensions", report.dimensions},
                                     {"variance_kept", report.variance_kept},
                                     {"seconds", watch.seconds()}}));
    return ExitCode::ok;
  }
  constexpr double percent = 100;
  console.print_line("static tier of " + counted(report.pieces, "piece") + ", " +
                     std::to_string(report.dimensions) + " dimensions (" +
                     decimal(percent * report.variance_kept, 1) + " % of the variance), in " +
                     shown_seconds(watch.seconds()) + ": " + shown_path(output.string()));
  return ExitCode::ok;
}

}  // namespace kindling
