#include "engine/profile.h"

#include <algorithm>

#include "base/env.h"
#include "base/files.h"
#include "base/log.h"
#include "engine/endpoint/ledger.h"
#include "engine/endpoint/profile_reader.h"
#include "engine/endpoint/shipped_profiles.h"
#include "tokenizer/calibrated_estimator.h"
#include "tokenizer/estimator.h"
#include "tokenizer/open_tokenizer.h"
#include "tokenizer/shared_tokenizer.h"

namespace kindling {
namespace {

constexpr std::uint64_t profile_bytes_max = 1u << 20;

// $XDG_CONFIG_HOME/kindling/profiles; empty where there is no home at all.
std::filesystem::path user_folder() {
  if (const auto config = environment("XDG_CONFIG_HOME"))
    return std::filesystem::path(*config) / "kindling" / "profiles";
  if (const auto home = environment("HOME"))
    return std::filesystem::path(*home) / ".config" / "kindling" / "profiles";
  return {};
}

void add_or_replace(std::vector<ModelProfile>& profiles, ModelProfile profile) {
  const auto same =
      std::find_if(profiles.begin(), profiles.end(), [&](const auto& p) { return p.name == profile.name; });
  if (same == profiles.end()) {
    profiles.push_back(std::move(profile));
  } else {
    *same = std::move(profile);
  }
}

Status add_user_profiles(std::vector<ModelProfile>& profiles) {
  const std::filesystem::path folder = user_folder();
  if (folder.empty()) return {};
  const auto names = system_files().list(folder);
  if (!names) return names.error().code == ErrorCode::not_found ? Status{} : Status{names.error()};
  for (const std::string& name : *names) {
    if (!name.ends_with(".toml") || name.starts_with('.')) continue;
    const std::filesystem::path path = folder / name;
    KINDLING_TRY(const std::string text, system_files().read(path, profile_bytes_max));
    KINDLING_TRY(ModelProfile profile, read_profile(path.stem().string(), path.string(), text));
    add_or_replace(profiles, std::move(profile));
  }
  return {};
}

// Calibrated on what the profile's endpoint has counted, as far as that is kept and can be read.
std::shared_ptr<const Tokenizer> estimating_tokenizer(const ModelProfile& profile) {
  if (profile.ledger.empty()) return make_estimator(profile.name);
  const auto content = Ledger(system_files(), profile).read();
  if (!content.ok()) {
    log(LogLevel::warning, content.error().sentence() + "; bounds are the worst case");
    return make_estimator(profile.name);
  }
  return make_calibrated_estimator(profile.name, Calibration::fit(content->observations));
}

}  // namespace

std::string_view to_string(ThinkingMode mode) {
  switch (mode) {
    case ThinkingMode::instant:
      return "instant";
    case ThinkingMode::thinking:
      return "thinking";
    case ThinkingMode::contemplating:
      return "contemplating";
  }
  return "unknown";
}

Result<std::vector<ModelProfile>> load_profiles() {
  std::vector<ModelProfile> profiles;
  for (const ShippedProfile& shipped : shipped_profiles()) {
    KINDLING_TRY(ModelProfile profile, read_profile(std::string(shipped.name), "shipped", shipped.toml));
    profiles.push_back(std::move(profile));
  }
  KINDLING_TRY_VOID(add_user_profiles(profiles));
  std::sort(profiles.begin(), profiles.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return profiles;
}

Result<ModelProfile> find_profile(std::string_view name) {
  KINDLING_TRY(std::vector<ModelProfile> profiles, load_profiles());
  std::string names;
  for (ModelProfile& profile : profiles) {
    if (profile.name == name) return std::move(profile);
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return Error{ErrorCode::not_found, std::string(name), "there is no model profile of this name",
               "choose among " + names};
}

Result<std::shared_ptr<const Tokenizer>> profile_tokenizer(const ModelProfile& profile) {
  if (profile.tokenizer == "estimator") return estimating_tokenizer(profile);
  std::string path = profile.tokenizer;
  if (!path.starts_with('/')) {
    const auto fetched = installed_tokenizers(system_files());
    if (std::find(fetched.begin(), fetched.end(), path) == fetched.end()) return estimating_tokenizer(profile);
    KINDLING_TRY(const auto folder, tokenizers_folder());  // not whatever is called so in the current folder
    path = (folder / path).string();
  }
  auto tokenizer = shared_tokenizer(system_files(), path);
  if (tokenizer.ok()) return tokenizer;
  Error error = tokenizer.error().within("profile " + profile.name + ": tokenizer");
  error.code = ErrorCode::configuration;
  return error;
}

}  // namespace kindling
