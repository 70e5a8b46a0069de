// A profile's limits, requests and tokens a minute, shared by all processes of one user: two token buckets in a
// small file.
//
// A bucket holds one minute's worth and fills evenly, as the servers' own do. Who takes from it is told how
// long to wait, and the bucket goes into debt: later ones queue behind, in the order in which they asked, and
// nobody polls. A request larger than a whole bucket goes when the bucket is full. When a server nevertheless
// answers 429, the time it names goes into the file too, so that other processes do not run into the same wall.
//
// Only levels and one moment are kept: no key, no text. The file is replaced by renaming under a lock, so that
// kill -9 leaves the old state or the new; one that cannot be read counts as full. What a killed process took
// and never used is refilled like anything else. A clock that is set back refills nothing; one that is set
// forward, at most a minute's worth. Limits are a courtesy: where the file cannot be kept, requests just go.
//
// Thread-safe; the methods take some 0.1 ms.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "engine/profile.h"

namespace kindling {

// One bucket. Pure.
struct RateBucket {
  double level = 0;  // what may go now; negative: the debt of those who wait

  // A rate of 0 is no limit: nothing is kept, nobody waits.
  void fill(double per_minute, std::int64_t elapsed_ms);
  // Takes, and tells how long to wait before using it.
  [[nodiscard]] double take(double per_minute, double amount);
};

class RateLimit {
 public:
  // Requires: profile.rate_folder is not empty. Limits of the profile that are 0 are not kept.
  RateLimit(Files& files, const ModelProfile& profile);

  // How long one request of so many tokens must wait. It counts from now on.
  [[nodiscard]] std::chrono::milliseconds reserve(std::uint64_t tokens);
  // The request was not sent after all.
  void give_back(std::uint64_t tokens);
  // What the endpoint counted in place of what was reserved.
  void settle(std::uint64_t reserved, std::uint64_t counted);
  // The endpoint wants no request for so long.
  void close_for(std::chrono::milliseconds duration);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  struct State {
    RateBucket requests;
    RateBucket tokens;
    std::int64_t at_ms = 0;
  };
  template <typename Change>
  void change(Change change);
  [[nodiscard]] State read() const;  // as it is now
  Status write(const State& state);

  Files* files_;
  std::filesystem::path path_;
  double requests_per_minute_;
  double tokens_per_minute_;
};

// $XDG_RUNTIME_DIR/kindling/limits, else in $XDG_CACHE_HOME or ~/.cache; empty where there is none of them.
[[nodiscard]] std::string default_rate_folder();

}  // namespace kindling
