#include "engine/cite.h"

#include <algorithm>
#include <optional>
#include <set>

#include "tokenizer/analyzer.h"
#include "tokenizer/boundaries.h"

namespace kindling {
namespace {

constexpr float support_share_min = .5f;    // of a statement's content words
constexpr std::size_t quotation_bytes_min = 12;
constexpr std::size_t mark_digits_max = 6;

struct Statement {
  std::string text;                        // without marks
  std::vector<std::uint32_t> numbers;      // passages cited
};

// Reads "[3]" or "[3, 12]" at `at`; gives the numbers and moves past it.
std::optional<std::vector<std::uint32_t>> read_mark(std::string_view text, std::size_t& at) {
  std::vector<std::uint32_t> numbers;
  std::size_t i = at + 1;
  while (i < text.size()) {
    std::uint32_t number = 0;
    std::size_t digits = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < mark_digits_max; ++i, ++digits) {
      number = number * 10 + static_cast<std::uint32_t>(text[i] - '0');
    }
    if (digits == 0) return std::nullopt;
    numbers.push_back(number);
    if (i < text.size() && text[i] == ']') {
      at = i + 1;
      return numbers;
    }
    if (i >= text.size() || text[i] != ',') return std::nullopt;
    for (++i; i < text.size() && text[i] == ' ';) ++i;
  }
  return std::nullopt;
}

bool has_words(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// Sentences with their marks; marks that follow a sentence's full stop belong to that sentence.
std::vector<Statement> statements_of(std::string_view answer) {
  std::vector<Statement> statements;
  for (const ByteSpan span : sentence_spans(answer)) {
    const std::string_view sentence = slice(answer, span);
    Statement statement;
    for (std::size_t at = 0; at < sentence.size();) {
      if (sentence[at] == '[') {
        if (const auto numbers = read_mark(sentence, at)) {
          const bool leading = !has_words(statement.text) && !statements.empty();
          auto& owner = leading ? statements.back() : statement;
          owner.numbers.insert(owner.numbers.end(), numbers->begin(), numbers->end());
          continue;
        }
      }
      statement.text.push_back(sentence[at++]);
    }
    if (has_words(statement.text) || !statement.numbers.empty()) statements.push_back(std::move(statement));
  }
  return statements;
}

struct Words {
  std::set<std::string> content;
  std::set<std::string> numbers;
};

Words words_of(std::string_view text, Language language) {
  Words words;
  for (const Term& term : analyze_question(text, language)) {
    const bool number = std::any_of(term.text.begin(), term.text.end(), [](char c) { return c >= '0' && c <= '9'; });
    (number ? words.numbers : words.content).insert(term.text);
  }
  return words;
}

// A quotation inside the statement that stands in the passage as it is.
std::optional<ByteSpan> find_quotation(std::string_view statement, std::string_view passage) {
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"\"", "\""}, {"\u201c", "\u201d"},
                                    {"\u00ab", "\u00bb"}, {"\u201e", "\u201c"}}) {
    for (std::size_t begin = statement.find(open); begin != statement.npos; begin = statement.find(open, begin + 1)) {
      const std::size_t first = begin + open.size();
      const std::size_t end = statement.find(close, first);
      if (end == statement.npos) break;
      const std::string_view quotation = statement.substr(first, end - first);
      if (quotation.size() < quotation_bytes_min) continue;
      if (const std::size_t at = passage.find(quotation); at != passage.npos) {
        return ByteSpan{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + quotation.size())};
      }
    }
  }
  return std::nullopt;
}

ByteSpan trimmed(std::string_view text, ByteSpan span) {
  while (span.end > span.begin && static_cast<unsigned char>(text[span.end - 1]) <= ' ') --span.end;
  while (span.begin < span.end && static_cast<unsigned char>(text[span.begin]) <= ' ') ++span.begin;
  return span;
}

// The sentence, or pair of neighbouring sentences, of the passage that shares most words with the statement.
ResolvedCitation find_support(const Statement& statement, const CitablePassage& passage) {
  ResolvedCitation citation{passage.number, {}, false};
  if (const auto quotation = find_quotation(statement.text, passage.text)) {
    citation.quote = *quotation;
    citation.verified = true;
    return citation;
  }
  const Language language = detect_language(passage.text);
  const Words wanted = words_of(statement.text, language);
  const std::vector<ByteSpan> sentences = sentence_spans(passage.text);
  float best = -1;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    for (std::size_t length = 1; length <= 2 && i + length <= sentences.size(); ++length) {
      const ByteSpan span{sentences[i].begin, sentences[i + length - 1].end};
      Words there;
      for (const Term& term : analyze(slice(passage.text, span), language)) there.content.insert(term.text);
      const auto shared = [&](const std::set<std::string>& words) {
        return static_cast<float>(std::count_if(words.begin(), words.end(), [&](const auto& w) { return there.content.contains(w); }));
      };
      const auto total = static_cast<float>(wanted.content.size() + wanted.numbers.size());
      const float share = total == 0 ? 0 : (shared(wanted.content) + shared(wanted.numbers)) / total;
      const float preference = share - .02f * static_cast<float>(length - 1);  // the shorter quote, if it says as much
      if (preference <= best) continue;
      best = preference;
      citation.quote = trimmed(passage.text, span);
      citation.verified = share >= support_share_min && shared(wanted.numbers) == static_cast<float>(wanted.numbers.size());
    }
  }
  return citation;
}

}  // namespace

CitationCheck check_citations(std::string_view answer, std::span<const CitablePassage> passages) {
  CitationCheck check;
  for (const Statement& statement : statements_of(answer)) {
    for (const std::uint32_t number : statement.numbers) {
      const auto passage = std::find_if(passages.begin(), passages.end(),
                                        [&](const CitablePassage& candidate) { return candidate.number == number; });
      if (passage == passages.end()) {
        check.rejected.push_back(number);
        continue;
      }
      const ResolvedCitation citation = find_support(statement, *passage);
      const bool known = std::any_of(check.citations.begin(), check.citations.end(), [&](const ResolvedCitation& other) {
        return other.number == citation.number && other.quote == citation.quote && other.verified == citation.verified;
      });
      if (!known) check.citations.push_back(citation);
    }
  }
  return check;
}

}  // namespace kindling
