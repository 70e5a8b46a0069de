// The static tier: a text's vector is the weighted mean of its tokens' vectors, made long before
// (static_distill.h). No network runs, so that it is hundreds of times faster than a sentence encoder, and
// blind to word order.
//
// A folder of four files: config.json (model_type "kindling-static", the parent's name and fingerprint, how the
// vocabulary is cut), vocab.txt, and model.safetensors with one tensor "tokens" of [vocabulary][dimensions]
// floats in which the weights are contained. Token vectors are mapped, so that opening takes milliseconds.
//
// Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "tokenizer/wordpiece.h"

namespace kindling {

// What its cosines are worth beside keywords; measured (docs/static_tier.md). With the full weight of a
// sentence encoder's, hybrid search was worse than keywords alone.
inline constexpr float static_trust = .15f;

// What config.json says.
struct StaticModel {
  std::string parent;              // "all-MiniLM-L6-v2"
  std::string parent_fingerprint;  // of the encoder it was distilled from
  std::size_t vocabulary = 0;
  std::size_t dimensions = 0;
  WordPieceOptions wordpiece;
  float trust = static_trust;
};

// Whether config.json of the folder says that it holds a static tier. False where there is none.
[[nodiscard]] bool is_static_model(Files& files, const std::filesystem::path& folder);

// Vectors of a text without a known token point along the last dimension: unit length is promised of each.
// Errors: `not_found`, `malformed`, `configuration`, `unsupported`, naming file and part.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_static_encoder(Files& files,
                                                                   const std::filesystem::path& folder);

// Writes such a folder, which open_static_encoder then reads. `tokens`: [vocabulary][dimensions]. A crash in
// the middle leaves a folder without config.json, which is none. Errors: as Files.
[[nodiscard]] Status write_static_model(Files& files, const std::filesystem::path& folder,
                                        const StaticModel& model, std::string_view vocabulary,
                                        std::span<const float> tokens);

}  // namespace kindling
