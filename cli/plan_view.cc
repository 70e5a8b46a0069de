#include "cli/plan_view.h"

#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr double microseconds_a_ms = 1e3;

std::string milliseconds(double microseconds) { return decimal(microseconds / microseconds_a_ms, 2) + " ms"; }

std::string work_of(const NearestPlan& plan) {
  if (plan.listed_rows == 0 && plan.scanned_rows == 0)
    return "every one of " + counted(plan.rows, "chunk") + " compared";
  const std::string compared = grouped(plan.candidates) + " of " + counted(plan.rows, "chunk") + " compared; " +
                               decimal(plan.recall, 3) + " of the nearest expected";
  if (plan.listed_rows == 0) return "codes of all chunks scanned, " + compared;
  return "about " + grouped(plan.lists) + " of " + grouped(plan.lists_all) + " lists looked through, " +
         compared;
}

}  // namespace

std::string plan_line(const NearestPlan& plan) {
  if (plan.rows == 0) return "no chunk has a vector";
  std::string line = work_of(plan);
  if (plan.coded_rows > 0) {
    line += ", in " + milliseconds(plan.microseconds) + " by " +
            (plan.measured_costs ? "this machine's costs" : "default costs");
  }
  if (plan.took_microseconds > 0) line += "; took " + milliseconds(plan.took_microseconds);
  return line;
}

std::string costs_line(const NearestPlan& plan) {
  return plan.measured_costs ? "measured on this machine"
                             : "defaults; the next 'kindling index' measures this machine's";
}

Json to_json(const NearestPlan& plan) {
  const char* method = plan.listed_rows > 0 ? "lists" : plan.scanned_rows > 0 ? "scan" : "exact";
  return Json::object(
      {{"method", method},
       {"chunks", plan.rows},
       {"candidates", plan.candidates},
       {"lists", plan.lists},
       {"lists_all", plan.lists_all},
       {"recall_expected", plan.recall},
       {"costs", plan.measured_costs ? "measured" : "defaults"},
       {"expected_ms", plan.microseconds / microseconds_a_ms},
       {"took_ms", plan.took_microseconds > 0 ? Json(plan.took_microseconds / microseconds_a_ms) : Json()}});
}

}  // namespace kindling
