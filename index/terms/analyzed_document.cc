#include "index/terms/analyzed_document.h"

#include <algorithm>
#include <unordered_map>

#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

struct PlacedTerm {
  std::uint32_t term = 0;
  std::uint32_t position = 0;
};

class DocumentAnalysis {
 public:
  explicit DocumentAnalysis(const Document& document) : document_(document) {
    result_.chunk_lengths.resize(document.chunks.size());
    result_.section_lengths.resize(document.sections.size());
    result_.sentence_words.resize(document.sentences.size());
  }

  AnalyzedDocument run(const DocumentHeadings& headings) {
    analyze_bodies();
    analyze_headings(headings);
    place_headings(headings);
    for (AnalyzedTerm& term : result_.terms) {
      put_in_order(term.body);
      put_in_order(term.headings);
      count_frequencies(term);
    }
    return std::move(result_);
  }

 private:
  std::uint32_t number(std::string&& text) {
    const auto [at, inserted] =
        numbers_.try_emplace(std::move(text), static_cast<std::uint32_t>(result_.terms.size()));
    if (inserted) result_.terms.emplace_back().text = at->first;
    return at->second;
  }

  void place_sentences(const Chunk& chunk, std::span<const Term> terms) {
    const std::uint32_t end = chunk.first_sentence + chunk.sentence_count;
    if (chunk.first_sentence < placed_sentences_) {  // a sentence of two chunks would need two places
      for (std::uint32_t s = chunk.first_sentence; s < std::min(end, placed_sentences_); ++s)
        result_.sentence_words[s].count = SentenceWords::unlike;
      return;
    }
    const auto sentences = std::span(document_.sentences).subspan(chunk.first_sentence, chunk.sentence_count);
    const auto words = sentence_words(document_.text.utf8, chunk, sentences, terms, document_.language);
    std::copy(words.begin(), words.end(), result_.sentence_words.begin() + chunk.first_sentence);
    placed_sentences_ = end;
  }

  void analyze_bodies() {
    for (std::uint32_t c = 0; c < document_.chunks.size(); ++c) {
      const Chunk& chunk = document_.chunks[c];
      auto terms = analyze(slice(document_.text.utf8, chunk.span), document_.language);
      const auto length = static_cast<std::uint32_t>(terms.size());
      place_sentences(chunk, terms);
      for (Term& term : terms) {
        result_.terms[number(std::move(term.text))].body.push_back({c, term.position});
      }
      result_.chunk_lengths[c] = length;
      result_.section_lengths[chunk.section] += length;
    }
  }

  void analyze_headings(const DocumentHeadings& headings) {
    for (const std::string_view heading : headings.headings) {
      auto& placed = heading_words_.emplace_back();
      for (Term& term : analyze(heading, document_.language)) {
        placed.push_back({number(std::move(term.text)), term.position});
      }
      auto& terms = result_.heading_terms.emplace_back();
      for (const PlacedTerm& word : placed) terms.push_back(word.term);
      std::sort(terms.begin(), terms.end());
      terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
      const auto length = static_cast<std::uint32_t>(placed.size());
      result_.heading_lengths.push_back(terms.size() == placed.size() ? length : length | repeats_a_term);
    }
  }

  void place_headings(const DocumentHeadings& headings) {
    for (std::uint32_t s = 0; s < document_.sections.size(); ++s) {
      const Section& section = document_.sections[s];
      std::uint32_t length = 0;
      std::uint32_t base = 0;
      std::uint32_t base_next = 0;
      for (const std::uint32_t heading : headings_over(headings.title, headings.paths[section.heading_path])) {
        for (const PlacedTerm& word : heading_words_[heading]) {
          result_.terms[word.term].headings.push_back({s, base + word.position});
        }
        const auto& words = heading_words_[heading];
        length += static_cast<std::uint32_t>(words.size());
        for (const PlacedTerm& word : words)
          base_next = std::max(base_next, base + word.position + heading_gap);
        base = base_next;
      }
      result_.section_lengths[s] += length;
      for (std::uint32_t c = 0; c < section.chunk_count; ++c)
        result_.chunk_lengths[section.first_chunk + c] += length;
    }
  }

  // Places ascend as they were found; the parts of an identifier may run ahead of the word that follows it.
  static void put_in_order(std::vector<Occurrence>& occurrences) {
    const auto before = [](const Occurrence& a, const Occurrence& b) {
      return a.place != b.place ? a.place < b.place : a.position < b.position;
    };
    if (!std::is_sorted(occurrences.begin(), occurrences.end(), before)) {
      std::sort(occurrences.begin(), occurrences.end(), before);
    }
  }

  // Walks the chunks that hold the term in their body and the sections that hold it in their headings, side by
  // side.
  void count_frequencies(AnalyzedTerm& term) const {
    auto heading = term.headings.begin();
    std::int64_t counted_section = -1;  // the last section counted whole, because its headings hold the term
    std::int64_t body_section = -1;     // the last section counted because a chunk holds it
    std::int64_t body_chunk = -1;
    const auto count_headings_until = [&](std::uint32_t section) {
      for (; heading != term.headings.end() && heading->place <= section; ++heading) {
        if (heading->place == counted_section) continue;
        counted_section = heading->place;
        term.chunk_frequency += document_.sections[heading->place].chunk_count;
        ++term.section_frequency;
      }
    };
    for (const Occurrence& occurrence : term.body) {
      if (occurrence.place == body_chunk) continue;
      body_chunk = occurrence.place;
      const std::uint32_t section = document_.chunks[occurrence.place].section;
      count_headings_until(section);
      if (section == counted_section) continue;
      ++term.chunk_frequency;
      if (section != body_section) ++term.section_frequency;
      body_section = section;
    }
    count_headings_until(0xffffffff);
  }

  const Document& document_;
  AnalyzedDocument result_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::uint32_t placed_sentences_ = 0;                  // those below have their words
  std::vector<std::vector<PlacedTerm>> heading_words_;  // of each heading
};

}  // namespace

AnalyzedDocument analyze_document(const Document& document, const DocumentHeadings& headings) {
  return DocumentAnalysis(document).run(headings);
}

}  // namespace kindling
