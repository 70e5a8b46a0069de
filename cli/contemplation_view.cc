#include "cli/contemplation_view.h"

#include <algorithm>
#include <limits>

#include "cli/json_views.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::string_view own_flags[] = {"subagents", "whole",      "plan-by-model",
                                          "cost-max",  "tokens-max", "calls-max"};

std::string dollars(double amount) {
  return amount < 0 ? "cost unknown" : decimal(amount, amount < 1 ? 4 : 2) + " US dollars";
}

Json report_json(const SubagentReport& report) {
  Json object = Json::object({{report.level == 0 ? "shard" : "place", report.shard}});
  if (report.level > 0) object.set("level", report.level);
  object.set("documents", report.documents);
  object.set("passages", report.passages);
  object.set("tokens_max", report.tokens_max);
  object.set("budget", report.budget);
  object.set("statements", report.statements);
  object.set("unsupported", report.unsupported);
  object.set("usage", to_json(report.usage));
  object.set("finish", to_string(report.finish));
  object.set("ms", report.ms);
  if (!report.note.empty()) object.set("note", report.note);
  return object;
}

Json plan_json(const ContemplationPlan& plan) {
  Json parts = Json::array();
  for (const std::string& part : plan.parts) parts.push(part);
  return Json::object({{"whole", plan.whole},
                       {"subagents", plan.subagents},
                       {"shards", plan.shards},
                       {"reductions", plan.reductions},
                       {"retries_max", plan.retries_max},
                       {"passages", plan.passages},
                       {"parts", std::move(parts)},
                       {"planned_by_model", plan.planned_by_model},
                       {"calls_max", plan.calls_max},
                       {"prompt_tokens_max", plan.prompt_tokens_max},
                       {"completion_tokens_max", plan.completion_tokens_max},
                       {"cost_max", plan.cost_max < 0 ? Json() : Json(plan.cost_max)}});
}

}  // namespace

Status read_contemplation(Session& session, AskOptions& options) {
  const Arguments& arguments = session.arguments;
  const bool whole = arguments.toggle("whole");
  if (whole && !arguments.text("thinking")) options.thinking = ThinkingMode::contemplating;
  const auto given = [&](std::string_view flag) { return arguments.given(flag).has_value(); };
  if (options.thinking != ThinkingMode::contemplating) {
    const auto* const flag = std::find_if(std::begin(own_flags), std::end(own_flags), given);
    if (flag == std::end(own_flags)) return {};
    return Error{ErrorCode::usage, "--" + std::string(*flag), "belongs to contemplating",
                 "add --thinking contemplating"};
  }
  ContemplateOptions& wanted = options.contemplate;
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  wanted.whole = whole;
  wanted.plan_by_model = arguments.toggle("plan-by-model");
  wanted.subagents =
      static_cast<std::uint32_t>(std::min(arguments.count("subagents").value_or(subagents_default), most));
  wanted.cost_max = arguments.number("cost-max");
  wanted.tokens_max = arguments.count("tokens-max");
  wanted.calls_max = arguments.count("calls-max").value_or(contemplation_calls_default);
  if (!session.console.json())
    wanted.on_plan = [&session](const ContemplationPlan& plan) { session.note(plan_line(plan)); };
  return {};
}

std::string plan_line(const ContemplationPlan& plan) {
  std::string line = counted(plan.subagents, "subagent") + " at a time over " + counted(plan.shards, "shard");
  if (plan.passages > 0) line += " with " + counted(plan.passages, "passage");
  line += plan.reductions > 0 ? ", then " + counted(plan.reductions, "reduction") : "";
  line += ": at most " + counted(plan.calls_max, "call") + " with " +
          (plan.retries_max == 1 ? "1 retry" : grouped(plan.retries_max) + " retries");
  line += ", " + grouped(plan.prompt_tokens_max) + " tokens in and " + grouped(plan.completion_tokens_max) +
          " out, ";
  return line + dollars(plan.cost_max);
}

std::string usage_line(const Answer& answer) {
  const Usage& usage = answer.usage;
  std::string line = counted(answer.contemplation->calls, "call") + ", " + grouped(usage.prompt_tokens) +
                     " tokens in and " + grouped(usage.completion_tokens) + " out, " + dollars(usage.cost);
  if (!usage.reported) line += " (not all of it counted by the endpoint)";
  for (const auto& [stage, milliseconds] : answer.timings_ms) {
    if (stage == "total") line += ", " + shown_seconds(milliseconds / 1e3);
  }
  return line;
}

void add_contemplation(Json& object, const Contemplation& contemplation) {
  object.set("plan", plan_json(contemplation.plan));
  Json subagents = Json::array(), reductions = Json::array();
  for (const SubagentReport& report : contemplation.subagents) subagents.push(report_json(report));
  for (const SubagentReport& report : contemplation.reductions) reductions.push(report_json(report));
  object.set("subagents", std::move(subagents));
  object.set("reductions", std::move(reductions));
  object.set("calls", contemplation.calls);
}

}  // namespace kindling
