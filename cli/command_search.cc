#include <algorithm>
#include <cstdint>

#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/json_views.h"
#include "cli/place_line.h"
#include "cli/plan_view.h"
#include "cli/text_layout.h"
#include "engine/retrieve/search.h"

namespace kindling {
namespace {

constexpr std::uint64_t hits_max = 10'000;

std::string parts_line(const ScoreParts& parts) {
  return "lexical " + decimal(parts.lexical, 3) + "  cosine " + decimal(parts.cosine, 3) + "  feedback " +
         decimal(parts.feedback, 3) + (parts.sentence > 0 ? "  sentence " + decimal(parts.sentence, 3) : "") +
         "  bigram " + decimal(parts.bigram, 3) + "  named " + decimal(parts.named, 3) +
         (parts.phrase > 0 ? "  phrase " + decimal(parts.phrase, 3) : "");
}

Json parts_json(const ScoreParts& parts) {
  return Json::object({{"lexical", parts.lexical},
                       {"cosine", parts.cosine},
                       {"sentence", parts.sentence},
                       {"feedback", parts.feedback},
                       {"bigram", parts.bigram},
                       {"named", parts.named},
                       {"phrase", parts.phrase}});
}

RankedBy hit_unit(const Session& session) {
  const std::string unit = session.arguments.text("by").value_or("chunk");
  if (unit == "document") return RankedBy::document;
  return unit == "section" ? RankedBy::section : RankedBy::chunk;
}

std::string suggested_words(const std::vector<Correction>& corrections) {
  std::string words;
  for (const Correction& each : corrections) words.append(words.empty() ? "" : " ").append(each.suggestion);
  return words;
}

Json corrections_json(const std::vector<Correction>& corrections) {
  Json list = Json::array();
  for (const Correction& each : corrections)
    list.push(Json::object({{"term", each.term}, {"suggestion", each.suggestion}}));
  return list;
}

void print_hit(Session& session, const Hit& hit, bool explain) {
  Console& console = session.console;
  const std::string number = padded_left(std::to_string(hit.rank), 2) + "  ";
  console.print_line(number + console.tinted(Tint::strong, heading_line(hit.place)) + "  " +
                     console.tinted(Tint::faint, decimal(hit.score, 3)));
  console.print_line("    " + console.tinted(Tint::name, place_line(hit.place)));
  if (explain) console.print_line("    " + console.tinted(Tint::faint, parts_line(hit.parts)));
  for (const std::string& line : wrapped(hit.text, console.width() - 4))
    console.print_line("    " + harmless(line));
  console.print_line();
}

void print_why(Session& session, const WhyNot& why, std::uint32_t k) {
  Console& console = session.console;
  console.print_line(console.tinted(Tint::strong, why.document));
  if (why.filtered) return console.print_line("  the filter drops it");
  if (why.rank == 0)
    return console.print_line("  no word of the query stands in it, and it has no vectors yet");
  const bool among = why.rank <= k;
  console.print_line("  its best chunk is number " + grouped(why.rank) + (among ? ", among the hits" : "") +
                     ", with a score of " + decimal(why.best.score, 3) +
                     (among ? "" : "; the last hit has " + decimal(why.score_needed, 3)));
  console.print_line("  " + console.tinted(Tint::faint, parts_line(why.best.parts)));
  console.print_line("  " + console.tinted(Tint::name, place_line(why.best.place)));
  for (const std::string& line : wrapped(why.best.text, console.width() - 2))
    console.print_line("  " + harmless(line));
}

Json why_json(const WhyNot& why) {
  Json object = Json::object({{"document", why.document},
                              {"filtered", why.filtered},
                              {"rank", why.rank == 0 ? Json() : Json(why.rank)},
                              {"score_needed", why.score_needed}});
  if (why.rank > 0) {
    Json best = to_json(why.best);
    best.set("parts", parts_json(why.best.parts));
    object.set("best", std::move(best));
  }
  return object;
}

Result<ExitCode> explain_absence(Session& session, const Snapshot& snapshot, const Encoder* encoder,
                                 const Question& question, SearchOptions options, const std::string& document) {
  const auto found = find_document(snapshot, document);
  if (!found) {
    session.console.report(session.verb(), found.error());
    return ExitCode::no_result;
  }
  const std::string uri(snapshot.document(*found).uri);
  KINDLING_TRY(const WhyNot why, why_not(snapshot, encoder, question, options, uri, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(Json::object({{"why", why_json(why)}}));
  } else {
    print_why(session, why, options.k);
  }
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> command_search(Session& session) {
  const std::uint64_t k = session.settings.count("k").value_or(10);
  if (k == 0 || k > hits_max)
    return Error{ErrorCode::usage, "-k", std::to_string(k) + " is not between 1 and 10,000", "10 is usual"};
  const bool explain = session.arguments.toggle("explain");
  const SearchOptions options{.k = static_cast<std::uint32_t>(k), .by = hit_unit(session), .plan = explain};
  KINDLING_TRY(const Question question, read_question(session));
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  if (const auto document = session.arguments.text("why")) {
    return explain_absence(session, *snapshot, encoder.get(), question, options, *document);
  }
  KINDLING_TRY(const SearchResult result,
               search(*snapshot, encoder.get(), question, options, session.cancellation));

  if (session.console.json()) {
    Json hits = Json::array();
    for (const Hit& hit : result.hits) {
      Json object = to_json(hit);
      if (explain) object.set("parts", parts_json(hit.parts));
      hits.push(std::move(object));
    }
    Json object = Json::object({{"hits", std::move(hits)}, {"timings_ms", to_json(result.timings_ms)}});
    if (explain && result.plan.rows > 0) object.set("plan", to_json(result.plan));
    if (!result.did_you_mean.empty()) object.set("did_you_mean", corrections_json(result.did_you_mean));
    if (!result.note.empty()) object.set("note", result.note);
    session.console.print_json(object);
  } else {
    for (const Hit& hit : result.hits) print_hit(session, hit, explain);
    if (explain && result.plan.rows > 0)
      session.console.print_line(session.console.tinted(Tint::faint, "vectors: " + plan_line(result.plan)));
    if (result.hits.empty()) session.note("nothing found; try other words, or fewer filters");
  }
  if (!result.did_you_mean.empty()) session.note("did you mean: " + suggested_words(result.did_you_mean));
  if (!result.note.empty()) session.note(result.note);
  return result.hits.empty() ? ExitCode::no_result : ExitCode::ok;
}

}  // namespace kindling
