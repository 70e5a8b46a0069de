#include "formats/worker_link.h"

#include <utility>

#include "base/bytes.h"
#include "base/env.h"

namespace kindling {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_time_max{20'000};      // a loaded machine may take long to load libraries
constexpr milliseconds look_up_every{50};           // how soon a cancellation is noticed
constexpr unsigned sources_per_worker_max = 1'000;  // then a new one: slow leaks of foreign code end here

std::string seconds_of(milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

Error crashed(std::string_view how) {
  return {ErrorCode::decoder_crashed, "", "the decoder failed on it: " + std::string(how),
          "exclude the file, or report it; the others are not affected"};
}

}  // namespace

Result<std::filesystem::path> WorkerLink::find(std::filesystem::path worker) {
  if (!worker.empty()) return worker;
  auto found = find_program("kindling-decode");
  if (found) return std::move(*found);
  return Error{ErrorCode::configuration, "kindling-decode", "not found beside kindling, nor in $PATH",
               "install it beside the kindling executable"};
}

Status WorkerLink::start() {
  sources_ = 0;
  KINDLING_TRY(worker_, ChildProcess::start(program_, {std::to_string(bounds_.memory_bytes_max)}));
  std::string_view nothing;
  const Stopwatch watch;
  for (;;) {
    KINDLING_TRY(const auto event, worker_->exchange(nothing, received_, look_up_every));
    const Result<std::optional<wire::Answer>> answer = next_answer({});
    if (answer && *answer && (*answer)->greeting == wire::greeting) return {};
    const bool late = watch.milliseconds() > static_cast<double>(start_time_max.count());
    if (!answer || *answer || event == ChildProcess::Event::closed || late) {
      const std::string ending = stop();
      return Error{ErrorCode::configuration, program_.string(),
                   "is not the kindling-decode of this version (it said no greeting; " + ending + ")",
                   "install kindling and kindling-decode together"};
    }
  }
}

Status WorkerLink::ask(const wire::Request& request, const std::function<Status(wire::Answer)>& on_answer,
                       const Cancellation& cancellation) {
  KINDLING_TRY_VOID(ready());
  Status status = converse(request, on_answer, cancellation);
  // After an ending in the middle of a document the worker is of no more use: it still writes about this one.
  if (!status && !finished_) stop();
  return status;
}

// A worker that waits for work: the present one, unless it has ended meanwhile or served long enough.
Status WorkerLink::ready() {
  if (worker_ && sources_ < sources_per_worker_max && received_.empty() && worker_->connected()) return {};
  stop();
  return start();
}

Status WorkerLink::converse(const wire::Request& request, const std::function<Status(wire::Answer)>& on_answer,
                            const Cancellation& cancellation) {
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
        case wire::AnswerKind::done:
          finished_ = true;
          return {};
        case wire::AnswerKind::failed:
          finished_ = true;
          return std::move(answer->error);
        case wire::AnswerKind::hello:
          return crashed("it greets twice");
        case wire::AnswerKind::document:
        case wire::AnswerKind::bad_record:
        case wire::AnswerKind::picture:
          KINDLING_TRY_VOID(on_answer(std::move(*answer)));
          break;
      }
      since_progress = {};
    }
    if (event == ChildProcess::Event::closed) return crashed(stop());
    KINDLING_TRY_VOID(cancellation.check());
    if (since_progress.milliseconds() > static_cast<double>(bounds_.time_max.count())) {
      return Error{ErrorCode::timed_out, "", "not read within " + seconds_of(bounds_.time_max),
                   "split the file, or exclude it"};
    }
  }
}

// The next whole answer among the bytes received, if there is one.
Result<std::optional<wire::Answer>> WorkerLink::next_answer(std::string_view source) {
  const std::string_view unread = std::string_view(received_).substr(read_);
  if (unread.size() < wire::header_bytes) return std::optional<wire::Answer>();
  const wire::FrameHeader header = wire::parse_frame_header(unread.substr(0, wire::header_bytes));
  if (header.payload_bytes > wire::answer_bytes_max(bounds_.answers)) {
    return crashed("it announces too long an answer");
  }
  if (unread.size() - wire::header_bytes < header.payload_bytes) {
    drop_read();
    return std::optional<wire::Answer>();
  }
  const std::string_view payload = unread.substr(wire::header_bytes, header.payload_bytes);
  if (crc32c(payload) != header.checksum) return crashed("its answer has a wrong checksum");
  KINDLING_TRY(wire::Answer answer, wire::parse_answer(payload, source, bounds_.answers));
  read_ += wire::header_bytes + header.payload_bytes;
  if (read_ == received_.size()) drop_read();
  return std::optional<wire::Answer>(std::move(answer));
}

// Says how the worker ended.
std::string WorkerLink::stop() {
  std::string ending = worker_ ? worker_->end() : "";
  worker_.reset();
  received_.clear();
  read_ = 0;
  return ending;
}

void WorkerLink::drop_read() {
  received_.erase(0, read_);
  read_ = 0;
}

}  // namespace kindling
