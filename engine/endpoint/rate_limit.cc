#include "engine/endpoint/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/cache_folder.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/json.h"
#include "base/log.h"
#include "net/url.h"

namespace kindling {
namespace {

constexpr std::uint64_t state_bytes_max = 4u << 10;
constexpr double patience_ms = 500;
constexpr std::chrono::milliseconds lock_step{1};
constexpr double ms_per_minute = 60'000;
constexpr double debt_minutes_max = 10;  // a file that says more is damaged

double read_level(const Json& level, double per_minute) {
  if (!level.is_number() || !std::isfinite(level.as_double())) return per_minute;
  return std::clamp(level.as_double(), -debt_minutes_max * per_minute, per_minute);
}

// Of the address and the model: profiles that lead to the same place share its limits.
std::string file_name(const ModelProfile& profile) {
  const auto url = parse_url(profile.base_url);
  const std::string host = url.ok() ? url->host + ":" + std::to_string(url->port) : profile.base_url;
  return sha256_hex(host + "\n" + profile.model).substr(0, 16) + ".json";
}

}  // namespace

void RateBucket::fill(double per_minute, std::int64_t elapsed_ms) {
  const double elapsed = static_cast<double>(std::max<std::int64_t>(elapsed_ms, 0));
  level = std::min(per_minute, level + per_minute * elapsed / ms_per_minute);
}

double RateBucket::take(double per_minute, double amount) {
  if (per_minute <= 0) return 0;
  const double missing = std::min(amount, per_minute) - level;
  level -= amount;
  return missing > 0 ? missing / per_minute * ms_per_minute : 0;
}

RateLimit::RateLimit(Files& files, const ModelProfile& profile)
    : files_(&files),
      path_(std::filesystem::path(profile.rate_folder) / file_name(profile)),
      requests_per_minute_(static_cast<double>(profile.requests_per_minute)),
      tokens_per_minute_(static_cast<double>(profile.tokens_per_minute)) {}

std::chrono::milliseconds RateLimit::reserve(std::uint64_t tokens) {
  double wait_ms = 0;
  change([&](State& state) {
    wait_ms = std::max(state.requests.take(requests_per_minute_, 1),
                       state.tokens.take(tokens_per_minute_, static_cast<double>(tokens)));
  });
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(wait_ms)));
}

void RateLimit::give_back(std::uint64_t tokens) {
  change([&](State& state) {
    state.requests.level = std::min(state.requests.level + 1, requests_per_minute_);
    state.tokens.level = std::min(state.tokens.level + static_cast<double>(tokens), tokens_per_minute_);
  });
}

void RateLimit::settle(std::uint64_t reserved, std::uint64_t counted) {
  if (tokens_per_minute_ <= 0 || reserved == counted) return;
  change([&](State& state) {
    const double more = static_cast<double>(counted) - static_cast<double>(reserved);
    state.tokens.level =
        std::clamp(state.tokens.level - more, -debt_minutes_max * tokens_per_minute_, tokens_per_minute_);
  });
}

void RateLimit::close_for(std::chrono::milliseconds duration) {
  const double minutes = static_cast<double>(duration.count()) / ms_per_minute;
  change([&](State& state) {
    if (requests_per_minute_ > 0) {
      state.requests.level =
          std::min(state.requests.level, std::min(1., requests_per_minute_) - requests_per_minute_ * minutes);
    } else {
      state.tokens.level = std::min(state.tokens.level, -tokens_per_minute_ * minutes);
    }
  });
}

template <typename Change>
void RateLimit::change(Change change) {
  if (requests_per_minute_ <= 0 && tokens_per_minute_ <= 0) return;
  const Stopwatch watch;
  Status kept = files_->make_directories(path_.parent_path());
  while (kept.ok()) {
    const auto lock = files_->lock(path_.string() + ".lock", "kindling");
    if (lock.ok()) {
      State state = read();
      change(state);
      kept = write(state);
      break;
    }
    kept = lock.error().code == ErrorCode::index_locked && watch.milliseconds() < patience_ms
               ? Status()
               : Status(lock.error());
    if (kept.ok()) std::this_thread::sleep_for(lock_step);
  }
  if (!kept.ok()) log(LogLevel::info, "the endpoint's limits are not kept: " + kept.error().sentence());
}

RateLimit::State RateLimit::read() const {
  const std::int64_t now = now_ms();
  const auto text = files_->read(path_, state_bytes_max);
  const auto json = text.ok() ? parse_json(*text, 4) : Result<Json>(Json());
  State state;
  state.requests.level = read_level(json.ok() ? (*json)["requests"] : Json(), requests_per_minute_);
  state.tokens.level = read_level(json.ok() ? (*json)["tokens"] : Json(), tokens_per_minute_);
  const std::int64_t at_ms = json.ok() ? (*json)["at_ms"].as_integer(now) : now;
  const std::int64_t elapsed =
      at_ms < now ? std::min<std::int64_t>(now - std::max<std::int64_t>(at_ms, 0), 60'000) : 0;
  state.requests.fill(requests_per_minute_, elapsed);
  state.tokens.fill(tokens_per_minute_, elapsed);
  state.at_ms = now;
  return state;
}

// Nothing here needs to survive the machine, so nothing is synced: renaming alone is whole for other processes.
Status RateLimit::write(const State& state) {
  const std::filesystem::path temporary = path_.string() + ".tmp";
  {
    KINDLING_TRY(const auto file, files_->create(temporary));
    KINDLING_TRY_VOID(file->append(to_string(Json::object(
        {{"at_ms", state.at_ms}, {"requests", state.requests.level}, {"tokens", state.tokens.level}}))));
  }
  return files_->rename(temporary, path_);
}

std::string default_rate_folder() {
  if (const auto runtime = environment("XDG_RUNTIME_DIR"); runtime && runtime->starts_with('/'))
    return *runtime + "/kindling/limits";
  return cache_folder("limits").string();
}

}  // namespace kindling
