#include "cli/json_views.h"

#include "cli/contemplation_view.h"
#include "cli/tool_options.h"
#include "engine/endpoint/chat_request.h"

namespace kindling {
namespace {

template <typename Texts>
Json texts_json(const Texts& texts) {
  Json array = Json::array();
  for (const auto& text : texts) array.push(Json(std::string_view(text)));
  return array;
}

// document, uri, title, heading_path, page, span, text_span, span_in_source
void add_place(Json& object, const Place& place) {
  object.set("document", place.document);
  object.set("uri", place.uri);
  object.set("title", place.title);
  object.set("heading_path", texts_json(place.heading_path));
  object.set("page", page_json(place.page));
  object.set("span", to_json(place.span));
  object.set("span_in_source", place.span_in_source);
  object.set("text_span", to_json(place.text_span));
}

void add_note(Json& object, const std::string& note) {
  if (!note.empty()) object.set("note", note);
}

Json figures_json(const std::vector<SentFigure>& figures) {
  Json array = Json::array();
  for (const SentFigure& figure : figures) {
    array.push(Json::object({{"passage", figure.passage},
                             {"document", figure.document},
                             {"source", figure.source},
                             {"words", figure.words},
                             {"width", figure.width},
                             {"height", figure.height},
                             {"tokens", figure.tokens}}));
  }
  return array;
}

Json figures_json(const std::vector<OmittedFigure>& figures) {
  Json array = Json::array();
  for (const OmittedFigure& figure : figures) {
    array.push(
        Json::object({{"document", figure.document}, {"source", figure.source}, {"reason", figure.reason}}));
  }
  return array;
}

Json amount_json(double amount) { return amount < 0 ? Json() : Json(amount); }

Json suspicions_json(const std::vector<Suspicion>& suspicions) {
  Json list = Json::array();
  for (const Suspicion& suspicion : suspicions) {
    Json object = Json::object({{"document", suspicion.document}, {"passage", suspicion.passage}});
    if (!suspicion.span.empty()) object.set("text_span", to_json(suspicion.span));
    object.set("kind", to_string(suspicion.kind));
    list.push(std::move(object));
  }
  return list;
}

}  // namespace

Json page_json(std::uint32_t page) { return page == 0 ? Json() : Json(page); }

Json to_json(ByteSpan span) { return Json::object({{"begin", span.begin}, {"end", span.end}}); }

Json to_json(const Timings& timings) {
  Json object = Json::object();
  for (const auto& [stage, milliseconds] : timings) object.set(stage, milliseconds);
  return object;
}

Json to_json(const Hit& hit) {
  Json object = Json::object({{"rank", hit.rank}, {"score", hit.score}});
  add_place(object, hit.place);
  object.set("token_count", hit.token_count);
  object.set("text", hit.text);
  return object;
}

Json to_json(const Certificate& certificate) {
  return Json::object({{"window", certificate.window},
                       {"reserved_output", certificate.reserved_output},
                       {"budget", certificate.budget},
                       {"tokens", certificate.tokens},
                       {"tokens_max", certificate.tokens_max},
                       {"tokenizer", certificate.tokenizer},
                       {"bound", to_string(certificate.bound)},
                       {"confidence", certificate.samples == 0 ? Json() : Json(certificate.confidence)},
                       {"samples", certificate.samples},
                       {"prefix_tokens", certificate.prefix_tokens},
                       {"skipped", texts_json(certificate.skipped)}});
}

Json to_json(const Usage& usage) {
  return Json::object({{"prompt_tokens", usage.prompt_tokens},
                       {"completion_tokens", usage.completion_tokens},
                       {"cached_tokens", usage.cached_tokens},
                       {"reasoning_tokens", usage.reasoning_tokens},
                       {"cost", amount_json(usage.cost)},
                       {"reported", usage.reported}});
}

Json to_json(const LedgerEntry& entry) {
  Json object = Json::object({{"passage", entry.passage == 0 ? Json() : Json(entry.passage)}});
  add_place(object, entry.place);
  object.set("tokens", entry.tokens);
  object.set("value", entry.value);
  object.set("chunk_score", entry.chunk_score);
  object.set("section_score", entry.section_score);
  object.set("words", entry.words);
  object.set("reason", entry.reason);
  if (!entry.same_as.empty()) object.set("same_as", entry.same_as);
  return object;
}

Json to_json(const WhyPacked& why) {
  Json best = Json::array();
  for (const LedgerEntry& entry : why.best) best.push(to_json(entry));
  return Json::object({{"document", why.document},
                       {"reason", why.reason},
                       {"sentences_in", why.sentences_in},
                       {"sentences_out", why.sentences_out},
                       {"value_needed", why.value_needed},
                       {"best", std::move(best)}});
}

Json to_json(const Packed& packed) {
  Json messages = Json::array();
  for (const ChatMessage& message : packed.messages) {
    messages.push(message_json(message));
  }
  Json passages = Json::array();
  for (const Passage& passage : packed.passages) {
    Json object = Json::object({{"number", passage.number}});
    add_place(object, passage.place);
    object.set("token_count", passage.token_count);
    object.set("text", passage.text);
    object.set("duplicates", texts_json(passage.duplicates));
    passages.push(std::move(object));
  }
  Json dropped = Json::array();
  for (const Dropped& drop : packed.dropped) {
    dropped.push(
        Json::object({{"document", drop.document}, {"span", to_json(drop.span)}, {"reason", drop.reason}}));
  }
  Json object = Json::object({{"messages", std::move(messages)},
                              {"passages", std::move(passages)},
                              {"dropped", std::move(dropped)},
                              {"figures", figures_json(packed.figures)},
                              {"figures_omitted", figures_json(packed.omitted_figures)},
                              {"suspicions", suspicions_json(packed.suspicions)},
                              {"fence", packed.fence},
                              {"certificate", to_json(packed.certificate)},
                              {"timings_ms", to_json(packed.timings_ms)}});
  if (!packed.ledger.empty()) {
    Json ledger = Json::array();
    for (const LedgerEntry& entry : packed.ledger) ledger.push(to_json(entry));
    object.set("ledger", std::move(ledger));
  }
  if (packed.why) object.set("why", to_json(*packed.why));
  add_note(object, packed.note);
  return object;
}

Json to_json(const AnswerSentence& sentence) {
  const CheckedSentence& checked = sentence.checked;
  Json numbers = Json::array();
  for (const std::uint32_t number : checked.numbers) numbers.push(number);
  Json object = Json::object(
      {{"span", to_json(checked.span)}, {"citations", std::move(numbers)}, {"claims", checked.claims}});
  if (!checked.claims) return object;
  object.set("support", to_string(checked.support));
  if (checked.problem != ClaimProblem::none) object.set("problem", to_string(checked.problem));
  if (checked.passage != 0) object.set("passage", checked.passage);
  if (!sentence.document.empty()) object.set("document", sentence.document);
  return object;
}

Json to_json(const Answer& answer) {
  Json citations = Json::array();
  for (const Citation& citation : answer.citations) {
    Json object = Json::object({{"number", citation.number}});
    add_place(object, citation.place);
    object.set("quote", citation.quote);
    object.set("verified", citation.verified);
    citations.push(std::move(object));
  }
  Json sentences = Json::array();
  for (const AnswerSentence& sentence : answer.sentences) sentences.push(to_json(sentence));
  Json object = Json::object({{"answer", answer.text},
                              {"citations", std::move(citations)},
                              {"sentences", std::move(sentences)},
                              {"suspicions", suspicions_json(answer.suspicions)},
                              {"foreign_links", texts_json(answer.foreign_links)},
                              {"certificate", to_json(answer.certificate)},
                              {"usage", to_json(answer.usage)},
                              {"finish", to_string(answer.finish)},
                              {"timings_ms", to_json(answer.timings_ms)}});
  if (!answer.tool_calls.empty()) object.set("tool_calls", tool_calls_json(answer.tool_calls));
  if (answer.contemplation) add_contemplation(object, *answer.contemplation);
  if (!answer.fallback.empty()) object.set("fallback", answer.fallback);
  add_note(object, answer.note);
  return object;
}

Json to_json(const IngestReport& report) {
  Json failures = Json::array();
  for (const IngestFailure& failure : report.failures) {
    failures.push(
        Json::object({{"uri", failure.uri}, {"code", to_string(failure.code)}, {"message", failure.message}}));
  }
  Json seconds = Json::object();
  for (const auto& [stage, amount] : report.seconds) seconds.set(stage, amount);
  return Json::object({{"documents", Json::object({{"added", report.added},
                                                   {"updated", report.updated},
                                                   {"unchanged", report.unchanged},
                                                   {"removed", report.removed},
                                                   {"failed", report.failed}})},
                       {"chunks", report.chunks},
                       {"tokens", report.tokens},
                       {"embedded_chunks", report.embedded_chunks},
                       {"embedded_tokens", report.embedded_tokens},
                       {"pending_embeddings", report.pending_embeddings},
                       {"failures", std::move(failures)},
                       {"warnings", texts_json(report.warnings)},
                       {"seconds", std::move(seconds)}});
}

Json status_json(const Snapshot& snapshot) {
  const IndexStatistics& statistics = snapshot.statistics();
  const IndexSettings& settings = snapshot.settings();
  Json languages = Json::array();
  for (const Language language : snapshot.languages()) languages.push(to_string(language));
  return Json::object({{"documents", statistics.documents},
                       {"sections", statistics.sections},
                       {"chunks", statistics.chunks},
                       {"tokens", statistics.tokens},
                       {"bytes", statistics.bytes},
                       {"encoder", settings.encoder},
                       {"dimensions", settings.dimensions},
                       {"tokenizer", settings.tokenizer},
                       {"chunk_tokens", settings.chunk_tokens},
                       {"pending_embeddings", statistics.pending_embeddings},
                       {"segments", statistics.segments},
                       {"removed_documents", statistics.removed_documents},
                       {"languages", std::move(languages)}});
}

}  // namespace kindling
