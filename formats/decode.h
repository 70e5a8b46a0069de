// Foreign bytes to Text, in a confined child process.
//
// A Decoder owns one `kindling-decode` worker that it reuses for many documents and replaces when it dies: a
// crash, a hang or a document that eats memory costs that document, never the run. The worker gets the bytes
// over a pipe and opens no files. GPL libraries (poppler) are linked into the worker only.
//
// Not thread-safe: one Decoder a thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"
#include "formats/text.h"

namespace kindling {

struct DecodeLimits {
  std::uint64_t source_bytes_max = 256u << 20;  // larger files are `too_large`
  std::uint64_t text_bytes_max = 64u << 20;     // of one document
  std::uint64_t line_bytes_max = 64u << 20;     // of a JSONL line
  std::uint64_t memory_bytes_max = 1u << 30;    // address space of the worker beyond what it has when idle
  std::chrono::milliseconds time_max{60'000};   // without a document being finished
};

class Decoder {
 public:
  // `worker`: path of the kindling-decode executable; empty means beside this executable, else $PATH.
  [[nodiscard]] static Result<std::unique_ptr<Decoder>> start(DecodeLimits limits = {},
                                                              std::filesystem::path worker = {});
  virtual ~Decoder() = default;

  // Reads one source. `name` (a file name or uri) gives the format when the content does not; content wins: a
  // PDF named .txt is a PDF, and bytes that are binary of no known kind are `unsupported`. Calls `on_document`
  // for each document, in order; it may stop the reading by returning an error, which is handed through.
  // Errors: `malformed`, `encrypted`, `no_text`, `too_large`, `timed_out`, `decoder_crashed`, `unsupported`,
  // `cancelled`. Documents handed over before an error stand. For JSONL, a bad line is a failure of that line
  // alone: `on_bad_record` is called with an error whose `where` is "line N", and reading goes on.
  virtual Status decode(std::string_view name, std::string_view bytes,
                        const std::function<Status(DecodedDocument)>& on_document,
                        const std::function<void(Error)>& on_bad_record, const Cancellation& cancellation) = 0;
};

// "text", "markdown", "html", "pdf", "jsonl" or "" (binary, unknown), from the first bytes and the name. A gzip
// archive of one document ("policy.txt.gz") is what its name says is in it.
[[nodiscard]] std::string_view sniff_format(std::string_view name, std::string_view bytes);

}  // namespace kindling
