#include "formats/wire.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"

namespace kindling::wire {
namespace {

constexpr std::size_t field_bytes_max = 64u << 10;  // an id, a title, a warning, a part of an error
constexpr std::size_t warnings_max = 1'000;
constexpr std::size_t metadata_bytes_max = 1u << 20;
constexpr std::uint32_t picture_side_max = 1u << 20;  // pixels
constexpr std::uint8_t last_error_code = static_cast<std::uint8_t>(ErrorCode::decoder_crashed);

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

Error lie(std::string why) {
  return {ErrorCode::decoder_crashed, "", "the decoder's answer does not hold together: " + std::move(why),
          "exclude the file, or report it"};
}

void put_blocks(std::string& out, const std::vector<Block>& blocks) {
  put_varint(out, blocks.size());
  std::uint32_t at = 0;
  for (const Block& block : blocks) {
    put_fixed(out, static_cast<std::uint8_t>(block.kind));
    put_fixed(out, block.level);
    put_varint(out, block.span.begin - at);
    put_varint(out, block.span.size());
    at = block.span.end;
  }
}

// The next span of a list in order: a gap, then a size, inside `size_max`.
bool take_span(ByteReader& in, std::uint32_t& at, std::size_t size_max, ByteSpan& span) {
  const std::uint64_t gap = in.varint();
  const std::uint64_t size = in.varint();
  if (!in.ok() || gap > size_max - at || size > size_max - at - gap) return false;
  span.begin = static_cast<std::uint32_t>(at + gap);
  span.end = at = static_cast<std::uint32_t>(at + gap + size);
  return true;
}

bool is_boundary(std::string_view text, std::uint32_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

bool on_boundaries(std::string_view text, ByteSpan span) {
  return is_boundary(text, span.begin) && is_boundary(text, span.end);
}

Status take_blocks(ByteReader& in, Text& text) {
  const std::uint64_t count = in.varint();
  text.blocks.reserve(std::min<std::uint64_t>(count, in.remaining() / 4));
  std::uint32_t at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    Block block;
    const auto kind = in.fixed<std::uint8_t>();
    block.level = in.fixed<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(Block::Kind::quote)) return lie("a block of no known kind");
    block.kind = static_cast<Block::Kind>(kind);
    if (!take_span(in, at, text.utf8.size(), block.span) || block.span.empty())
      return lie("a block outside the text");
    if (!on_boundaries(text.utf8, block.span)) return lie("a block that cuts a character");
    if (block.kind == Block::Kind::heading && (block.level < 1 || block.level > 6))
      return lie("a heading's level");
    text.blocks.push_back(block);
  }
  return {};
}

void put_sources(std::string& out, const std::vector<SourceRange>& sources) {
  put_varint(out, sources.size());
  std::uint32_t at = 0;
  std::int64_t source_at = 0;
  for (const SourceRange& range : sources) {
    put_varint(out, range.text.begin - at);
    put_varint(out, range.text.size());
    put_varint(out, zigzag(std::int64_t{range.source.begin} - source_at));
    put_varint(out, (std::uint64_t{range.verbatim ? 0 : range.source.size()} << 1) | (range.verbatim ? 1 : 0));
    at = range.text.end;
    source_at = range.source.end;
  }
}

Status take_sources(ByteReader& in, Text& text, std::string_view source) {
  const std::uint64_t count = in.varint();
  text.sources.reserve(std::min<std::uint64_t>(count, in.remaining() / 4));
  std::uint32_t at = 0;
  std::int64_t source_at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    SourceRange range;
    if (!take_span(in, at, text.utf8.size(), range.text)) return lie("a source range outside the text");
    const std::int64_t delta = unzigzag(in.varint());
    const std::uint64_t size_and_kind = in.varint();
    const auto source_size = static_cast<std::int64_t>(source.size());
    if (!in.ok() || delta < -source_at || delta > source_size - source_at)
      return lie("a source range outside the source");
    const std::int64_t begin = source_at + delta;
    range.verbatim = (size_and_kind & 1) != 0;
    const std::uint64_t size = range.verbatim ? range.text.size() : size_and_kind >> 1;
    if (size > static_cast<std::uint64_t>(source_size - begin)) return lie("a source range outside the source");
    range.source = {static_cast<std::uint32_t>(begin),
                    static_cast<std::uint32_t>(begin + static_cast<std::int64_t>(size))};
    source_at = range.source.end;
    if (range.verbatim && slice(text.utf8, range.text) != slice(source, range.source)) {
      return lie("a verbatim range that differs from the source");
    }
    text.sources.push_back(range);
  }
  return {};
}

void put_pages(std::string& out, const std::vector<Page>& pages) {
  put_varint(out, pages.size());
  std::uint32_t at = 0;
  for (const Page& page : pages) {
    put_varint(out, page.number);
    put_varint(out, page.span.begin - at);
    put_varint(out, page.span.size());
    at = page.span.end;
  }
}

Status take_pages(ByteReader& in, Text& text) {
  const std::uint64_t count = in.varint();
  text.pages.reserve(std::min<std::uint64_t>(count, in.remaining() / 3));
  std::uint32_t at = 0;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    Page page;
    const std::uint64_t number = in.varint();
    if (number <= last || number > UINT32_MAX) return lie("pages out of order");
    last = number;
    page.number = static_cast<std::uint32_t>(number);
    if (!take_span(in, at, text.utf8.size(), page.span)) return lie("a page outside the text");
    if (!on_boundaries(text.utf8, page.span)) return lie("a page that cuts a character");
    text.pages.push_back(page);
  }
  return {};
}

void put_figures(std::string& out, const std::vector<Figure>& figures) {
  std::vector<const Figure*> sent;
  for (const Figure& figure : figures) {
    const bool fits =
        figure.source.size() <= figure_source_bytes_max && figure.words.size() <= figure_words_bytes_max;
    if (fits && sent.size() < figures_max) sent.push_back(&figure);
  }
  put_varint(out, sent.size());
  std::uint32_t at = 0;
  for (const Figure* figure : sent) {
    put_varint(out, figure->at - at);
    put_varint(out, figure->page);
    put_string(out, figure->source);
    put_string(out, figure->words);
    at = figure->at;
  }
}

Status take_figures(ByteReader& in, Text& text) {
  const std::uint64_t count = in.varint();
  if (count > figures_max) return lie("too many figures");
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t gap = in.varint();
    const std::uint64_t page = in.varint();
    Figure figure;
    figure.source = in.string();
    figure.words = in.string();
    if (!in.ok() || gap > text.utf8.size() - at) return lie("a figure outside the text");
    at += gap;
    if (page > UINT32_MAX || figure.source.empty() != (page > 0)) return lie("a figure that is nothing");
    if (figure.source.size() > figure_source_bytes_max || figure.words.size() > figure_words_bytes_max ||
        !is_valid_utf8(figure.source) || !is_valid_utf8(figure.words)) {
      return lie("a figure's words");
    }
    figure.at = static_cast<std::uint32_t>(at);
    figure.page = static_cast<std::uint32_t>(page);
    text.figures.push_back(std::move(figure));
  }
  return {};
}

Result<Picture> take_picture(ByteReader& in, const Limits& limits) {
  Picture picture;
  picture.format = in.string();
  const std::uint64_t width = in.varint();
  const std::uint64_t height = in.varint();
  picture.as_given = in.fixed<std::uint8_t>() != 0;
  picture.bytes = in.string();
  if (!in.ok() || picture.bytes.size() > limits.text_bytes_max) return lie("a picture too large");
  if (width == 0 || height == 0 || width > picture_side_max || height > picture_side_max) {
    return lie("a picture's size");
  }
  if (picture.format != "png" && picture.format != "jpeg" && picture.format != "webp" &&
      picture.format != "gif") {
    return lie("a picture of no known format");
  }
  if (picture.as_given != picture.bytes.empty()) return lie("a picture without bytes, or with too many");
  picture.width = static_cast<std::uint32_t>(width);
  picture.height = static_cast<std::uint32_t>(height);
  return picture;
}

Result<std::string> take_field(ByteReader& in, const char* what) {
  const std::string_view field = in.string();
  if (!in.ok() || field.size() > field_bytes_max || !is_valid_utf8(field)) return lie(what);
  return std::string(field);
}

Result<Json> take_metadata(ByteReader& in) {
  const std::string_view text = in.string();
  if (!in.ok() || text.size() > metadata_bytes_max) return lie("metadata too large");
  Result<Json> metadata = parse_json(text, 2);
  if (!metadata || !metadata->is_object()) return lie("metadata that is no object");
  for (const auto& [name, value] : metadata->members()) {
    if (value.is_object()) return lie("metadata that is not flat");
    for (const Json& item : value.items()) {
      if (item.is_object() || item.is_array()) return lie("metadata that is not flat");
    }
  }
  return metadata;
}

Result<DecodedDocument> take_document(ByteReader& in, std::string_view source, const Limits& limits) {
  DecodedDocument document;
  Text& text = document.text;
  KINDLING_TRY(document.id, take_field(in, "the id"));
  KINDLING_TRY(text.title, take_field(in, "the title"));
  KINDLING_TRY(text.format, take_field(in, "the format"));
  KINDLING_TRY(document.metadata, take_metadata(in));
  const std::string_view utf8 = in.string();
  if (!in.ok() || utf8.size() > limits.text_bytes_max || utf8.size() > UINT32_MAX)
    return lie("a text too large");
  if (!is_valid_utf8(utf8) || utf8.find('\0') != std::string_view::npos) return lie("a text that is not UTF-8");
  text.utf8 = utf8;
  KINDLING_TRY_VOID(take_blocks(in, text));
  KINDLING_TRY_VOID(take_sources(in, text, source));
  KINDLING_TRY_VOID(take_pages(in, text));
  KINDLING_TRY_VOID(take_figures(in, text));
  const std::uint64_t warnings = in.varint();
  if (warnings > warnings_max) return lie("too many warnings");
  for (std::uint64_t i = 0; i < warnings; ++i) {
    KINDLING_TRY(std::string warning, take_field(in, "a warning"));
    text.warnings.push_back(std::move(warning));
  }
  return document;
}

Status take_error(ByteReader& in, Error& error) {
  const auto code = in.fixed<std::uint8_t>();
  if (!in.ok() || code > last_error_code) return lie("an error of no known code");
  error.code = static_cast<ErrorCode>(code);
  KINDLING_TRY(error.where, take_field(in, "an error's place"));
  KINDLING_TRY(error.why, take_field(in, "an error's reason"));
  KINDLING_TRY(error.mend, take_field(in, "an error's mend"));
  return {};
}

std::string cut(std::string_view field) {
  return valid_utf8(field.size() <= field_bytes_max / 4
                        ? field
                        : field.substr(0, floor_code_point(field, field_bytes_max / 4)));
}

}  // namespace

std::string frame(std::string_view payload) {
  std::string out;
  out.reserve(header_bytes + payload.size());
  put_fixed(out, static_cast<std::uint32_t>(payload.size()));
  put_fixed(out, crc32c(payload));
  out.append(payload);
  return out;
}

FrameHeader parse_frame_header(std::string_view header) {
  ByteReader in(header);
  FrameHeader parsed;
  parsed.payload_bytes = in.fixed<std::uint32_t>();
  parsed.checksum = in.fixed<std::uint32_t>();
  return parsed;
}

std::string request_frame_without_bytes(const Request& request) {
  std::string fields;
  put_string(fields, request.format);
  put_string(fields, request.name);
  put_varint(fields, request.limits.text_bytes_max);
  put_varint(fields, request.limits.line_bytes_max);
  put_varint(fields, request.limits.unpacked_bytes_max);
  put_varint(fields, request.picture.long_side);
  put_varint(fields, request.picture.short_side);
  put_varint(fields, request.picture.pixels);
  put_varint(fields, request.page);
  std::string out;
  put_fixed(out, static_cast<std::uint32_t>(fields.size() + request.bytes.size()));
  put_fixed(out, crc32c(request.bytes, crc32c(fields)));
  return out + fields;
}

Result<Request> parse_request(std::string_view payload) {
  ByteReader in(payload);
  Request request;
  request.format = in.string();
  request.name = in.string();
  request.limits.text_bytes_max = in.varint();
  request.limits.line_bytes_max = in.varint();
  request.limits.unpacked_bytes_max = in.varint();
  request.picture.long_side = static_cast<std::uint32_t>(in.varint());
  request.picture.short_side = static_cast<std::uint32_t>(in.varint());
  request.picture.pixels = in.varint();
  request.page = static_cast<std::uint32_t>(in.varint());
  if (!in.ok()) return Error{ErrorCode::malformed, "", "a request that cannot be read", ""};
  request.bytes = in.take(in.remaining());
  return request;
}

std::string hello_payload() { return static_cast<char>(AnswerKind::hello) + std::string(greeting); }

std::string done_payload() { return std::string(1, static_cast<char>(AnswerKind::done)); }

std::string error_payload(AnswerKind kind, const Error& error) {
  std::string out(1, static_cast<char>(kind));
  put_fixed(out, static_cast<std::uint8_t>(error.code));
  for (const std::string* field : {&error.where, &error.why, &error.mend}) put_string(out, cut(*field));
  return out;
}

std::string document_payload(const DecodedDocument& document) {
  const Text& text = document.text;
  std::string out(1, static_cast<char>(AnswerKind::document));
  out.reserve(text.utf8.size() + text.blocks.size() * 6 + text.sources.size() * 6 + 256);
  put_string(out, cut(document.id));
  put_string(out, cut(text.title));
  put_string(out, text.format);
  put_string(out, to_string(document.metadata.is_object() ? document.metadata : Json::object()));
  put_string(out, text.utf8);
  put_blocks(out, text.blocks);
  put_sources(out, text.sources);
  put_pages(out, text.pages);
  put_figures(out, text.figures);
  const std::size_t warnings = std::min(text.warnings.size(), warnings_max);
  put_varint(out, warnings);
  for (std::size_t i = 0; i < warnings; ++i) put_string(out, cut(text.warnings[i]));
  return out;
}

std::string picture_payload(const Picture& picture) {
  std::string out(1, static_cast<char>(AnswerKind::picture));
  put_string(out, picture.format);
  put_varint(out, picture.width);
  put_varint(out, picture.height);
  put_fixed(out, static_cast<std::uint8_t>(picture.as_given ? 1 : 0));
  put_string(out, picture.bytes);
  return out;
}

Result<Answer> parse_answer(std::string_view payload, std::string_view source, const Limits& limits) {
  ByteReader in(payload);
  Answer answer;
  answer.kind = static_cast<AnswerKind>(in.fixed<char>());
  switch (answer.kind) {
    case AnswerKind::hello:
      answer.greeting = in.take(in.remaining());
      break;
    case AnswerKind::document: {
      KINDLING_TRY(answer.document, take_document(in, source, limits));
      break;
    }
    case AnswerKind::picture: {
      KINDLING_TRY(answer.picture, take_picture(in, limits));
      break;
    }
    case AnswerKind::bad_record:
    case AnswerKind::failed:
      KINDLING_TRY_VOID(take_error(in, answer.error));
      break;
    case AnswerKind::done:
      break;
    default:
      return lie("an answer of no known kind");
  }
  if (!in.ok() || !in.at_end()) return lie("an answer cut short or with a tail");
  return answer;
}

std::uint64_t answer_bytes_max(const Limits& limits) {
  // A text's structure seldom takes as much as the text itself; a worker that needs more says `too_large`
  // itself.
  return std::min<std::uint64_t>(UINT32_MAX, 3 * limits.text_bytes_max + (16u << 20));
}

}  // namespace kindling::wire
