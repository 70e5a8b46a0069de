#include "cli/plan_view.h"

#include "cli/text_layout.h"

namespace kindling {

std::string plan_line(const NearestPlan& plan) {
  if (plan.rows == 0) return "no chunk has a vector";
  std::string line;
  if (plan.listed_rows > 0) {
    line = "about " + grouped(plan.lists) + " of " + grouped(plan.lists_all) + " lists looked through, ";
  } else if (plan.scanned_rows > 0) {
    line = "codes of all chunks scanned, ";
  } else {
    return "every one of " + counted(plan.rows, "chunk") + " compared";
  }
  return line + grouped(plan.candidates) + " of " + counted(plan.rows, "chunk") + " compared; " +
         decimal(plan.recall, 3) + " of the nearest expected, in " + decimal(plan.microseconds / 1e3, 2) +
         " ms";
}

Json to_json(const NearestPlan& plan) {
  const char* method = plan.listed_rows > 0 ? "lists" : plan.scanned_rows > 0 ? "scan" : "exact";
  return Json::object({{"method", method},
                       {"chunks", plan.rows},
                       {"candidates", plan.candidates},
                       {"lists", plan.lists},
                       {"lists_all", plan.lists_all},
                       {"recall_expected", plan.recall},
                       {"expected_ms", plan.microseconds / 1e3}});
}

}  // namespace kindling
