#include "index/store/changes.h"

namespace kindling {

Status Change::run(const std::function<Status()>& body) {
  Catalog& catalog = place_.catalog;
  if (catalog.outcome_unknown()) {
    return Error{ErrorCode::io, place_.folder.string(), "an earlier commit failed half-way",
                 "run again: what was committed is found then"};
  }
  KINDLING_TRY_VOID(catalog.begin());
  Status status = body();
  if (status.ok() && !added_.empty()) status = place_.files.sync_directory(place_.folder);
  if (status.ok()) status = catalog.commit();
  if (status.ok()) {
    std::erase_if(dropped_, [&](const std::string& name) { return place_.kept.holds(name); });
    remove(dropped_);
    return {};
  }
  catalog.roll_back();
  if (!catalog.outcome_unknown()) remove(added_);
  return status;
}

void Change::remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) (void)place_.files.remove(place_.folder / name).ok();
}

}  // namespace kindling
