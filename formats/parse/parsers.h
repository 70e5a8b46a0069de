// The parsers, one per format: foreign bytes to a DecodedDocument. They run inside the worker
// (formats/worker.cc); tests call them directly.
//
// Each is a pure function of its arguments, safe from any thread. Errors: `malformed`, `encrypted`, `no_text`,
// `too_large`, with `where` inside the source. Work and memory are bounded by the worker's limits, not here.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "formats/text.h"

namespace kindling {

// Paragraphs, lists, tables of `|` and underlined headings of a text in any usual encoding. `name` tells source
// code.
[[nodiscard]] Result<DecodedDocument> parse_plain_text(std::string_view name, std::string_view bytes);

// The blocks of a text that is UTF-8 already: what JSONL records and plain text have in common.
[[nodiscard]] std::vector<Block> find_plain_blocks(std::string_view utf8);

// CommonMark with tables (github.github.com/gfm): the text is the source itself. Front matter becomes metadata.
[[nodiscard]] Result<DecodedDocument> parse_markdown(std::string_view bytes);

// HTML as browsers read it (html.spec.whatwg.org), without what they do not show and without navigation.
[[nodiscard]] Result<DecodedDocument> parse_html(std::string_view bytes);

// PDF (ISO 32000): words in reading order, pages, headings from the outline or the letters' size.
[[nodiscard]] Result<DecodedDocument> parse_pdf(std::string_view bytes, std::uint64_t text_bytes_max);

// JSON Lines (jsonlines.org), gzip allowed (RFC 1952): a document a line. An error of `on_document` ends the
// reading and is handed through; a bad line goes to `on_bad_record`, its `where` is "line N".
[[nodiscard]] Status parse_jsonl(std::string_view bytes, std::uint64_t line_bytes_max,
                                 const std::function<Status(DecodedDocument)>& on_document,
                                 const std::function<Status(Error)>& on_bad_record);

}  // namespace kindling
