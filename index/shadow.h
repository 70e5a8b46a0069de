// Vectors of another encoder, made beside a living index and put in place of its own at once.
//
// A shadow is a second catalog (shadow.sqlite) over the same segments with vector files of its own. Readers do
// not see it; what is attached to it stays, also when the process dies, so that the next one goes on where it
// ended. It holds the index's writer lock: nothing else writes meanwhile. What was indexed between two attempts
// is taken over when it is opened again; only vectors of segments that were merged meanwhile are lost.
//
// The other encoder must count tokens alike (same tokenizer), for chunks stay as they are. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "index/snapshot.h"

namespace kindling {

class Shadow {
 public:
  // Begins a shadow of the index in `folder`, or goes on with the one that is there. `wanted`: what the index
  // shall have been built with. Errors: `index_missing`; `index_locked`; `encoder_mismatch` when another shadow
  // was begun, the index has that encoder already, or tokens are counted otherwise; those of the catalog.
  [[nodiscard]] static Result<std::unique_ptr<Shadow>> open(Files& files, const std::filesystem::path& folder,
                                                            const IndexSettings& wanted);
  virtual ~Shadow() = default;

  // The current state with the shadow's vectors in place of the index's: `pending` tells what is still to be
  // made. Filters and names are not answered.
  [[nodiscard]] virtual Result<std::shared_ptr<const Snapshot>> snapshot() const = 0;

  // As Writer::attach_vectors.
  virtual Status attach_vectors(std::uint64_t segment, std::uint32_t first_in_segment, std::uint32_t count,
                                std::span<const float> values) = 0;

  // Puts the shadow's vectors and encoder in place of the index's in one transaction, deletes the old vectors
  // (those that no named snapshot keeps) and ends the shadow. Requires: nothing pending. Errors leave both as
  // they were.
  virtual Status take_place() = 0;
};

// How far a shadow is.
struct ShadowState {
  IndexSettings wanted;        // what the index will have been built with
  std::string present;         // name of the encoder whose vectors the index has
  std::uint64_t embedded = 0;  // chunks of the index whose vectors the shadow has, removed documents included
  std::uint64_t chunks = 0;    // of the index
};

// Looks only; absent when there is no shadow, also when its vectors have taken their place already. Errors:
// `index_missing`, those of the catalog.
[[nodiscard]] Result<std::optional<ShadowState>> shadow_state(Files& files,
                                                              const std::filesystem::path& folder);

// Deletes the shadow; ok when there is none. Errors: `index_missing`, `index_locked`, those of Files.
[[nodiscard]] Status discard_shadow(Files& files, const std::filesystem::path& folder);

}  // namespace kindling
