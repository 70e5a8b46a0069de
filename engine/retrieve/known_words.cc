#include "engine/retrieve/known_words.h"

#include <algorithm>
#include <map>

#include "engine/retrieve/question_syntax.h"

namespace kindling {
namespace {

// The commonest way in which the example writes the term: terms are stems, which people do not read.
std::string surface_of(const Snapshot& snapshot, const KnownTerm& term) {
  const ChunkView chunk = snapshot.chunk(term.example);
  std::map<std::string_view, std::size_t> written;
  for (const Term& word : analyze(chunk.text, snapshot.document(chunk.document).language)) {
    if (word.text == term.text) ++written[slice(chunk.text, word.span)];
  }
  const auto most = std::max_element(written.begin(), written.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == written.end() ? term.text : std::string(most->first);
}

bool holds(std::span<const Term> terms, std::string_view text) {
  return std::any_of(terms.begin(), terms.end(), [&](const Term& term) { return term.text == text; });
}

void add_beginning(const Snapshot& snapshot, ByteSpan span, Query& query) {
  const std::string_view word = slice(query.text, span);
  // Unstemmed: what is written is the beginning.
  const std::vector<Term> whole = analyze(word, Language::unknown);
  if (whole.empty()) return;
  const auto known = snapshot.terms_beginning(whole.front().text, begun_terms_max, query.allowed);
  if (known.empty()) {
    query.unknown_beginnings.emplace_back(word);
    return;
  }
  // What the word would be without its star counts too, if there is such a word.
  std::erase_if(query.terms, [&](const Term& term) {
    return term.span.begin >= span.begin && term.span.end <= span.end &&
           snapshot.chunk_frequency(term.text) == 0;
  });
  auto at = std::find_if(query.terms.begin(), query.terms.end(),
                         [&](const Term& term) { return term.span.begin >= span.end; });
  std::uint32_t position = whole.front().position;
  if (at != query.terms.begin()) position = std::prev(at)->position + 1;
  for (const KnownTerm& each : known) {
    if (holds(query.terms, each.text)) continue;
    at = std::next(query.terms.insert(at, Term{each.text, position, span, false}));
  }
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const std::string& sentence : sentences) all.append(all.empty() ? "" : "; ").append(sentence);
  return all;
}

}  // namespace

bool knows_a_term(const Snapshot& snapshot, const Query& query) {
  return query.terms.empty() || std::any_of(query.terms.begin(), query.terms.end(), [&](const Term& term) {
           return snapshot.chunk_frequency(term.text) > 0;
         });
}

void correct_unknown_terms(const Snapshot& snapshot, Query& query) {
  std::vector<Term> terms;
  std::size_t looked_up = 0;
  for (Term& term : query.terms) {
    const bool look = looked_up < corrections_max && snapshot.chunk_frequency(term.text) == 0;
    if (look) {
      ++looked_up;
      const auto near = snapshot.near_terms(term.text, 1, query.allowed);
      if (!near.empty()) {
        query.corrections.push_back(
            {std::string(slice(query.text, term.span)), surface_of(snapshot, near.front())});
        term.text = near.front().text;
      }
    }
    if (!holds(terms, term.text)) terms.push_back(std::move(term));
  }
  query.terms = std::move(terms);
}

void add_beginnings_and_phrases(const Snapshot& snapshot, Query& query) {
  QuestionSyntax syntax = read_syntax(query.text);
  syntax.beginnings.resize(std::min(syntax.beginnings.size(), beginnings_max));
  for (const ByteSpan span : syntax.beginnings) add_beginning(snapshot, span, query);
  for (const ByteSpan span : syntax.phrases) {
    if (query.phrases.size() == phrases_max) break;
    std::string text(slice(query.text, span));
    std::vector<Term> terms = analyze(text, query.language);
    if (terms.empty()) continue;
    terms.resize(std::min(terms.size(), phrase_terms_max));
    query.phrases.push_back({std::move(text), snapshot.phrase_chunks(terms, query.allowed)});
  }
}

std::string note_of(const Query& query) {
  std::vector<std::string> sentences;
  for (const Correction& each : query.corrections)
    sentences.push_back("no passage has \"" + each.term + "\": searched for \"" + each.suggestion +
                        "\" instead");
  for (const std::string& beginning : query.unknown_beginnings)
    sentences.push_back("no word begins with \"" + beginning + "\"");
  for (const Phrase& phrase : query.phrases) {
    if (phrase.chunks.empty()) sentences.push_back("no passage holds \"" + phrase.text + "\" word for word");
  }
  return joined(sentences);
}

}  // namespace kindling
