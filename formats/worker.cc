// kindling-decode: reads foreign documents and pictures on behalf of a Decoder (formats/decode.h) or a
// PictureReader (formats/picture.h), which starts it.
//
// It reads requests from and writes answers to its standard input, a socket. The only program of Kindling that
// links poppler, which is GPL.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <new>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/confine.h"
#include "formats/decode.h"
#include "formats/parse/gzip.h"
#include "formats/parse/parsers.h"
#include "formats/parse/pictures.h"
#include "formats/parse/text_builder.h"
#include "formats/sniff.h"
#include "formats/wire.h"

namespace kindling {
namespace {

constexpr int socket_fd = 0;

bool receive(char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket_fd, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// The next request's payload; nothing when the Decoder has gone.
std::optional<std::string> receive_request() {
  std::string header(wire::header_bytes, '\0');
  if (!receive(header.data(), header.size())) return std::nullopt;
  std::string payload(wire::parse_frame_header(header).payload_bytes, '\0');
  if (!receive(payload.data(), payload.size())) return std::nullopt;
  if (crc32c(payload) != wire::parse_frame_header(header).checksum) return std::nullopt;
  return payload;
}

Status send(std::string_view payload) {
  const std::string framed = wire::frame(payload);
  for (std::string_view rest = framed; !rest.empty();) {
    const ssize_t sent = ::send(socket_fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Error{ErrorCode::io, "", "the decoder's reader has gone", ""};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Status send_document(const DecodedDocument& document, const wire::Limits& limits) {
  const Text& text = document.text;
  if (is_blank(text.utf8)) return Error{ErrorCode::no_text, "", "holds no text", "exclude it"};
  if (text.utf8.size() > limits.text_bytes_max) {
    return Error{ErrorCode::too_large, "",
                 "more than " + std::to_string(limits.text_bytes_max) + " bytes of text", "split the file"};
  }
  const std::string payload = wire::document_payload(document);
  if (payload.size() > wire::answer_bytes_max(limits)) {
    return Error{ErrorCode::too_large, "", "too much structure for its text", "split the file"};
  }
  return send(payload);
}

Status send_records(const wire::Request& request) {
  const auto on_bad_record = [](const Error& error) {
    return send(wire::error_payload(wire::AnswerKind::bad_record, error));
  };
  return parse_jsonl(
      request.bytes, request.limits.line_bytes_max,
      [&](const DecodedDocument& document) -> Status {
        Status sent = send_document(document, request.limits);
        if (sent || sent.error().code == ErrorCode::io) return sent;
        return on_bad_record(std::move(sent).error().within("record " + document.id));
      },
      on_bad_record);
}

Result<DecodedDocument> parse_packed(const wire::Request& request);

Result<DecodedDocument> parse(const wire::Request& request) {
  if (is_gzip(request.bytes)) return parse_packed(request);
  if (request.format == "text") return parse_plain_text(request.name, request.bytes);
  if (request.format == "markdown") return parse_markdown(request.bytes);
  if (request.format == "html") return parse_html(request.bytes);
  if (request.format == "pdf") return parse_pdf(request.bytes, request.limits.text_bytes_max);
  return Error{ErrorCode::unsupported, "", "a format that this decoder does not read",
               "install kindling and kindling-decode together"};
}

// What a gzip archive of one file holds, read as what it is. The way back to the source's bytes ends at the
// archive.
Result<DecodedDocument> parse_packed(const wire::Request& request) {
  KINDLING_TRY(const std::string bytes, unpack_gzip(request.bytes, request.limits.unpacked_bytes_max));
  wire::Request inner = request;
  inner.bytes = bytes;
  inner.format = is_gzip(bytes) ? "" : sniff_format(request.name, bytes);
  if (inner.format.empty() || inner.format == "jsonl") return unsupported_content(request.name, bytes);
  KINDLING_TRY(DecodedDocument document, parse(inner));
  document.text.sources.clear();
  return document;
}

Status send_picture(const wire::Request& request) {
  const bool page = request.format == wire::page_format;
  KINDLING_TRY(const Picture picture, page ? render_pdf_page(request.bytes, request.page, request.picture)
                                           : fit_picture(request.bytes, request.picture));
  if (picture.bytes.size() > request.limits.text_bytes_max) {
    return Error{ErrorCode::too_large, "",
                 "more than " + std::to_string(request.limits.text_bytes_max) + " bytes once it is made fit",
                 "give a smaller one"};
  }
  return send(wire::picture_payload(picture));
}

Error out_of_memory() {
  return {ErrorCode::too_large, "", "reading it takes more memory than the decoder may have",
          "split the file, or exclude it"};
}

Status answer(const wire::Request& request) {
  try {
    if (request.format == "jsonl") return send_records(request);
    if (request.format == wire::picture_format || request.format == wire::page_format)
      return send_picture(request);
    KINDLING_TRY(const DecodedDocument document, parse(request));
    return send_document(document, request.limits);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Status send_outcome(const Status& outcome) {
  return send(outcome ? wire::done_payload() : wire::error_payload(wire::AnswerKind::failed, outcome.error()));
}

// Answers one request after the other. Returns when the Decoder has gone, or when a request does not even fit
// in memory.
Status serve() {
  KINDLING_TRY_VOID(send(wire::hello_payload()));
  try {
    while (const std::optional<std::string> payload = receive_request()) {
      KINDLING_TRY(const wire::Request request, wire::parse_request(*payload));
      KINDLING_TRY_VOID(send_outcome(answer(request)));
    }
    return {};
  } catch (const std::bad_alloc&) {
    return send_outcome(out_of_memory());
  }
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  kindling::Confinement confinement;
  const std::string_view memory = argc == 2 ? argv[1] : "";
  const auto [end, error] =
      std::from_chars(memory.data(), memory.data() + memory.size(), confinement.memory_bytes_max);
  if (memory.empty() || error != std::errc() || end != memory.data() + memory.size()) {
    std::fputs("kindling-decode reads documents for kindling, which starts it; it is of no use alone\n",
               stderr);
    return 2;
  }
  kindling::end_with_other_side(kindling::socket_fd);
  if (!kindling::confine_this_process(confinement)) return 3;
  return kindling::serve() ? 0 : 1;
}
