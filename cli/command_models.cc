#include <algorithm>

#include "base/env.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/text_layout.h"
#include "engine/profile.h"
#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

Json amount_json(double amount) { return amount < 0 ? Json() : Json(amount); }

Json texts_json(const std::vector<std::string>& texts) {
  Json array = Json::array();
  for (const std::string& text : texts) array.push(text);
  return array;
}

Json profile_json(const ModelProfile& profile) {
  return Json::object({{"name", profile.name},
                       {"window", profile.window},
                       {"output_max", profile.output_max},
                       {"modalities", texts_json(profile.modalities)},
                       {"tokenizer", profile.tokenizer},
                       {"price", Json::object({{"input", amount_json(profile.price.input)},
                                               {"cached_input", amount_json(profile.price.cached_input)},
                                               {"output", amount_json(profile.price.output)}})},
                       {"base_url", profile.base_url},
                       {"model", profile.model},
                       {"key_env", texts_json(profile.key_env)},
                       {"source", profile.source}});
}

std::string price_words(const Price& price) {
  if (price.input < 0 || price.output < 0) return "price unknown";
  return "$" + decimal(price.input, 2) + " in, $" + decimal(price.output, 2) + " out";
}

bool is_fetched(const std::string& name, const std::vector<std::string>& vocabularies) {
  return std::find(vocabularies.begin(), vocabularies.end(), name) != vocabularies.end();
}

// A vocabulary that is named but not there is estimated.
std::string counted_by(const ModelProfile& profile, const std::vector<std::string>& vocabularies) {
  const bool path = profile.tokenizer.starts_with('/');
  return path || is_fetched(profile.tokenizer, vocabularies) ? profile.tokenizer : "estimator";
}

std::string key_words(const ModelProfile& profile) {
  if (profile.key_env.empty()) return "no key needed";
  for (const std::string& variable : profile.key_env) {
    if (environment(variable.c_str())) return "key in $" + variable;
  }
  return "set $" + profile.key_env.front();
}

}  // namespace

Result<ExitCode> command_models(Session& session) {
  KINDLING_TRY(const auto profiles, load_profiles());
  const std::vector<std::string> vocabularies = installed_tokenizers(system_files());
  Console& console = session.console;
  if (console.json()) {
    Json array = Json::array();
    for (const ModelProfile& profile : profiles) array.push(profile_json(profile));
    console.print_json(
        Json::object({{"profiles", std::move(array)}, {"vocabularies", texts_json(vocabularies)}}));
    return ExitCode::ok;
  }
  console.print_line(
      console.tinted(Tint::strong, "profile               window   answer  counted by      a million tokens"));
  for (const ModelProfile& profile : profiles) {
    console.print_line(console.tinted(Tint::name, padded(profile.name, 16)) +
                       padded_left(grouped(profile.window), 12) + padded_left(grouped(profile.output_max), 9) +
                       "  " + padded(counted_by(profile, vocabularies), 14) + "  " + padded(price_words(profile.price), 24) +
                       "  " + console.tinted(Tint::faint, key_words(profile)));
  }
  console.print_line(console.tinted(Tint::name, padded("extractive", 16)) +
                     "answers in the documents' own sentences; needs no endpoint (the default of ask)");
  for (const ModelProfile& profile : profiles) {
    if (profile.tokenizer == "estimator" || counted_by(profile, vocabularies) == profile.tokenizer) continue;
    console.print_line(console.tinted(Tint::faint, profile.name + " is counted exactly after scripts/get-tokenizer " +
                                                       profile.tokenizer));
  }
  std::string fetched;
  for (const std::string& name : vocabularies) fetched += (fetched.empty() ? "" : ", ") + name;
  console.print_line(console.tinted(
      Tint::faint, "vocabularies fetched for exact counts: " + (fetched.empty() ? "none" : fetched) +
                       "; scripts/get-tokenizer --list names all"));
  return ExitCode::ok;
}

}  // namespace kindling
