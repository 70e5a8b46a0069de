#include "cli/calibration_view.h"

#include <cmath>

#include "cli/text_layout.h"
#include "engine/endpoint/ledger.h"
#include "tokenizer/calibration.h"

namespace kindling {
namespace {

constexpr double shown_requests[] = {2'000, 8'000, 32'000, 128'000};  // tokens

Json margins_json(const Calibration& calibration) {
  Json margins = Json::array();
  if (!calibration.bounds()) return margins;
  for (const double tokens : shown_requests) {
    margins.push(Json::object({{"tokens", static_cast<std::int64_t>(tokens)},
                               {"margin", static_cast<std::int64_t>(std::ceil(calibration.margin(tokens)))}}));
  }
  return margins;
}

Json calibration_json(const ModelProfile& profile, const Ledger& ledger, const LedgerContent& content,
                      const Calibration& calibration) {
  const auto& all = content.observations;
  Json drift;
  if (!content.drift.empty()) {
    drift = Json::object(
        {{"at", shown_time(content.drift_at_ms)}, {"why", content.drift}, {"dropped", content.dropped}});
  }
  return Json::object(
      {{"profile", profile.name},
       {"endpoint", ledger.endpoint()},
       {"model", profile.model},
       {"bound", to_string(calibration.bounds() ? TokenBound::calibrated : TokenBound::worst_case)},
       {"confidence", calibration.bounds() ? Json(calibration_confidence) : Json()},
       {"samples", all.size()},
       {"samples_min", calibration_samples_min},
       {"newest", all.empty() ? Json() : Json(shown_time(all.back().at_ms))},
       {"median_ratio", all.empty() ? Json() : Json(calibration.median_ratio())},
       {"margins", margins_json(calibration)},
       {"drift", std::move(drift)},
       {"file", ledger.path().string()}});
}

void print_calibration(Session& session, const ModelProfile& profile, const Ledger& ledger,
                       const LedgerContent& content, const Calibration& calibration) {
  Console& console = session.console;
  const auto& all = content.observations;
  console.print_line("profile   " + console.tinted(Tint::name, profile.name) + ", " + profile.model + " at " +
                     ledger.endpoint());
  console.print_line("observed  " + counted(all.size(), "answer") +
                     (all.empty() ? "" : ", the newest " + shown_time(all.back().at_ms)));
  if (calibration.bounds()) {
    console.print_line("bound     calibrated: " + decimal(100 * calibration_confidence, 0) +
                       " % of requests like those observed keep it");
    std::string line = "margin    ";
    for (const double tokens : shown_requests) {
      line += (tokens == shown_requests[0] ? "" : ", ") +
              decimal(100 * calibration.margin(tokens) / tokens, 1) + " % at " +
              grouped(static_cast<std::uint64_t>(tokens));
    }
    console.print_line(line + " tokens");
  } else {
    console.print_line("bound     worst case, one token a byte: " +
                       counted(calibration_samples_min - all.size(), "more answer") + " will calibrate it");
  }
  if (!content.drift.empty()) {
    console.print_line("drift     " + shown_time(content.drift_at_ms) + ": " + content.drift + "; " +
                       grouped(content.dropped) + " older counts were dropped");
  }
  console.print_line(console.tinted(Tint::faint, "kept in   " + ledger.path().string()));
}

}  // namespace

Result<ExitCode> show_calibration(Session& session, const ModelProfile& profile) {
  if (profile.tokenizer != "estimator") {
    session.note(profile.name + " is counted by its own vocabulary: there is nothing to calibrate");
  }
  Ledger ledger(session.files, profile);
  if (session.arguments.toggle("reset")) KINDLING_TRY_VOID(ledger.reset());
  if (session.arguments.toggle("rebuild")) KINDLING_TRY_VOID(ledger.rebuild());
  KINDLING_TRY(const LedgerContent content, ledger.read());
  const Calibration calibration = Calibration::fit(content.observations);
  if (session.console.json()) {
    session.console.print_json(calibration_json(profile, ledger, content, calibration));
  } else {
    print_calibration(session, profile, ledger, content, calibration);
  }
  return ExitCode::ok;
}

}  // namespace kindling
