// A first pass: an index that is found by meaning within seconds, by vectors of a static tier, while those of
// the sentence encoder are made beside them and take their place when all are there.
//
//   begin_first_pass     index and shadow (index/shadow.h) are made: whoever comes later knows what is to come
//   ingest               with the static tier: documents are read, cut and found, by words and by its vectors
//   reencode             with the sentence encoder: batch by batch into the shadow, then the switch
//
// Killed anywhere, the index can be searched, and the next run goes on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "index/snapshot.h"

namespace kindling {

// What the static tier of an encoder is called.
[[nodiscard]] std::string static_name_of(std::string_view encoder);

// How far the vectors of the sentence encoder are.
struct FirstPass {
  IndexSettings wanted;        // with the encoder that is to come
  std::uint64_t embedded = 0;  // chunks, those of removed documents included
  std::uint64_t chunks = 0;
};

// Absent when the index is not in its first pass, or there is none. Errors: those of the catalog.
[[nodiscard]] Result<std::optional<FirstPass>> first_pass_of(Files& files, const std::filesystem::path& index);

// Makes the index if there is none, and its shadow. `chunk_tokens`: 0 for the index's own or the default.
// Errors: `usage` when `full` reads less than a chunk; `encoder_mismatch` when the index was made with another
// encoder than `first`, or tokens are counted otherwise; those of Writer::open and Shadow::open.
[[nodiscard]] Status begin_first_pass(Files& files, const std::filesystem::path& index, const Encoder& first,
                                      const Encoder& full, std::uint32_t chunk_tokens);

}  // namespace kindling
