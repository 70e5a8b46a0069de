#include "cli/commands.h"
#include "cli/text_layout.h"
#include "index/writer.h"

namespace kindling {

Result<ExitCode> command_compact(Session& session) {
  IndexSettings settings;
  std::uint64_t bytes_before = 0;
  {
    KINDLING_TRY(const auto before, open_snapshot(session));  // let go before the files it maps are replaced
    settings = before->settings();
    bytes_before = before->statistics().bytes;
  }
  KINDLING_TRY(const auto writer, Writer::open(session.files, session.settings.index(), settings));
  KINDLING_TRY_VOID(writer->compact(session.cancellation));
  KINDLING_TRY(const auto after, open_snapshot(session));
  const IndexStatistics& statistics = after->statistics();
  if (session.console.json()) {
    session.console.print_json(Json::object({{"ok", true},
                                             {"problems", Json::array()},
                                             {"bytes_before", bytes_before},
                                             {"bytes", statistics.bytes},
                                             {"segments", statistics.segments},
                                             {"documents", statistics.documents}}));
  } else {
    session.console.print_line(shown_bytes(bytes_before) + " before, " + shown_bytes(statistics.bytes) +
                               " now, in " + counted(statistics.segments, "segment"));
  }
  return ExitCode::ok;
}

}  // namespace kindling
