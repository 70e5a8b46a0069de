// The mirror of `ask` and `chat`: a share of the questions goes to a second model too, once the user has the
// answer (docs/ab.md).
//
// The user's command never waits for it, never fails because of it, and says nothing of it: it writes one file
// and starts `kindling ab run`, which outlives it. Whatever goes wrong here is silent; what goes wrong there is
// in the pair. Without the setting ab.model nothing of this happens. Extractive answers are not mirrored: who
// asks for them was told that nothing leaves the machine.
//
// One thread.
#pragma once

#include <memory>
#include <string>

#include "base/detached_process.h"
#include "cli/session.h"
#include "engine/ask.h"
#include "engine/endpoint/call_recorder.h"

namespace kindling {

class Mirror {
 public:
  explicit Mirror(Session& session);

  // Before a question is asked: whether it will be mirrored is drawn now. If so, its calls are listened to,
  // by the recorder that is there already, or by one of our own until `after`. `profile`: null when extractive.
  void before(const ModelProfile* profile, AskOptions& options);

  // After its answer was shown. Without `answer` (asking failed) nothing is sent.
  void after(const std::string& question, const ModelProfile* profile, AskOptions& options,
             const Answer* answer);

 private:
  Session& session_;
  std::string second_;  // profile; empty: no mirroring
  double share_ = 0;
  std::shared_ptr<CallRecorder> calls_;  // while a question that is mirrored is asked
  std::size_t calls_before_ = 0;
  bool listens_alone_ = false;
  DetachedProcesses processes_;
};

// Where pairs lie: ab.folder, or "ab" in the data folder.
[[nodiscard]] std::filesystem::path ab_folder(Session& session);

// A profile of the mirror or of a judge, with the folders where its limits and counts are kept: --base-url and
// --key-env belong to the user's own model. Errors: `not_found`.
[[nodiscard]] Result<ModelProfile> other_profile(const std::string& name);

}  // namespace kindling
