// Encoders behind an address: POST {base_url}/embeddings of any OpenAI-compatible endpoint
// (docs/remote_encoders.md).
//
// An address is "https://HOST/v1#MODEL"; http serves for this machine, and is warned of elsewhere when there is
// a key. What is encoded is sent there: so nobody may open an address merely because an index names it. Open
// what the user named.
//
// A model behind an address may change silently. The fingerprint holds the address, the dimensions, and a
// coarse signature of the vector of one fixed text (engine/endpoint/model_signature.h), which is asked for at
// each opening. Where it is near to that of the index, the index's fingerprint is taken over; where it is not,
// opening fails.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/profile.h"

namespace kindling {

class HttpClient;  // net/http_client.h

// How long, and how often: many small answers in place of one long one, and an hour's work behind each.
[[nodiscard]] EndpointLimits remote_encoder_limits();

struct RemoteEncoderOptions {
  // The variable that holds the key. Empty: those of the model profile with the same base URL; with none, no
  // key is sent.
  std::string key_env = {};
  std::optional<std::size_t> dimensions = {};  // asked of the endpoint; absent: as the index has, else its own
  std::string index_fingerprint = {};          // of the index that it is opened for; empty: of none
  std::filesystem::path known_folder = {};     // where fingerprints seen before are kept; empty: nowhere
  EndpointLimits limits = remote_encoder_limits();
  std::shared_ptr<HttpClient> http = {};  // whose open connections are shared; empty: one's own
};

// An http or https address, in place of a folder or a name.
[[nodiscard]] bool is_remote_encoder(std::string_view name);

// Sends one short text of our own. The encoder's name is the address. Texts go in batches of at most 128, of at
// most about 100,000 tokens; the same batches whatever the threads. A batch that is too long for the endpoint
// is halved, a text that is too long alone is cut by half, once. Errors of opening: `configuration` (the
// address), `authentication`, `encoder_mismatch` (another model answers than the one that made the index),
// `endpoint_refused` (also where the endpoint gives other dimensions than were asked for),
// `endpoint_unreachable`, `timed_out`, `cancelled`. Of encoding: those of EmbeddingClient; a vector of other
// dimensions is `encoder_mismatch`.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_remote_encoder(std::string_view address,
                                                                   const RemoteEncoderOptions& options,
                                                                   const Cancellation& cancellation);

}  // namespace kindling
