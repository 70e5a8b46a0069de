#include <string>
#include <vector>

#include "base/env.h"
#include "base/simd/dispatch.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/text_layout.h"
#include "cli/version.h"
#include "engine/profile.h"
#include "formats/decode.h"

namespace kindling {
namespace {

enum class Health { good, note, bad };  // note: something is not set up, and not everything needs it

struct Finding {
  std::string name;
  Health health = Health::good;
  std::string what;
  std::string mend;
};

Finding trouble(std::string name, Health health, const Error& error) {
  return {std::move(name), health, error.where + ": " + error.why, error.mend};
}

Finding check_machine() {
  const Machine here = machine();
  std::string targets;
  for (const SimdTarget target : simd_targets())
    targets += (targets.empty() ? "" : ", ") + std::string(to_string(target));
  return {"machine", Health::good,
          here.processor + ", " + counted(here.threads, "thread") + ", " + shown_bytes(here.memory_bytes) +
              "; uses " + std::string(to_string(simd_target())) + " of " + targets,
          ""};
}

Finding check_encoder(Session& session) {
  const auto encoder = open_session_encoder(session);
  if (!encoder) return trouble("model", Health::bad, encoder.error());
  const std::string_view text = "Is anybody there?";
  const Stopwatch watch;
  const auto vector = (*encoder)->encode({&text, 1}, {}, session.cancellation);
  if (!vector) return trouble("model", Health::bad, vector.error());
  return {"model", Health::good,
          std::string((*encoder)->name()) + ", " + std::to_string((*encoder)->dimensions()) +
              " dimensions; a sentence takes " + shown_milliseconds(watch.milliseconds()),
          ""};
}

Finding check_decoder(Session& session) {
  const auto decoder = Decoder::start();
  if (!decoder) return trouble("decoder", Health::bad, decoder.error());
  bool read = false;
  const auto outcome = (*decoder)->decode(
      "doctor.md", "# Doctor\n\nSay aah.\n",
      [&](const DecodedDocument& document) {
        read = document.text.utf8.find("aah") != std::string::npos;
        return Status();
      },
      [](const Error&) {}, session.cancellation);
  if (!outcome) return trouble("decoder", Health::bad, outcome.error());
  if (!read)
    return {"decoder", Health::bad, "kindling-decode answers, but not with the text",
            "build and install both programs together"};
  return {"decoder", Health::good, "kindling-decode reads documents in a confined process", ""};
}

Finding check_index(Session& session) {
  const std::string folder = shown_path(session.settings.index().string());
  const auto snapshot = open_snapshot(session);
  if (!snapshot) {
    return trouble("index", snapshot.error().code == ErrorCode::index_missing ? Health::note : Health::bad,
                   snapshot.error());
  }
  const IndexStatistics& statistics = (*snapshot)->statistics();
  std::string what =
      folder + ": " + counted(statistics.documents, "document") + ", " + counted(statistics.chunks, "chunk");
  if (statistics.pending_embeddings == 0) return {"index", Health::good, what, ""};
  return {"index", Health::note,
          what + ", " + grouped(statistics.pending_embeddings) + " of them without vectors",
          "run 'kindling index' again"};
}

// Says whether there is a key, never which.
Finding check_key(Session& session) {
  const auto profile = session_profile(session, "muse-spark");
  if (!profile) return trouble("endpoint", Health::bad, profile.error());
  if (profile->key_env.empty())
    return {"endpoint", Health::good, profile->name + " at " + profile->base_url + ", no key needed", ""};
  for (const std::string& variable : profile->key_env) {
    if (environment(variable.c_str()))
      return {"endpoint", Health::good, profile->name + ": a key is in $" + variable, ""};
  }
  return {"endpoint", Health::note, profile->name + ": no key; answers stay extractive",
          "set $" + profile->key_env.front()};
}

std::string_view mark_of(Health health) {
  return health == Health::good ? "ok  " : health == Health::note ? "note" : "bad ";
}

}  // namespace

Result<ExitCode> command_doctor(Session& session) {
  std::vector<Finding> findings = {{"version", Health::good, "kindling " + std::string(version), ""},
                                   check_machine()};
  findings.push_back(check_encoder(session));
  findings.push_back(check_decoder(session));
  findings.push_back(check_index(session));
  findings.push_back(check_key(session));
  bool well = true;
  Json checks = Json::array();
  for (const Finding& finding : findings) {
    well &= finding.health != Health::bad;
    if (session.console.json()) {
      checks.push(Json::object({{"name", finding.name},
                                {"health", on_one_line(mark_of(finding.health))},
                                {"what", finding.what},
                                {"mend", finding.mend}}));
      continue;
    }
    const Tint tint = finding.health == Health::good   ? Tint::good
                      : finding.health == Health::note ? Tint::strong
                                                       : Tint::bad;
    session.console.print_line(session.console.tinted(tint, mark_of(finding.health)) + "  " +
                               padded(finding.name, 9) + harmless(finding.what) +
                               (finding.mend.empty() ? "" : "; " + harmless(finding.mend)));
  }
  if (session.console.json())
    session.console.print_json(Json::object({{"ok", well}, {"checks", std::move(checks)}}));
  return well ? ExitCode::ok : ExitCode::no_result;
}

}  // namespace kindling
