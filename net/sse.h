// Server-sent events, read as the HTML Living Standard says (section 9.2.6) from pieces cut anywhere.
//
// Lines end in LF, CRLF or CR, also when a CRLF is cut between two pieces; a leading BOM is skipped; a line
// that begins with a colon is a comment (dropped; as bytes it resets the client's idle timer); several data
// lines join with LF. Invalid UTF-8 becomes U+FFFD, event by event, so that a character cut between two pieces
// stays whole.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

struct SseEvent {
  std::string name;  // "message" unless the stream says otherwise
  std::string data;
};

class SseReader {
 public:
  explicit SseReader(std::size_t event_bytes_max = 16u << 20) : event_bytes_max_(event_bytes_max) {}

  using OnEvent = std::function<Status(const SseEvent&)>;

  // Errors: `too_large`, or what `on_event` returned; the reader must not be fed after one.
  Status feed(std::string_view bytes, const OnEvent& on_event);
  // The end of the stream: an event that no blank line ended is dropped, as the specification says; true if
  // there was one. The reader is as new.
  [[nodiscard]] bool finish();

 private:
  Status take_line(const OnEvent& on_event);
  Status dispatch(const OnEvent& on_event);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
  std::size_t event_bytes_max_;
};

}  // namespace kindling
