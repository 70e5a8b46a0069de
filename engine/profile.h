// Model profiles: everything that is known of a model and its endpoint, as data (CONTRACT: one TOML file each).
//
// Shipped profiles are compiled in from engine/profiles/*.toml; a user's own in
// $XDG_CONFIG_HOME/kindling/profiles/*.toml stand beside them and replace those of the same name. Every value
// in a file has its source, or "unverified", beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

enum class ThinkingMode : std::uint8_t { instant, thinking, contemplating };
[[nodiscard]] std::string_view to_string(ThinkingMode mode);

// US dollars for a million tokens; negative: unknown.
struct Price {
  double input = -1;
  double cached_input = -1;
  double output = -1;
};

// What a chat template adds around the texts, at most: tokens a request and tokens a message.
struct TemplateOverhead {
  std::uint32_t per_request = 32;
  std::uint32_t per_message = 16;
};

// How long an endpoint is waited for, and how often it is asked again (as the official client does).
struct EndpointLimits {
  std::chrono::milliseconds connect{5'000};
  // Keep-alive comments do not extend it; a model that thinks has the total.
  std::chrono::milliseconds first_token{120'000};
  std::chrono::milliseconds idle{60'000};    // silence once the answer has begun
  std::chrono::milliseconds total{600'000};  // one try
  unsigned retries_max = 2;
  std::chrono::milliseconds retry_base{500};  // doubles with each retry, up to 8 s
};

struct ModelProfile {
  std::string name;                      // "muse-spark"
  std::string source;                    // "shipped", or the path of the user's file
  std::string base_url;                  // without a trailing slash
  std::string model;                     // what the endpoint calls it
  std::vector<std::string> key_env;      // the first that is set holds the key; empty: no key
  std::uint64_t window = 0;              // tokens, input and output together
  std::uint64_t output_max = 0;          // tokens
  std::uint64_t reserve_default = 4096;  // tokens kept for the answer, reasoning included
  std::vector<std::string> modalities;   // "text", "image", "audio"
  std::string tokenizer;  // "estimator", the name of a vocabulary (scripts/get-tokenizer) that is
                          // used where it was fetched, or the absolute path of a tokenizer file
  std::string ledger;     // folder of observed counts (engine/endpoint/ledger.h); empty: none kept
  TemplateOverhead overhead;
  Price price;
  Json media = Json::object();       // token formulas of images and audio (engine/profiles/README.md)
  Json parameters = Json::object();  // names, exclusions, mapping of thinking modes (engine/profiles/README.md)
  std::uint64_t requests_per_minute = 0;  // 0: unknown
  std::uint64_t tokens_per_minute = 0;
  std::uint64_t images_per_request = 0;  // 0: unknown
  std::string
      rate_folder;  // where processes share these limits (engine/endpoint/rate_limit.h); empty: not kept
  EndpointLimits timeouts;
};

// All profiles, by name. Errors: `configuration` naming the user's file and the key in it.
[[nodiscard]] Result<std::vector<ModelProfile>> load_profiles();
// Errors: `not_found`, listing what there is.
[[nodiscard]] Result<ModelProfile> find_profile(std::string_view name);

// The tokenizer that counts for a profile: exact where the vocabulary is at hand, else the estimator. Errors:
// `configuration` naming the file.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> profile_tokenizer(const ModelProfile& profile);

}  // namespace kindling
