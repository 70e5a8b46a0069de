#include "engine/retrieve/query.h"

#include <array>

#include "engine/retrieve/known_words.h"

namespace kindling {
namespace {

Status check_encoder(const IndexSettings& settings, const Encoder& encoder) {
  if (settings.encoder_fingerprint == encoder.fingerprint()) return {};
  return Error{ErrorCode::encoder_mismatch, "",
               "the index was built with the encoder " + settings.encoder + ", not with this " +
                   std::string(encoder.name()),
               "name the same model with --encoder, or index again into another folder"};
}

}  // namespace

Result<Query> read_question(const Snapshot& snapshot, const Question& question) {
  KINDLING_TRY_VOID(check_question(question));
  Query query;
  query.text = question.text;
  query.nearest = question.effort.exact ? NearestSearch::exact : NearestSearch::planned;
  query.language = detect_language(question.text, snapshot.languages());
  if (question.filter) {
    KINDLING_TRY(query.allowed, snapshot.matching(*question.filter));
  } else {
    query.allowed = snapshot.live_documents();
  }
  if (question.mode == SearchMode::vector) return query;
  query.terms = analyze_question(question.text, query.language);
  add_beginnings_and_phrases(snapshot, query);
  if (!knows_a_term(snapshot, query)) correct_unknown_terms(snapshot, query);
  return query;
}

Status add_vector(const Snapshot& snapshot, const Encoder* encoder, const Question& question, Query& query,
                  const Cancellation& cancellation) {
  const bool has_vectors = !snapshot.settings().encoder.empty();
  if (question.mode == SearchMode::vector && (encoder == nullptr || !has_vectors)) {
    return Error{ErrorCode::configuration, "",
                 has_vectors ? "no encoder to search by meaning with" : "the index has no vectors",
                 "run scripts/get-model and index again, or search with --mode keyword"};
  }
  if (question.mode == SearchMode::keyword || encoder == nullptr || !has_vectors) return {};
  KINDLING_TRY_VOID(check_encoder(snapshot.settings(), *encoder));
  const std::array<std::string_view, 1> texts{question.text};
  KINDLING_TRY(Embeddings embeddings, encoder->encode(texts, {.threads = 1, .query = true}, cancellation));
  query.trust = encoder->trust();
  query.vector = std::move(embeddings.values);
  return {};
}

Result<Query> make_query(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                         const Cancellation& cancellation) {
  KINDLING_TRY(Query query, read_question(snapshot, question));
  KINDLING_TRY_VOID(add_vector(snapshot, encoder, question, query, cancellation));
  return query;
}

}  // namespace kindling
