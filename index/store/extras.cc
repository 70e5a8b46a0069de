#include "index/store/extras.h"

#include <limits>

#include "base/bytes.h"

namespace kindling {
namespace {

// Spans mostly follow each other; a distance backwards wraps around 2^32 and costs five bytes.
class SpanEncoder {
 public:
  void put(std::string& out, ByteSpan span) {
    put_varint(out, static_cast<std::uint32_t>(span.begin - previous_end_));
    put_varint(out, span.size());
    previous_end_ = span.end;
  }

 private:
  std::uint32_t previous_end_ = 0;
};

class SpanDecoder {
 public:
  explicit SpanDecoder(std::uint32_t limit) : limit_(limit) {}

  ByteSpan take(ByteReader& reader) {
    const auto begin = static_cast<std::uint32_t>(previous_end_ + reader.varint());
    const std::uint64_t size = reader.varint();
    if (begin > limit_ || size > limit_ - begin) {
      inside_ = false;
      return {};
    }
    previous_end_ = begin + static_cast<std::uint32_t>(size);
    return {begin, previous_end_};
  }
  [[nodiscard]] bool inside() const { return inside_; }

 private:
  std::uint32_t limit_;
  std::uint32_t previous_end_ = 0;
  bool inside_ = true;
};

// How many items follow. Each takes at least one byte, so that damage cannot ask for more memory than the file
// has bytes.
std::size_t take_count(ByteReader& reader) {
  const std::uint64_t count = reader.varint();
  if (count <= reader.remaining()) return static_cast<std::size_t>(count);
  (void)reader.take(reader.remaining() + 1);  // fails the reader
  return 0;
}

}  // namespace

std::string encode_extras(const Text& text, const Json& metadata) {
  std::string out;
  put_string(out, to_string(metadata));

  put_varint(out, text.blocks.size());
  SpanEncoder block_spans;
  for (const Block& block : text.blocks) {
    put_varint(out, static_cast<std::uint64_t>(block.kind) | static_cast<std::uint64_t>(block.level) << 4);
    block_spans.put(out, block.span);
  }

  put_varint(out, text.sources.size());
  SpanEncoder text_spans;
  SpanEncoder source_spans;
  for (const SourceRange& range : text.sources) {
    put_varint(out, range.verbatim ? 1 : 0);
    text_spans.put(out, range.text);
    source_spans.put(out, range.source);
  }

  put_varint(out, text.pages.size());
  SpanEncoder page_spans;
  for (const Page& page : text.pages) {
    put_varint(out, page.number);
    page_spans.put(out, page.span);
  }

  put_varint(out, text.warnings.size());
  for (const std::string& warning : text.warnings) put_string(out, warning);
  return out;
}

std::optional<Extras> decode_extras(std::string_view bytes, std::uint32_t text_bytes) {
  ByteReader reader(bytes);
  Extras extras;
  auto metadata = parse_json(reader.string());
  if (!metadata.ok()) return std::nullopt;
  extras.metadata = std::move(metadata).value();

  extras.blocks.resize(take_count(reader));
  SpanDecoder block_spans(text_bytes);
  for (Block& block : extras.blocks) {
    const std::uint64_t kind_and_level = reader.varint();
    if ((kind_and_level & 15) > static_cast<std::uint64_t>(Block::Kind::quote) || kind_and_level > 0xfff)
      return {};
    block.kind = static_cast<Block::Kind>(kind_and_level & 15);
    block.level = static_cast<std::uint8_t>(kind_and_level >> 4);
    block.span = block_spans.take(reader);
  }

  extras.sources.resize(take_count(reader));
  SpanDecoder text_spans(text_bytes);
  SpanDecoder source_spans(std::numeric_limits<std::uint32_t>::max());
  for (SourceRange& range : extras.sources) {
    range.verbatim = reader.varint() == 1;
    range.text = text_spans.take(reader);
    range.source = source_spans.take(reader);
  }

  extras.pages.resize(take_count(reader));
  SpanDecoder page_spans(text_bytes);
  for (Page& page : extras.pages) {
    page.number = static_cast<std::uint32_t>(reader.varint());
    page.span = page_spans.take(reader);
  }

  extras.warnings.resize(take_count(reader));
  for (std::string& warning : extras.warnings) warning = std::string(reader.string());

  const bool inside =
      block_spans.inside() && text_spans.inside() && source_spans.inside() && page_spans.inside();
  if (!inside || !reader.ok() || !reader.at_end()) return std::nullopt;
  return extras;
}

std::optional<Json> decode_metadata(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::string_view json = reader.string();
  if (!reader.ok()) return std::nullopt;
  auto metadata = parse_json(json);
  if (!metadata.ok()) return std::nullopt;
  return std::move(metadata).value();
}

}  // namespace kindling
