#include <algorithm>
#include <utility>

#include "formats/decode.h"
#include "formats/sniff.h"
#include "formats/worker_link.h"

namespace kindling {
namespace {

constexpr std::uint64_t source_bytes_ever = 0xf000'0000;  // a frame's size has 32 bits

Error unasked() {
  return {ErrorCode::decoder_crashed, "", "the decoder failed on it: it gives what nobody asked for",
          "exclude the file, or report it; the others are not affected"};
}

class WorkerDecoder final : public Decoder {
 public:
  WorkerDecoder(DecodeLimits limits, std::filesystem::path program)
      : limits_(limits), link_({wire_limits(), limits.memory_bytes_max, limits.time_max}, std::move(program)) {}

  Status start_worker() { return link_.start(); }

  Status decode(std::string_view name, std::string_view bytes,
                const std::function<Status(DecodedDocument)>& on_document,
                const std::function<void(Error)>& on_bad_record, const Cancellation& cancellation) override {
    KINDLING_TRY_VOID(cancellation.check());
    if (bytes.empty()) return Error{ErrorCode::no_text, "", "the file is empty", "exclude it"};
    const std::uint64_t most = std::min(limits_.source_bytes_max, source_bytes_ever);
    if (bytes.size() > most) {
      return Error{ErrorCode::too_large, "",
                   std::to_string(bytes.size()) + " bytes, more than the limit of " + std::to_string(most),
                   "split the file"};
    }
    const std::string_view format = sniff_format(name, bytes);
    if (format.empty()) return unsupported_content(name, bytes);
    return link_.ask(
        {format, name, wire_limits(), bytes},
        [&](wire::Answer answer) -> Status {
          if (answer.kind == wire::AnswerKind::document) return on_document(std::move(answer.document));
          if (answer.kind != wire::AnswerKind::bad_record) return unasked();
          on_bad_record(std::move(answer.error));
          return {};
        },
        cancellation);
  }

 private:
  [[nodiscard]] wire::Limits wire_limits() const {
    return {limits_.text_bytes_max, limits_.line_bytes_max, limits_.source_bytes_max};
  }

  DecodeLimits limits_;
  WorkerLink link_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::start(DecodeLimits limits, std::filesystem::path worker) {
  KINDLING_TRY(std::filesystem::path program, WorkerLink::find(std::move(worker)));
  auto decoder = std::make_unique<WorkerDecoder>(limits, std::move(program));
  KINDLING_TRY_VOID(decoder->start_worker());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace kindling
