// Which encoder a command uses: what the settings name, else the one an index was made with, else the default.
//
// A name may be a folder, "static" (the static tier of the default encoder), or the name of a folder in the
// models folder; or an address, "https://HOST/v1#MODEL" (engine/endpoint/remote_encoder.h). An address is
// opened only where the settings name it: never because an index does.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/session.h"
#include "index/snapshot.h"

namespace kindling {

// Where a static tier of the encoder in `parent` lies when nobody says: beside it, its name with "-static".
[[nodiscard]] std::filesystem::path static_folder_of(const std::filesystem::path& parent);

// The folder that `name` means. Errors: `configuration` with how to make what is missing.
[[nodiscard]] Result<std::filesystem::path> encoder_folder(Session& session, const std::string& name);

// Whether the settings name an address.
[[nodiscard]] bool is_remote_encoder_named(Session& session);

// The encoder of the settings, else that of the index with the settings `of_index`, else the default; an empty
// name of an encoder asks for the default. The dimensions kept are those of the settings, else the index's,
// where it keeps fewer than its model has. Errors: `configuration` with how to get the model, or that the
// index's own is remote and not named; those of open_encoder and open_remote_encoder.
[[nodiscard]] Result<std::unique_ptr<Encoder>> choose_encoder(Session& session, const IndexSettings& of_index);

// The same for asking: an index in its first pass (engine/ingest/first_pass.h) is asked with the static tier,
// also where the settings name the encoder that is to come.
[[nodiscard]] Result<std::unique_ptr<Encoder>> choose_asking_encoder(Session& session,
                                                                     const IndexSettings& of_index);

}  // namespace kindling
