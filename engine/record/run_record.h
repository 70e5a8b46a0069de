// One question on its way through Kindling, written down so that it can be done again: a bug report in one
// line of JSON (`ask --record` writes it, `kindling replay` and `kindling ab` read it).
//
// It holds the question and how it was asked, the profile, what is known of the index, the passages, every
// request with its answer as it came, byte for byte and with its times, and the answer that was shown. It holds
// no key and no header of a request; the passages and the question are in it, so it is as private as they are.
//
// Plain values. docs/records.md describes the JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/ask.h"
#include "engine/endpoint/recorded_call.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::int64_t record_format = 1;
inline constexpr std::uint64_t record_bytes_max = 1u << 30;  // of one record
inline constexpr std::size_t record_depth_max = 32;

// A profile as it was: its text, so that a later change of the file changes no replay.
struct RecordedProfile {
  std::string name;  // empty: the answer was extractive
  std::string toml;
  std::string base_url;  // asked at this address
};

struct RunRecord {
  std::string version;  // of the program
  std::int64_t time_ms = 0;
  std::string question;
  std::vector<std::string> arguments;  // a command line that asks the same of any index
  RecordedProfile profile;
  Json snapshot;             // as snapshot_json
  std::string fence;         // of the prompt (engine/pack/fence.h)
  std::string observations;  // lines of the ledger that the count was calibrated on; empty: none
  std::vector<Passage> passages;
  std::vector<RecordedCall> calls;
  bool truncated = false;      // more was said than a record holds
  Json answer;                 // the object that `ask --json` prints; null where there was none
  std::optional<Error> error;  // then
};

// What tells one state of an index from another: numbers, and with what it was built.
[[nodiscard]] Json snapshot_json(const Snapshot& snapshot);

[[nodiscard]] Json record_json(const RunRecord& record);
// Errors: `malformed`, naming the member; `unsupported` for a later format.
[[nodiscard]] Result<RunRecord> read_record(const Json& json);

// A file of records, one a line. Errors: `malformed` with the line.
[[nodiscard]] Result<std::vector<RunRecord>> read_records(std::string_view lines);

}  // namespace kindling
