// What the index keeps of a document and reads only on demand: metadata, blocks, source map, pages, warnings.
//
// Stored as varints, spans as distances from the previous end, so that a block costs four or five bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "formats/text.h"

namespace kindling {

[[nodiscard]] std::string encode_extras(const Text& text, const Json& metadata);

struct Extras {
  Json metadata = Json::object();
  std::vector<Block> blocks;
  std::vector<SourceRange> sources;
  std::vector<Page> pages;
  std::vector<std::string> warnings;
};

// Absent when the bytes are damaged: cut short, or with spans outside a text of `text_bytes`.
[[nodiscard]] std::optional<Extras> decode_extras(std::string_view bytes, std::uint32_t text_bytes);
// The metadata alone, which stands first.
[[nodiscard]] std::optional<Json> decode_metadata(std::string_view bytes);

}  // namespace kindling
