// What a Decoder and its worker say to each other: frames over one socket.
//
//   frame    = u32 payload size, u32 crc32c(payload), payload        (little-endian)
//   request  = what to read and its bytes                             Decoder -> worker
//   answer   = one byte of kind, then the kind's fields               worker -> Decoder
//
// After start the worker says `hello` once; to each request it says any number of `document`, `bad_record` and
// `picture`, then one `done` or `failed`. The Decoder takes every answer for hostile: the worker has read
// foreign bytes and may be theirs.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/picture.h"
#include "formats/text.h"

namespace kindling::wire {

inline constexpr std::string_view greeting = "kindling-decode 2";  // changes with every change of what is said
inline constexpr std::size_t header_bytes = 8;

struct Limits {
  std::uint64_t text_bytes_max = 0;
  std::uint64_t line_bytes_max = 0;
  std::uint64_t unpacked_bytes_max = 0;  // of a gzip archive of one document
};

// What a request's `format` says when a picture is wanted in place of a text.
inline constexpr std::string_view picture_format = "picture";  // of a picture
inline constexpr std::string_view page_format = "page";        // of a page of a PDF

struct Request {
  std::string_view format;  // as sniff_format gives it, or one of the two above
  std::string_view name;
  Limits limits;
  std::string_view bytes;
  PictureLimits picture = {};
  std::uint32_t page = 0;  // from 1
};

enum class AnswerKind : std::uint8_t {
  hello = 'H',
  document = 'D',
  picture = 'P',
  bad_record = 'B',
  done = 'E',
  failed = 'F'
};

struct Answer {
  AnswerKind kind = AnswerKind::done;
  std::string greeting;      // hello
  DecodedDocument document;  // document
  Picture picture;           // picture
  Error error;               // bad_record, failed
};

struct FrameHeader {
  std::uint32_t payload_bytes = 0;
  std::uint32_t checksum = 0;
};

[[nodiscard]] std::string frame(std::string_view payload);
[[nodiscard]] FrameHeader parse_frame_header(
    std::string_view header);  // Requires: header.size() == header_bytes

// A request without its bytes, framed as if they followed: a large source is sent from where it lies.
[[nodiscard]] std::string request_frame_without_bytes(const Request& request);
[[nodiscard]] Result<Request> parse_request(std::string_view payload);  // borrows from `payload`

// Payloads of answers.
[[nodiscard]] std::string hello_payload();
[[nodiscard]] std::string document_payload(const DecodedDocument& document);
[[nodiscard]] std::string picture_payload(const Picture& picture);
[[nodiscard]] std::string error_payload(AnswerKind kind, const Error& error);
[[nodiscard]] std::string done_payload();

// Checks everything that a Text promises, against the source's bytes and the limits: UTF-8 without NUL, blocks,
// ranges and pages in order and inside, verbatim ranges equal byte for byte, metadata flat or lists of flat
// values. Errors: `decoder_crashed`, naming what does not hold.
[[nodiscard]] Result<Answer> parse_answer(std::string_view payload, std::string_view source,
                                          const Limits& limits);

// The largest frame that a worker may send under these limits.
[[nodiscard]] std::uint64_t answer_bytes_max(const Limits& limits);

}  // namespace kindling::wire
