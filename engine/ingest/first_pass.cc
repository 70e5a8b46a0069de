#include "engine/ingest/first_pass.h"

#include "engine/ingest.h"
#include "index/shadow.h"
#include "index/snapshot.h"
#include "index/writer.h"

namespace kindling {
namespace {

constexpr std::uint32_t special_tokens = 2;

Result<std::uint32_t> chunk_tokens_of(Files& files, const std::filesystem::path& index, std::uint32_t wanted) {
  const auto snapshot = Snapshot::open(files, index);
  if (!snapshot && snapshot.error().code != ErrorCode::index_missing) return snapshot.error();
  if (wanted > 0) return wanted;
  return snapshot ? snapshot.value()->settings().chunk_tokens : chunk_tokens_default;
}

}  // namespace

std::string static_name_of(std::string_view encoder) { return std::string(encoder) + "-static"; }

Result<std::optional<FirstPass>> first_pass_of(Files& files, const std::filesystem::path& index) {
  const auto shadow = shadow_state(files, index);
  if (!shadow && shadow.error().code == ErrorCode::index_missing) return std::optional<FirstPass>();
  if (!shadow) return shadow.error();
  // Any other shadow is of a `reencode` that somebody began and may finish or discard.
  if (!*shadow || (*shadow)->present != static_name_of((*shadow)->wanted.encoder)) {
    return std::optional<FirstPass>();
  }
  const ShadowState& state = **shadow;
  return std::optional(FirstPass{state.wanted, state.embedded, state.chunks});
}

Status begin_first_pass(Files& files, const std::filesystem::path& index, const Encoder& first,
                        const Encoder& full, std::uint32_t chunk_tokens) {
  KINDLING_TRY(const std::uint32_t tokens, chunk_tokens_of(files, index, chunk_tokens));
  if (full.tokens_max() < tokens + special_tokens) {
    return Error{ErrorCode::usage, std::string(full.name()),
                 "reads less than " + std::to_string(tokens) + " tokens", "give smaller --chunk-tokens"};
  }
  { KINDLING_TRY(const auto writer, Writer::open(files, index, index_settings_of(first, tokens))); }
  KINDLING_TRY(const auto shadow, Shadow::open(files, index, index_settings_of(full, tokens)));
  return {};
}

}  // namespace kindling
