#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/env.h"
#include "base/process.h"
#include "formats/decode.h"
#include "formats/sniff.h"
#include "formats/wire.h"

namespace kindling {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_time_max{20'000};            // a loaded machine may take long to load libraries
constexpr milliseconds look_up_every{50};                 // how soon a cancellation is noticed
constexpr unsigned sources_per_worker_max = 1'000;        // then a new one: slow leaks of foreign code end here
constexpr std::uint64_t source_bytes_ever = 0xf000'0000;  // a frame's size has 32 bits

std::string seconds_of(milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

class WorkerDecoder final : public Decoder {
 public:
  WorkerDecoder(DecodeLimits limits, std::filesystem::path program)
      : limits_(limits), program_(std::move(program)) {}

  Status start_worker() {
    sources_ = 0;
    KINDLING_TRY(worker_, ChildProcess::start(program_, {std::to_string(limits_.memory_bytes_max)}));
    std::string_view nothing;
    const Stopwatch watch;
    for (;;) {
      KINDLING_TRY(const auto event, worker_->exchange(nothing, received_, look_up_every));
      const Result<std::optional<wire::Answer>> answer = next_answer({});
      if (answer && *answer && (*answer)->greeting == wire::greeting) return {};
      const bool late = watch.milliseconds() > static_cast<double>(start_time_max.count());
      if (!answer || *answer || event == ChildProcess::Event::closed || late) {
        const std::string ending = stop_worker();
        return Error{ErrorCode::configuration, program_.string(),
                     "is not the kindling-decode of this version (it said no greeting; " + ending + ")",
                     "install kindling and kindling-decode together"};
      }
    }
  }

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
    KINDLING_TRY_VOID(ready_worker());
    Status status = converse({format, name, wire_limits(), bytes}, on_document, on_bad_record, cancellation);
    // After an ending in the middle of a document the worker is of no more use: it still writes about this one.
    if (!status && !finished_) stop_worker();
    return status;
  }

 private:
  [[nodiscard]] wire::Limits wire_limits() const {
    return {limits_.text_bytes_max, limits_.line_bytes_max, limits_.source_bytes_max};
  }

  std::string stop_worker() {
    std::string ending = worker_ ? worker_->end() : "";
    worker_.reset();
    received_.clear();
    read_ = 0;
    return ending;
  }

  // A worker that waits for work: the present one, unless it has ended meanwhile or served long enough.
  Status ready_worker() {
    if (worker_ && sources_ < sources_per_worker_max && received_.empty() && worker_->connected()) return {};
    stop_worker();
    return start_worker();
  }

  Status converse(const wire::Request& request, const std::function<Status(DecodedDocument)>& on_document,
                  const std::function<void(Error)>& on_bad_record, const Cancellation& cancellation) {
    finished_ = false;
    ++sources_;
    const std::string head = wire::request_frame_without_bytes(request);
    std::string_view rest_of_head = head;
    std::string_view rest_of_bytes = request.bytes;
    Stopwatch since_progress;
    for (;;) {
      std::string_view& out = rest_of_head.empty() ? rest_of_bytes : rest_of_head;
      KINDLING_TRY(const auto event, worker_->exchange(out, received_, look_up_every));
      for (;;) {
        KINDLING_TRY(std::optional<wire::Answer> answer, next_answer(request.bytes));
        if (!answer) break;
        switch (answer->kind) {
          case wire::AnswerKind::document:
            KINDLING_TRY_VOID(on_document(std::move(answer->document)));
            break;
          case wire::AnswerKind::bad_record:
            on_bad_record(std::move(answer->error));
            break;
          case wire::AnswerKind::done:
            finished_ = true;
            return {};
          case wire::AnswerKind::failed:
            finished_ = true;
            return std::move(answer->error);
          case wire::AnswerKind::hello:
            return crashed("it greets twice");
        }
        since_progress = {};
      }
      if (event == ChildProcess::Event::closed) return crashed(stop_worker());
      KINDLING_TRY_VOID(cancellation.check());
      if (since_progress.milliseconds() > static_cast<double>(limits_.time_max.count())) {
        return Error{ErrorCode::timed_out, "", "not read within " + seconds_of(limits_.time_max),
                     "split the file, or exclude it"};
      }
    }
  }

  // The next whole answer among the bytes received, if there is one.
  Result<std::optional<wire::Answer>> next_answer(std::string_view source) {
    const std::string_view unread = std::string_view(received_).substr(read_);
    if (unread.size() < wire::header_bytes) return std::optional<wire::Answer>();
    const wire::FrameHeader header = wire::parse_frame_header(unread.substr(0, wire::header_bytes));
    if (header.payload_bytes > wire::answer_bytes_max(wire_limits()))
      return crashed("it announces too long an answer");
    if (unread.size() - wire::header_bytes < header.payload_bytes) {
      drop_read();
      return std::optional<wire::Answer>();
    }
    const std::string_view payload = unread.substr(wire::header_bytes, header.payload_bytes);
    if (crc32c(payload) != header.checksum) return crashed("its answer has a wrong checksum");
    KINDLING_TRY(wire::Answer answer, wire::parse_answer(payload, source, wire_limits()));
    read_ += wire::header_bytes + header.payload_bytes;
    if (read_ == received_.size()) drop_read();
    return std::optional<wire::Answer>(std::move(answer));
  }

  void drop_read() {
    received_.erase(0, read_);
    read_ = 0;
  }

  static Error crashed(std::string_view how) {
    return {ErrorCode::decoder_crashed, "", "the decoder failed on it: " + std::string(how),
            "exclude the file, or report it; the others are not affected"};
  }

  DecodeLimits limits_;
  std::filesystem::path program_;
  std::unique_ptr<ChildProcess> worker_;
  std::string received_;  // from the worker, not yet understood from `read_` on
  std::size_t read_ = 0;
  bool finished_ = true;  // the worker has said its last word on the present source
  unsigned sources_ = 0;  // that the present worker has been given
};

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::start(DecodeLimits limits, std::filesystem::path worker) {
  if (worker.empty()) {
    auto found = find_program("kindling-decode");
    if (!found) {
      return Error{ErrorCode::configuration, "kindling-decode", "not found beside kindling, nor in $PATH",
                   "install it beside the kindling executable"};
    }
    worker = std::move(*found);
  }
  auto decoder = std::make_unique<WorkerDecoder>(limits, std::move(worker));
  KINDLING_TRY_VOID(decoder->start_worker());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace kindling
