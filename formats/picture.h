// Foreign pictures and pages made fit for a model, in a confined child process (formats/decode.h says which).
//
// A picture is decoded whole, so that what is cut or damaged is found out here and not by an endpoint; then it
// is turned upright (EXIF orientation), shrunk until it fits, never enlarged, and written again: as JPEG what
// looks like a photograph, else as PNG. One that fits as it is keeps its bytes. Of an animated GIF the first
// frame is taken.
//
// Not thread-safe: one PictureReader a thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"

namespace kindling {

// How large a picture may be, in pixels; 0: no limit. It is shrunk, its shape kept, until all of them hold.
struct PictureLimits {
  std::uint32_t long_side = 0;
  std::uint32_t short_side = 0;
  std::uint64_t pixels = 0;
};

struct Picture {
  std::string format;                   // "png", "jpeg", "webp", "gif"
  std::uint32_t width = 0, height = 0;  // pixels, as a viewer shows it; > 0
  bool as_given = false;                // it fits as it is; `bytes` is empty
  std::string bytes;
};

// The worker's bounds where a picture is wanted.
struct PictureWorkerLimits {
  std::uint64_t source_bytes_max = 256u << 20;
  std::uint64_t picture_bytes_max = 20u << 20;  // of what comes out
  std::uint64_t memory_bytes_max = 1u << 30;    // address space of the worker beyond what it has when idle
  std::chrono::milliseconds time_max{20'000};   // for one picture
};

class PictureReader {
 public:
  // `worker`: path of the kindling-decode executable; empty means beside this executable, else $PATH.
  [[nodiscard]] static Result<std::unique_ptr<PictureReader>> start(PictureWorkerLimits limits = {},
                                                                    std::filesystem::path worker = {});
  virtual ~PictureReader() = default;

  // PNG, JPEG, WebP or GIF. Memory is bounded by the worker's limit; look at the header first
  // (engine/media/media_header.h) to refuse what is absurd without decoding it. Errors: `malformed`,
  // `unsupported`, `too_large`, `timed_out`, `decoder_crashed`, `cancelled`.
  virtual Result<Picture> fit(std::string_view bytes, const PictureLimits& limits,
                              const Cancellation& cancellation) = 0;

  // A page of a PDF, from 1, at `page_dots_per_inch` or less. Errors: as `fit`, and `not_found`: no such page;
  // `no_text`: the page is empty; `encrypted`.
  virtual Result<Picture> page(std::string_view pdf, std::uint32_t page, const PictureLimits& limits,
                               const Cancellation& cancellation) = 0;
};

inline constexpr double page_dots_per_inch = 150;  // a scan's small print can be read

}  // namespace kindling
