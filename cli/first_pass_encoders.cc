#include "cli/first_pass_encoders.h"

#include <filesystem>
#include <string>
#include <utility>

#include "cli/encoder_choice.h"
#include "cli/encoder_list.h"
#include "cli/folders.h"
#include "encoder/static_encoder.h"
#include "engine/ingest/first_pass.h"
#include "index/snapshot.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

Error no_static_tier(std::string encoder) {
  return {ErrorCode::usage, "--first-pass static", std::move(encoder) + " has no static tier",
          "name a sentence encoder's folder with --encoder"};
}

// Where the sentence encoder lies: as named, else as the index says that it is to come, else the default.
Result<fs::path> full_folder(Session& session, const std::optional<FirstPass>& begun,
                             const IndexSettings& built) {
  if (const auto named = session.settings.text("encoder")) {
    if (is_remote_encoder_named(session)) return no_static_tier("an endpoint");
    return encoder_folder(session, *named);
  }
  if (begun) return encoder_folder(session, begun->wanted.encoder);
  constexpr std::string_view suffix = "-static";
  if (built.encoder.ends_with(suffix)) {
    return encoder_folder(session, built.encoder.substr(0, built.encoder.size() - suffix.size()));
  }
  if (!built.encoder.empty()) return encoder_folder(session, built.encoder);
  auto folder = default_encoder_folder();
  if (folder) return folder;
  Error error = folder.error();
  error.code = ErrorCode::configuration;
  return error;
}

// Made when it is not there: a first pass is for who is in a hurry.
Result<std::unique_ptr<Encoder>> open_static_tier(Session& session, const fs::path& parent) {
  const fs::path folder = static_folder_of(parent);
  if (!is_static_model(session.files, folder)) {
    session.note("making the static tier first, this once: " + shown_path(folder.string()));
    KINDLING_TRY_VOID(make_static_tier(session, parent, folder));
  }
  return open_encoder(folder);
}

}  // namespace

Result<std::optional<FirstPassEncoders>> open_first_pass_encoders(Session& session) {
  const bool wanted = session.arguments.text("first-pass").has_value();
  KINDLING_TRY(const auto begun, first_pass_of(session.files, session.settings.index()));
  if (!wanted && !begun) return std::optional<FirstPassEncoders>();
  IndexSettings built;
  if (const auto snapshot = Snapshot::open(session.files, session.settings.index())) {
    built = (*snapshot)->settings();
  }
  KINDLING_TRY(const fs::path folder, full_folder(session, begun, built));
  if (is_static_model(session.files, folder)) {
    if (wanted) return no_static_tier(shown_path(folder.string()));
    return std::optional<FirstPassEncoders>();  // --encoder static: no more than that for now
  }
  // What is to come, so that its dimensions are kept.
  KINDLING_TRY(auto full, choose_encoder(session, begun ? begun->wanted : IndexSettings()));
  if (!begun && built.encoder_fingerprint == full->fingerprint()) {
    session.note("the index has the vectors of " + built.encoder + " already; new ones are made by it at once");
    return std::optional<FirstPassEncoders>();
  }
  KINDLING_TRY(auto first, open_static_tier(session, folder));
  FirstPassEncoders encoders{std::move(first), with_session_cache(session, std::move(full))};
  return std::optional(std::move(encoders));
}

}  // namespace kindling
