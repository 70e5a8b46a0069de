// What endpoints have counted: one file a profile, host and model name, from which the estimator is calibrated.
//
// An observation is numbers only: how many words, digits, signs and letters of each script the request had,
// what was foretold, what was counted, when. No text, no key, no name of a document.
//
// The file is JSON lines, replaced atomically under a lock, so that neither kill -9 nor several processes can
// tear it; at most the newest `observations_max` are kept. A file that cannot be read is set aside (".broken")
// with one warning and never stops an answer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/profile.h"
#include "tokenizer/calibration.h"
#include "tokenizer/drift.h"

namespace kindling {

inline constexpr std::size_t observations_max = 2'000;

struct LedgerContent {
  std::vector<Observation> observations;  // of the model as it is now, oldest first
  // Of the last time that the model behind the name was seen to change; empty and 0 if never.
  std::string drift;
  std::int64_t drift_at_ms = 0;
  std::uint64_t dropped = 0;  // observations of earlier models, in all
};

class Ledger {
 public:
  // Of the profile's address and model as they stand in `profile`. Requires: profile.ledger is not empty.
  Ledger(Files& files, const ModelProfile& profile);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& endpoint() const { return host_; }

  // Nothing where there is no file, or one that had to be set aside. Errors: those of Files::read.
  [[nodiscard]] Result<LedgerContent> read();

  // Appends. Where this shows that the model has changed, what was observed before is dropped, and a warning
  // says so once. Errors: `index_locked` after two seconds, those of Files.
  Status add(const Observation& observation);

  // Looks for a change of the model anywhere in the past, not only at its end, and drops what lies before the
  // last one. Errors: as add.
  Status rebuild();

  // Forgets everything. Errors: as add.
  Status reset();

 private:
  [[nodiscard]] Result<std::unique_ptr<FileLock>> lock();
  Status write(const LedgerContent& content);
  void set_aside(const std::string& why);
  void note_drift(LedgerContent& content, const Drift& drift) const;

  Files* files_;
  std::string profile_;
  std::string host_;
  std::string model_;
  std::filesystem::path path_;
};

}  // namespace kindling
