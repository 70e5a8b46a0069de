#include <algorithm>
#include <map>

#include "cli/attachments.h"
#include "cli/certificate_line.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/place_line.h"
#include "cli/text_layout.h"
#include "engine/ask.h"

namespace kindling {
namespace {

constexpr std::size_t passages_shown_max = 20;

void print_packed(Session& session, const Packed& packed) {
  Console& console = session.console;
  for (std::size_t i = 0; i < std::min(packed.passages.size(), passages_shown_max); ++i) {
    const Passage& passage = packed.passages[i];
    console.print_line(
        padded_left("[" + std::to_string(passage.number) + "]", 6) + "  " +
        console.tinted(Tint::strong, shortened(heading_line(passage.place), console.width() - 8)));
    console.print_line("        " + console.tinted(Tint::name, place_line(passage.place)) + "  " +
                       console.tinted(Tint::faint, counted(passage.token_count, "token")));
  }
  if (packed.passages.size() > passages_shown_max) {
    console.print_line("        ... and " +
                       counted(packed.passages.size() - passages_shown_max, "more passage"));
  }
  std::map<std::string, std::uint64_t> dropped;
  for (const Dropped& drop : packed.dropped) ++dropped[drop.reason];
  console.print_line();
  console.print(certificate_lines(packed.certificate));
  std::string line = "packed    " + counted(packed.passages.size(), "passage");
  const std::string_view at_least =
      packed.dropped.size() == dropped_max ? "at least " : "";  // the list is capped
  for (const auto& [reason, number] : dropped) {
    line += ", " + std::string(at_least) + grouped(number) + " left out for " + reason;
  }
  console.print_line(line);
  console.print_line(console.tinted(Tint::faint, "--json prints the messages themselves"));
}

}  // namespace

Result<ExitCode> command_pack(Session& session) {
  KINDLING_TRY(const Question question, read_question(session));
  KINDLING_TRY(const ModelProfile profile, session_profile(session, "muse-spark"));
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  PackOptions options = pack_options(session);
  KINDLING_TRY(options.media, read_attachments(session, profile));
  KINDLING_TRY(const Packed packed,
               pack(*snapshot, encoder.get(), question, profile, options, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(to_json(packed));
  } else {
    print_packed(session, packed);
  }
  if (!packed.note.empty()) session.note(packed.note);
  return packed.passages.empty() ? ExitCode::no_result : ExitCode::ok;
}

}  // namespace kindling
