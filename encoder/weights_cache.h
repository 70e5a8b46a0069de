// Packed weights (packed_weights.h), kept in a file of the user's cache folder from one process to the next.
//
// All of it is checked when it is read for the first time; from then on it is believed while nobody changes it
// (base/checked_files.h).
//
// The file is a convenience and never a reason to fail: one that is missing, damaged, another user's or
// readable by others is made anew, and where it cannot be written (no home, read-only, disk full) the weights
// are packed at every start. Two processes may write it at once: whoever renames last wins, with the same
// bytes.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/files.h"
#include "encoder/packed_weights.h"

namespace kindling {

// $XDG_CACHE_HOME/kindling/encoder, else ~/.cache/kindling/encoder; empty where there is neither.
[[nodiscard]] std::filesystem::path weights_cache_folder();

// The weights of `folder`'s file for this model and plan; else what `pack` makes, which is written there. An
// empty folder keeps nothing.
[[nodiscard]] std::unique_ptr<PackedWeights> cached_weights(Files& files, const std::filesystem::path& folder,
                                                            const NetworkShape& shape, const PackedPlan& plan,
                                                            std::string_view fingerprint,
                                                            const std::function<PackedWeights()>& pack);

}  // namespace kindling
