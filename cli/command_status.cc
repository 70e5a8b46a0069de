#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/json_views.h"
#include "cli/plan_view.h"
#include "cli/text_layout.h"
#include "engine/ingest/first_pass.h"

namespace kindling {
namespace {

constexpr std::size_t recall_at = 10;

Json refinement_json(const FirstPass& first_pass) {
  return Json::object({{"encoder", first_pass.wanted.encoder},
                       {"embedded_chunks", first_pass.embedded},
                       {"chunks", first_pass.chunks}});
}

}  // namespace

Result<ExitCode> command_status(Session& session) {
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  Console& console = session.console;
  const std::string folder = session.settings.index().string();
  if (console.json()) {
    Json object = status_json(*snapshot);
    object.set("index", folder);
    const NearestPlan plan = snapshot->nearest_plan(recall_at, snapshot->live_documents());
    object.set("recall_at_10", plan.rows > 0 ? Json(plan.recall) : Json());
    object.set("plan", plan.rows > 0 ? to_json(plan) : Json());
    KINDLING_TRY(const auto first_pass, first_pass_of(session.files, session.settings.index()));
    object.set("refinement", first_pass ? refinement_json(*first_pass) : Json());
    console.print_json(object);
    return ExitCode::ok;
  }
  const IndexStatistics& statistics = snapshot->statistics();
  const IndexSettings& settings = snapshot->settings();
  const auto line = [&](std::string_view name, const std::string& value) {
    console.print_line(padded(name, 11) + console.tinted(Tint::none, value));
  };
  std::string languages;
  for (const Language language : snapshot->languages()) {
    languages += (languages.empty() ? "" : ", ") + std::string(to_string(language));
  }
  line("index", shown_path(folder));
  line("documents", grouped(statistics.documents));
  line("chunks", grouped(statistics.chunks) + " in " + grouped(statistics.sections) + " sections");
  line("tokens", grouped(statistics.tokens));
  line("languages", languages);
  line("size", shown_bytes(statistics.bytes) + " in " + counted(statistics.segments, "segment"));
  line("encoder", settings.encoder.empty()
                      ? "none: keywords only"
                      : settings.encoder + ", " + std::to_string(settings.dimensions) + " dimensions");
  KINDLING_TRY(const auto first_pass, first_pass_of(session.files, session.settings.index()));
  if (first_pass) {
    const std::uint64_t percent = first_pass->chunks > 0 ? first_pass->embedded * 100 / first_pass->chunks : 0;
    line("refining", "to " + first_pass->wanted.encoder + ": " + grouped(first_pass->embedded) + " of " +
                         counted(first_pass->chunks, "chunk") + " (" + std::to_string(percent) +
                         "%); 'kindling index' goes on, searching uses the first pass meanwhile");
  }
  if (const NearestPlan plan = snapshot->nearest_plan(recall_at, snapshot->live_documents()); plan.rows > 0) {
    line("recall", decimal(plan.recall, 3) + " of the ten nearest vectors" +
                       (plan.recall < 1 ? ", measured when they were indexed" : ": all are compared"));
    if (plan.coded_rows > 0) {
      line("vectors", plan_line(plan));
      line("costs", costs_line(plan));
    }
  }
  line("tokenizer", settings.tokenizer);
  if (statistics.pending_embeddings > 0) {
    line("pending", counted(statistics.pending_embeddings, "chunk") +
                        " without vectors; 'kindling index' again adds them");
  }
  if (statistics.removed_documents > 0) {
    line("removed", counted(statistics.removed_documents, "document") +
                        " still take space; 'kindling compact' reclaims it");
  }
  return ExitCode::ok;
}

}  // namespace kindling
