#include "cli/encoder_choice.h"

#include <optional>
#include <utility>

#include "encoder/encoder_cache.h"
#include "engine/endpoint/remote_encoder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view static_name = "static";

Error as_configuration(Error error) {
  if (error.code == ErrorCode::not_found) error.code = ErrorCode::configuration;
  return error;
}

bool is_folder(Session& session, const fs::path& path) {
  const auto info = session.files.info(path);
  return info.ok() && info->kind == FileInfo::Kind::directory;
}

Result<fs::path> default_folder() {
  auto found = default_encoder_folder();
  if (!found) return as_configuration(found.error());
  return found;
}

// The index's own model, where it lies in the models folder; else the default, and the index says what does not
// fit.
Result<fs::path> folder_of_index(Session& session, std::string_view of_index) {
  const bool is_name = !of_index.empty() && of_index.find('/') == of_index.npos && of_index != "..";
  if (is_name && is_folder(session, models_folder() / of_index)) return models_folder() / of_index;
  return default_folder();
}

std::optional<Precision> precision_of(Session& session) {
  const std::string named = session.settings.text("encoder_precision").value_or("auto");
  for (const Precision each : {Precision::f32, Precision::bf16, Precision::int8}) {
    if (named == to_string(each)) return each;
  }
  return std::nullopt;
}

// Fingerprints of encoders that keep fewer dimensions than they have end in "@DIMENSIONS".
std::optional<std::size_t> dimensions_of(Session& session, const IndexSettings& of_index) {
  if (const auto wanted = session.settings.count("dimensions")) return wanted;
  if (of_index.encoder_fingerprint.find('@') == std::string::npos) return std::nullopt;
  return of_index.dimensions;
}

// Beside the embedding cache, which they make useful.
fs::path known_fingerprints_folder() {
  const fs::path cache = embedding_cache_folder();
  return cache.empty() ? fs::path() : cache.parent_path() / "remote_encoders";
}

Result<std::unique_ptr<Encoder>> remote_encoder(Session& session, const std::string& address,
                                                const IndexSettings& of_index) {
  RemoteEncoderOptions options;
  options.key_env = session.settings.text("encoder_key_env").value_or("");
  if (const auto wanted = session.settings.count("dimensions")) options.dimensions = *wanted;
  options.index_fingerprint = of_index.encoder_fingerprint;
  options.known_folder = known_fingerprints_folder();
  return open_remote_encoder(address, options, session.cancellation);
}

// An index comes from anybody: what it names is not where questions and documents are sent.
Error named_by_index_alone(const std::string& address) {
  return {ErrorCode::configuration, address,
          "the index was made with this remote encoder, and nothing is sent there unless you name it yourself",
          "name it with --encoder, $KINDLING_ENCODER or 'encoder' in kindling.toml"};
}

}  // namespace

bool is_remote_encoder_named(Session& session) {
  return is_remote_encoder(session.settings.text("encoder").value_or(""));
}

fs::path static_folder_of(const fs::path& parent) {
  const fs::path folder = parent.has_filename() ? parent : parent.parent_path();
  return folder.parent_path() / (folder.filename().string() + "-static");
}

Result<fs::path> encoder_folder(Session& session, const std::string& name) {
  if (name == static_name && !is_folder(session, name)) {
    KINDLING_TRY(const fs::path parent, default_folder());
    const fs::path folder = static_folder_of(parent);
    if (is_folder(session, folder)) return folder;
    return Error{ErrorCode::configuration, folder.string(), "the static tier is not there",
                 "make it with 'kindling models distill'"};
  }
  const bool bare = !name.empty() && name.find('/') == name.npos && name != "." && name != "..";
  if (bare && !is_folder(session, name) && is_folder(session, models_folder() / name))
    return models_folder() / name;
  return fs::path(name);
}

Result<std::unique_ptr<Encoder>> choose_encoder(Session& session, const IndexSettings& of_index) {
  const auto named = session.settings.text("encoder");
  if (named && is_remote_encoder(*named)) return remote_encoder(session, *named, of_index);
  if (!named && is_remote_encoder(of_index.encoder)) return named_by_index_alone(of_index.encoder);
  KINDLING_TRY(const fs::path folder,
               named ? encoder_folder(session, *named) : folder_of_index(session, of_index.encoder));
  auto encoder = open_encoder(folder, precision_of(session), dimensions_of(session, of_index));
  if (!encoder) return as_configuration(encoder.error());
  return encoder;
}

Result<std::unique_ptr<Encoder>> choose_asking_encoder(Session& session, const IndexSettings& of_index) {
  const auto named = session.settings.text("encoder");
  if (named && !is_remote_encoder(*named)) {
    KINDLING_TRY(const fs::path folder, encoder_folder(session, *named));
    const fs::path tier = static_folder_of(folder);
    if (of_index.encoder == tier.filename() && is_folder(session, tier)) return open_encoder(tier);
  }
  return choose_encoder(session, of_index);
}

}  // namespace kindling
