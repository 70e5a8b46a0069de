#include "engine/endpoint/ledger.h"

#include <chrono>
#include <thread>

#include "base/digest.h"
#include "base/env.h"
#include "base/json.h"
#include "base/log.h"
#include "net/url.h"

namespace kindling {
namespace {

constexpr int format_version = 1;
constexpr std::uint64_t ledger_bytes_max = 16u << 20;
constexpr std::uint64_t count_max = 1'000'000'000'000;  // of anything in a request: more is damage
constexpr double patience_ms = 2'000;
constexpr std::chrono::milliseconds lock_step{10};

std::string host_of(const std::string& base_url) {
  const auto url = parse_url(base_url);
  return url.ok() ? url->host + ":" + std::to_string(url->port) : base_url;
}

Json to_json(const Observation& observation) {
  Json traits = Json::array();
  for (const std::uint64_t trait : observation.shape.traits) traits.push(trait);
  return Json::object({{"at_ms", observation.at_ms},
                       {"truth", observation.truth},
                       {"tokens", observation.tokens},
                       {"tokens_max", observation.tokens_max},
                       {"calibrated", observation.calibrated},
                       {"bytes", observation.shape.bytes},
                       {"traits", std::move(traits)}});
}

bool read_count(const Json& json, std::uint64_t& out) {
  if (!json.is_integer() || json.as_integer() < 0) return false;
  out = static_cast<std::uint64_t>(json.as_integer());
  return out <= count_max;
}

bool read_observation(const Json& json, Observation& out) {
  if (!read_count(json["truth"], out.truth) || !read_count(json["tokens"], out.tokens) ||
      !read_count(json["tokens_max"], out.tokens_max) || !read_count(json["bytes"], out.shape.bytes) ||
      out.truth == 0 || json["traits"].items().size() != trait_count) {
    return false;
  }
  for (std::size_t i = 0; i < trait_count; ++i) {
    if (!read_count(json["traits"].items()[i], out.shape.traits[i])) return false;
  }
  out.calibrated = json["calibrated"].as_bool();
  out.at_ms = json["at_ms"].as_integer();
  return true;
}

// Empty: read well.
std::string read_lines(std::string_view text, LedgerContent& content) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return "line " + std::to_string(line) + " is cut";
    const auto json = parse_json(text.substr(0, end), 4);
    text.remove_prefix(end + 1);
    if (!json.ok()) return "line " + std::to_string(line) + ": " + json.error().why;
    if (line == 1) {
      if ((*json)["kindling_ledger"].as_integer() != format_version ||
          (*json)["traits"].as_integer() != trait_version) {
        return "it is of another version";
      }
      content.drift = (*json)["drift"].as_string();
      content.drift_at_ms = (*json)["drift_at_ms"].as_integer();
      static_cast<void>(read_count((*json)["dropped"], content.dropped));
      continue;
    }
    Observation observation;
    if (!read_observation(*json, observation)) return "line " + std::to_string(line) + " is no observation";
    content.observations.push_back(observation);
  }
  return {};
}

}  // namespace

Ledger::Ledger(Files& files, const ModelProfile& profile)
    : files_(&files), profile_(profile.name), host_(host_of(profile.base_url)), model_(profile.model) {
  const std::string key = sha256_hex(profile_ + "\n" + host_ + "\n" + model_).substr(0, 12);
  std::string name;
  for (const char c : profile_) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    name += plain ? c : '_';
  }
  path_ = std::filesystem::path(profile.ledger) / (name + "-" + key + ".jsonl");
}

Result<LedgerContent> Ledger::read() {
  auto text = files_->read(path_, ledger_bytes_max);
  if (!text.ok() && text.error().code == ErrorCode::not_found) return LedgerContent{};
  if (!text.ok() && text.error().code != ErrorCode::too_large) return text.error();
  LedgerContent content;
  const std::string why = text.ok() ? read_lines(*text, content) : text.error().why;
  if (why.empty()) return content;
  set_aside(why);
  return LedgerContent{};
}

void Ledger::set_aside(const std::string& why) {
  const Status moved = files_->rename(path_, path_.string() + ".broken");
  log(LogLevel::warning,
      path_.string() + ": the counts observed so far cannot be used: " + why +
          (moved.ok() ? "; the file is kept beside as .broken" : "; " + moved.error().sentence()) +
          ", and bounds are the worst case until enough answers have come");
}

Result<std::unique_ptr<FileLock>> Ledger::lock() {
  KINDLING_TRY_VOID(files_->make_directories(path_.parent_path()));
  const std::string holder = "kindling, keeping what " + host_ + " counted";
  const Stopwatch watch;
  for (;;) {
    auto lock = files_->lock(path_.string() + ".lock", holder);
    if (lock.ok() || lock.error().code != ErrorCode::index_locked || watch.milliseconds() > patience_ms)
      return lock;
    std::this_thread::sleep_for(lock_step);
  }
}

Status Ledger::write(const LedgerContent& content) {
  Json header = Json::object({{"kindling_ledger", format_version},
                              {"traits", trait_version},
                              {"profile", profile_},
                              {"endpoint", host_},
                              {"model", model_},
                              {"dropped", content.dropped}});
  if (!content.drift.empty()) {
    header.set("drift", content.drift);
    header.set("drift_at_ms", content.drift_at_ms);
  }
  std::string text = to_string(header) + "\n";
  for (const Observation& observation : content.observations) text += to_string(to_json(observation)) + "\n";
  return write_atomically(*files_, path_, text);
}

void Ledger::note_drift(LedgerContent& content, const Drift& drift) const {
  content.drift = drift.why;
  content.drift_at_ms = now_ms();
  content.dropped += drift.keep_from;
  const auto begin = content.observations.begin();
  content.observations.erase(begin, begin + static_cast<std::ptrdiff_t>(drift.keep_from));
}

Status Ledger::add(const Observation& observation) {
  KINDLING_TRY(const auto held, lock());
  KINDLING_TRY(LedgerContent content, read());
  auto& all = content.observations;
  all.push_back(observation);
  if (all.size() > observations_max) {
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() - observations_max));
  }
  if (const auto drift = find_drift(all)) {
    note_drift(content, *drift);
    log(LogLevel::warning, profile_ + ": another model seems to answer at " + host_ + ": " + drift->why + "; " +
                               std::to_string(drift->keep_from) +
                               " older counts are dropped, and bounds are the worst case until there are " +
                               std::to_string(calibration_samples_min) + " new ones");
  }
  return write(content);
}

Status Ledger::rebuild() {
  KINDLING_TRY(const auto held, lock());
  KINDLING_TRY(LedgerContent content, read());
  LedgerContent rebuilt = content;
  rebuilt.observations.clear();
  for (const Observation& observation : content.observations) {
    rebuilt.observations.push_back(observation);
    if (const auto drift = find_drift(rebuilt.observations)) note_drift(rebuilt, *drift);
  }
  return write(rebuilt);
}

Status Ledger::reset() {
  KINDLING_TRY(const auto held, lock());
  const Status removed = files_->remove(path_);
  return removed.ok() || removed.error().code == ErrorCode::not_found ? Status{} : removed;
}

}  // namespace kindling
