#include <algorithm>
#include <map>

#include "cli/attachments.h"
#include "cli/certificate_line.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/place_line.h"
#include "cli/prompt_options.h"
#include "cli/suspicion_note.h"
#include "cli/text_layout.h"
#include "engine/ask.h"

namespace kindling {
namespace {

constexpr std::size_t passages_shown_max = 20;

std::string ledger_line(const LedgerEntry& entry) {
  const std::string mark = entry.passage == 0 ? "out" : "[" + std::to_string(entry.passage) + "]";
  return padded_left(mark, 6) + padded_left(grouped(entry.tokens), 7) +
         padded_left(decimal(entry.value, 3), 8) + padded_left(decimal(entry.chunk_score, 3), 8) +
         padded_left(decimal(entry.section_score, 3), 9) + padded_left(decimal(entry.words, 2), 7) + "  " +
         padded(entry.reason, 15);
}

void print_ledger(Console& console, const std::vector<LedgerEntry>& ledger) {
  console.print_line(
      console.tinted(Tint::strong, "passage tokens   value   chunk  section  words  reason           where"));
  for (const LedgerEntry& entry : ledger) {
    console.print_line(ledger_line(entry) + "  " + console.tinted(Tint::name, place_line(entry.place)) +
                       (entry.same_as.empty() ? "" : ", as " + entry.same_as));
  }
  console.print_line();
}

void print_why(Console& console, const WhyPacked& why) {
  console.print_line(console.tinted(Tint::strong, why.document) + ": " + why.reason);
  console.print_line("the least valuable sentence that is in is worth " + decimal(why.value_needed, 3) +
                     "; the best of this document:");
  print_ledger(console, why.best);
}

void print_packed(Session& session, const Packed& packed) {
  Console& console = session.console;
  if (packed.why) print_why(console, *packed.why);
  if (!packed.ledger.empty()) print_ledger(console, packed.ledger);
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
  if (!packed.figures.empty() || !packed.omitted_figures.empty()) {
    console.print_line("figures   " + counted(packed.figures.size(), "picture") + " of the documents, " +
                       grouped(packed.omitted_figures.size()) + " left out");
  }
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
  KINDLING_TRY_VOID(find_pinned(*snapshot, options));
  KINDLING_TRY_VOID(read_prompt_options(session, options));
  options.explain = session.arguments.toggle("explain");
  if (const auto document = session.arguments.text("why")) {
    KINDLING_TRY(const DocumentIndex index, find_document(*snapshot, *document));
    options.why = snapshot->document(index).uri;
  }
  KINDLING_TRY(const Packed packed,
               pack(*snapshot, encoder.get(), question, profile, options, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(to_json(packed));
  } else {
    print_packed(session, packed);
  }
  note_suspicions(session, packed.suspicions);
  if (!packed.note.empty()) session.note(packed.note);
  return packed.passages.empty() ? ExitCode::no_result : ExitCode::ok;
}

}  // namespace kindling
