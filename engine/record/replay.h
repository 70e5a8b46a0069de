// A recorded run done again, and where it comes out differently.
//
// Without the index: each request is built again from its messages and compared byte for byte with the one that
// was sent; what the endpoint said is read again as it came; the citations of the answer are checked again in
// the recorded passages. With the index the whole question is asked again (cli/command_replay.cc), over a
// PlaybackClient, and the answers are compared. Nothing is sent anywhere in either case.
//
// Pure but for the pauses of Pace::recorded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/record/playback.h"
#include "engine/record/run_record.h"

namespace kindling {

struct Difference {
  std::string what;  // "call 2: text"
  std::string recorded;
  std::string now;
};

struct ReplayReport {
  std::size_t calls = 0;
  std::size_t exchanges = 0;
  std::vector<Difference> differences;
};

// The recorded profile, asking nobody for a key and teaching no ledger. Errors: as read_profile.
[[nodiscard]] Result<ModelProfile> replay_profile(const RunRecord& record);

// `on_token` gets what the last call says. Errors: `malformed` (a call that cannot be asked again),
// `cancelled`, and those of replay_profile.
[[nodiscard]] Result<ReplayReport> replay_calls(const RunRecord& record, Pace pace, const OnToken& on_token,
                                                const Cancellation& cancellation);

// All exchanges of all calls, for a PlaybackClient under a whole question.
[[nodiscard]] std::vector<RecordedExchange> exchanges_of(const RunRecord& record);

// Of two objects as `ask --json` prints them; times are left out.
[[nodiscard]] std::vector<Difference> compare_answers(const Json& recorded, const Json& now);

// What lies around the first byte in which they differ, on one line each.
[[nodiscard]] Difference difference(std::string what, std::string_view recorded, std::string_view now);

}  // namespace kindling
