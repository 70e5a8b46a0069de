#include <optional>
#include <utility>

#include "formats/picture.h"
#include "formats/worker_link.h"

namespace kindling {
namespace {

class WorkerPictureReader final : public PictureReader {
 public:
  WorkerPictureReader(const PictureWorkerLimits& limits, std::filesystem::path program)
      : limits_(limits), link_({wire_limits(), limits.memory_bytes_max, limits.time_max}, std::move(program)) {}

  Status start_worker() { return link_.start(); }

  Result<Picture> fit(std::string_view bytes, const PictureLimits& limits,
                      const Cancellation& cancellation) override {
    return ask({wire::picture_format, "", wire_limits(), bytes, limits, 0}, cancellation);
  }

  Result<Picture> page(std::string_view pdf, std::uint32_t page, const PictureLimits& limits,
                       const Cancellation& cancellation) override {
    return ask({wire::page_format, "", wire_limits(), pdf, limits, page}, cancellation);
  }

 private:
  // A picture comes out instead of a text.
  [[nodiscard]] wire::Limits wire_limits() const {
    return {limits_.picture_bytes_max, limits_.picture_bytes_max, limits_.picture_bytes_max};
  }

  Result<Picture> ask(const wire::Request& request, const Cancellation& cancellation) {
    KINDLING_TRY_VOID(cancellation.check());
    if (request.bytes.size() > limits_.source_bytes_max) {
      return Error{ErrorCode::too_large, "",
                   std::to_string(request.bytes.size()) + " bytes, more than the limit of " +
                       std::to_string(limits_.source_bytes_max),
                   "give a smaller one"};
    }
    std::optional<Picture> picture;
    KINDLING_TRY_VOID(link_.ask(
        request,
        [&](wire::Answer answer) -> Status {
          if (answer.kind != wire::AnswerKind::picture || picture) return lied();
          picture = std::move(answer.picture);
          return {};
        },
        cancellation));
    if (!picture || (picture->as_given && request.format == wire::page_format)) return lied();
    return std::move(*picture);
  }

  static Error lied() {
    return {ErrorCode::decoder_crashed, "", "the decoder failed on it: it gives something else than a picture",
            "leave it out, or report it"};
  }

  PictureWorkerLimits limits_;
  WorkerLink link_;
};

}  // namespace

Result<std::unique_ptr<PictureReader>> PictureReader::start(PictureWorkerLimits limits,
                                                            std::filesystem::path worker) {
  KINDLING_TRY(std::filesystem::path program, WorkerLink::find(std::move(worker)));
  auto reader = std::make_unique<WorkerPictureReader>(limits, std::move(program));
  KINDLING_TRY_VOID(reader->start_worker());
  return std::unique_ptr<PictureReader>(std::move(reader));
}

}  // namespace kindling
