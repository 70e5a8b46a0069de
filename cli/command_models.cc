#include <algorithm>

#include "base/env.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/encoder_list.h"
#include "cli/text_layout.h"
#include "engine/endpoint/probe.h"
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

Json encoders_json(const std::vector<InstalledEncoder>& encoders) {
  Json array = Json::array();
  for (const InstalledEncoder& encoder : encoders)
    array.push(Json::object(
        {{"name", encoder.name}, {"kind", encoder.is_static ? "static" : "sentence-transformers"}}));
  return array;
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

Json finding_json(const ProbeFinding& finding) {
  return Json::object({{"key", finding.key},
                       {"verdict", to_string(finding.verdict)},
                       {"expected", finding.expected},
                       {"found", finding.found}});
}

Json report_json(const ModelProfile& profile, const ProbeReport& report) {
  Json findings = Json::array();
  for (const ProbeFinding& finding : report.findings) findings.push(finding_json(finding));
  return Json::object({{"profile", profile.name},
                       {"base_url", profile.base_url},
                       {"differs", report.differs()},
                       {"findings", std::move(findings)},
                       {"requests", report.requests},
                       {"first_token_ms", report.first_token_ms},
                       {"usage", Json::object({{"prompt_tokens", report.usage.prompt_tokens},
                                               {"completion_tokens", report.usage.completion_tokens}})}});
}

void print_report(Console& console, const ProbeReport& report) {
  for (const ProbeFinding& finding : report.findings) {
    const Tint tint = finding.verdict == Verdict::same      ? Tint::good
                      : finding.verdict == Verdict::differs ? Tint::bad
                                                            : Tint::faint;
    console.print_line(console.tinted(tint, padded(to_string(finding.verdict), 9)) +
                       console.tinted(Tint::name, padded(finding.key, 38)) +
                       harmless(finding.expected + "; found: " + on_one_line(finding.found)));
  }
  console.print_line(console.tinted(
      Tint::faint, std::to_string(report.requests) + " requests, " + grouped(report.usage.prompt_tokens) +
                       " tokens in, " + grouped(report.usage.completion_tokens) + " out; first token after " +
                       decimal(report.first_token_ms, 0) + " ms"));
}

// The profile as --base-url and --key-env make it, against its endpoint.
Result<ExitCode> test_profile(Session& session) {
  if (session.arguments.words().size() < 2)
    return Error{ErrorCode::usage, "models test", "which profile?", "name one that `kindling models` lists"};
  KINDLING_TRY(ModelProfile profile, find_profile(session.arguments.words()[1]));
  if (const auto url = session.arguments.text("base-url")) profile.base_url = *url;
  if (const auto variable = session.arguments.text("key-env")) profile.key_env = {*variable};
  KINDLING_TRY(const ProbeReport report, probe_endpoint(profile, {}, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(report_json(profile, report));
  } else {
    print_report(session.console, report);
  }
  return report.differs() ? ExitCode::no_result : ExitCode::ok;
}

}  // namespace

Result<ExitCode> command_models(Session& session) {
  if (!session.arguments.words().empty())
    return session.arguments.words().front() == "distill" ? distill_encoder(session) : test_profile(session);
  KINDLING_TRY(const auto profiles, load_profiles());
  const std::vector<std::string> vocabularies = installed_tokenizers(system_files());
  const std::vector<InstalledEncoder> encoders = installed_encoders(session);
  Console& console = session.console;
  if (console.json()) {
    Json array = Json::array();
    for (const ModelProfile& profile : profiles) array.push(profile_json(profile));
    console.print_json(Json::object({{"profiles", std::move(array)},
                                     {"vocabularies", texts_json(vocabularies)},
                                     {"encoders", encoders_json(encoders)}}));
    return ExitCode::ok;
  }
  console.print_line(
      console.tinted(Tint::strong, "profile               window   answer  counted by      a million tokens"));
  for (const ModelProfile& profile : profiles) {
    console.print_line(
        console.tinted(Tint::name, padded(profile.name, 16)) + padded_left(grouped(profile.window), 12) +
        padded_left(grouped(profile.output_max), 9) + "  " + padded(counted_by(profile, vocabularies), 14) +
        "  " + padded(price_words(profile.price), 24) + "  " + console.tinted(Tint::faint, key_words(profile)));
  }
  console.print_line(console.tinted(Tint::name, padded("extractive", 16)) +
                     "answers in the documents' own sentences; needs no endpoint (the default of ask)");
  for (const ModelProfile& profile : profiles) {
    if (profile.tokenizer == "estimator" || counted_by(profile, vocabularies) == profile.tokenizer) continue;
    console.print_line(console.tinted(
        Tint::faint, profile.name + " is counted exactly after scripts/get-tokenizer " + profile.tokenizer));
  }
  std::string fetched;
  for (const std::string& name : vocabularies) fetched += (fetched.empty() ? "" : ", ") + name;
  console.print_line(console.tinted(
      Tint::faint, "vocabularies fetched for exact counts: " + (fetched.empty() ? "none" : fetched) +
                       "; scripts/get-tokenizer --list names all"));
  std::string installed;
  for (const InstalledEncoder& encoder : encoders)
    installed += (installed.empty() ? "" : ", ") + encoder.name + (encoder.is_static ? " (static tier)" : "");
  console.print_line(
      console.tinted(Tint::faint, "encoders: " + harmless(installed.empty() ? "none" : installed)));
  return ExitCode::ok;
}

}  // namespace kindling
