#include "cli/mirror.h"

#include <filesystem>
#include <span>
#include <utility>

#include "base/env.h"
#include "base/process.h"
#include "cli/folders.h"
#include "engine/endpoint/rate_limit.h"
#include "engine/mirror/from_run.h"
#include "engine/mirror/pair_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// In [0, 1).
double random_share() { return static_cast<double>(random_u64() >> 11) * 0x1p-53; }

}  // namespace

fs::path ab_folder(Session& session) {
  const auto named = session.settings.text("ab.folder");
  std::error_code failed;
  const fs::path folder = named ? fs::path(*named) : data_folder() / "ab";
  const fs::path whole = fs::absolute(folder, failed);  // the process that sends stands elsewhere
  return failed ? folder : whole;
}

Result<ModelProfile> other_profile(const std::string& name) {
  KINDLING_TRY(ModelProfile profile, find_profile(name));
  profile.ledger = (data_folder() / "ledger").string();
  profile.rate_folder = default_rate_folder();
  return profile;
}

Mirror::Mirror(Session& session)
    : session_(session),
      second_(session.settings.text("ab.model").value_or("")),
      share_(parse_number(session.settings.text("ab.share").value_or("0")).value_or(0)) {}

void Mirror::before(const ModelProfile* profile, AskOptions& options) {
  calls_ = nullptr;
  if (second_.empty() || profile == nullptr || random_share() >= share_) return;
  listens_alone_ = options.endpoint.recorder == nullptr;
  if (listens_alone_) options.endpoint.recorder = std::make_shared<CallRecorder>();
  calls_ = options.endpoint.recorder;
  calls_before_ = calls_->calls().size();
}

void Mirror::after(const std::string& question, const ModelProfile* profile, AskOptions& options,
                   const Answer* answer) {
  const auto recorder = std::exchange(calls_, nullptr);
  if (recorder == nullptr) return;
  if (listens_alone_) options.endpoint.recorder = nullptr;
  if (answer == nullptr || !session_.console.flush()) return;
  const std::vector<RecordedCall> calls = recorder->calls();
  const auto ours = std::span(calls).subspan(calls_before_);
  const auto pair = waiting_pair(question, *profile, second_, ours, *answer);
  if (!pair) return;
  const fs::path folder = ab_folder(session_);
  if (!PairFolder(session_.files, folder).add(*pair)) return;
  static_cast<void>(processes_.start(this_executable(), {"ab", "run", "--ab-folder", folder.string()}));
}

}  // namespace kindling
