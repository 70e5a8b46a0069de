#include "engine/contemplate/findings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "engine/answer/cite.h"
#include "engine/pack/clean_text.h"
#include "engine/pack/instruction_like.h"

namespace kindling {
namespace {

constexpr std::size_t statement_bytes_max = 2'000;
constexpr std::size_t cited_passages_max = 8;  // of one statement

// "[3]", "[3, 12]", "[3-5]" at `at`: its length; 0 if it is none.
std::size_t mark_length(std::string_view text, std::size_t at) {
  if (text[at] != '[') return 0;
  const std::size_t end = text.find(']', at);
  if (end == text.npos || end == at + 1) return 0;
  const std::string_view inside = text.substr(at + 1, end - at - 1);
  const bool digits = inside.find_first_of("0123456789") != inside.npos;
  return digits && inside.find_first_not_of("0123456789,;- \u2013") == inside.npos ? end + 1 - at : 0;
}

std::string heading_over(const Place& place) {
  std::string heading = place.title;
  for (const std::string& part : place.heading_path) heading += " > " + part;
  return heading;
}

// Up to `size` bytes, whole characters.
void shorten(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
}

bool has_text_between(const Snapshot& snapshot, const Unit& a, const Unit& b) {
  if (a.document != b.document || a.span.end >= b.span.begin) return false;
  const std::string_view gap = slice(snapshot.document(a.document).text, {a.span.end, b.span.begin});
  return std::any_of(gap.begin(), gap.end(), [](char c) { return static_cast<unsigned char>(c) > ' '; });
}

class FindingReader {
 public:
  FindingReader(std::string_view answer, const Context& context, std::span<const Unit> units)
      : answer_(answer), context_(context), units_(units) {}

  CheckedReading run() {
    std::vector<std::string> headings;
    for (const Passage& passage : context_.passages) headings.push_back(heading_over(passage.place));
    std::vector<CitablePassage> citable;
    for (std::size_t i = 0; i < context_.passages.size(); ++i)
      citable.push_back({context_.passages[i].number, context_.passages[i].text, headings[i]});
    const CitationCheck check = check_citations(answer_, citable);
    for (std::size_t i = 0; i < context_.passages.size(); ++i) index_of_[context_.passages[i].number] = i;
    for (const ResolvedCitation& resolved : check.citations) quotes_[resolved.number].push_back(resolved.quote);
    for (const CheckedSentence& sentence : check.sentences) {
      if (sentence.claims) take(sentence);
    }
    return std::move(reading_);
  }

 private:
  void take(const CheckedSentence& sentence) {
    const bool holds = sentence.support == Support::supported;
    ++(holds ? reading_.statements : reading_.unsupported);
    CitedFinding finding;
    std::vector<std::uint32_t> numbers = sentence.numbers;
    if (sentence.passage != 0) numbers.insert(numbers.begin(), sentence.passage);  // the one that carries it
    std::vector<std::uint32_t> known;
    for (const std::uint32_t number : numbers) {
      const bool again = std::find(known.begin(), known.end(), number) != known.end();
      if (again || !index_of_.contains(number) || known.size() == cited_passages_max) continue;
      known.push_back(number);
      finding.cited.push_back(cited(number));
    }
    if (finding.cited.empty()) return;
    if (holds) {
      finding.statement = clean_text(bare_statement(slice(answer_, sentence.span)));
      shorten(finding.statement, statement_bytes_max);
      if (find_instruction(finding.statement)) finding.statement.clear();
    }
    reading_.findings.push_back(std::move(finding));
  }

  CitedUnits cited(std::uint32_t number) const {
    const std::size_t p = index_of_.at(number);
    const std::uint32_t begin = context_.passages[p].place.text_span.begin;
    CitedUnits cited;
    const auto quotes = quotes_.find(number);
    for (const UnitIndex index : context_.units_of[p]) {
      const Unit& unit = units_[position(index)];
      cited.units.push_back(unit);
      if (quotes == quotes_.end()) continue;
      const bool quoted = std::any_of(quotes->second.begin(), quotes->second.end(), [&](ByteSpan quote) {
        return unit.span.overlaps({begin + quote.begin, begin + quote.end});
      });
      if (quoted) cited.core.push_back(unit);
    }
    if (cited.core.empty()) cited.core = cited.units;
    return cited;
  }

  std::string_view answer_;
  const Context& context_;
  std::span<const Unit> units_;
  std::map<std::uint32_t, std::size_t> index_of_;
  std::map<std::uint32_t, std::vector<ByteSpan>> quotes_;
  CheckedReading reading_;
};

}  // namespace

std::string bare_statement(std::string_view text) {
  std::string bare;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = mark_length(text, at); length > 0) {
      while (bare.ends_with(' ')) bare.pop_back();
      at += length;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[at++]);
    if (c > ' ' && c != 0x7f) {
      bare.push_back(static_cast<char>(c));
    } else if (!bare.empty() && !bare.ends_with(' ')) {
      bare.push_back(' ');
    }
  }
  while (bare.ends_with(' ')) bare.pop_back();
  return bare;
}

CheckedReading read_findings(std::string_view answer, const Context& context, std::span<const Unit> units) {
  return FindingReader(answer, context, units).run();
}

std::vector<Unit> cited_units(const Snapshot& snapshot, std::span<const CitedFinding> findings) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, Unit> found;  // by chunk and place
  for (const CitedFinding& finding : findings) {
    for (const CitedUnits& cited : finding.cited) {
      for (const Unit& unit : cited.units) {
        const auto [at, fresh] = found.try_emplace(std::pair(position(unit.chunk), unit.span.begin), unit);
        at->second.value = fresh ? 1 : at->second.value + 1;
        at->second.pinned = false;
        at->second.lead = {};
      }
    }
  }
  std::vector<Unit> units;
  units.reserve(found.size());
  for (const auto& [place, unit] : found) {
    units.push_back(unit);
    units.back().apart = units.size() > 1 && has_text_between(snapshot, units[units.size() - 2], unit);
  }
  return units;
}

std::vector<std::vector<CitedFinding>> in_groups(std::vector<std::vector<CitedFinding>> findings,
                                                 std::size_t size) {
  std::vector<std::vector<CitedFinding>> groups;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (i % size == 0) groups.emplace_back();
    std::move(findings[i].begin(), findings[i].end(), std::back_inserter(groups.back()));
  }
  return groups;
}

}  // namespace kindling
