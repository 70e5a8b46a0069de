#include "engine/answer/coverage.h"

#include <algorithm>

#include "engine/answer/sentence_shape.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr std::uint32_t joining_bytes_max = 12;  // white space between a sentence and the one before it
constexpr std::uint32_t units_back_max = 24;     // to look for a line that reads like a heading
constexpr float opening_share = .6f;             // of the question, that a definition holds itself
constexpr std::size_t opening_bytes = 30;        // or a fifth of the sentence

void add(std::vector<bool>& all, const std::vector<bool>& more) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] || more[i];
}

}  // namespace

CoverageReader::CoverageReader(const Snapshot& snapshot, const Evidence& evidence)
    : snapshot_(snapshot), evidence_(evidence), idf_(evidence.candidates.lexical.idf) {
  const std::vector<Term>& terms = evidence.query.terms;
  idf_.resize(terms.size(), 0);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    index_of_term_.emplace(terms[i].text, i);
    total_ += idf_[i];
  }
}

Coverage CoverageReader::of(UnitIndex unit) {
  Coverage coverage;
  if (!(total_ > 0)) return coverage;
  const std::span<const Unit> units = evidence_.units;
  const std::uint32_t i = position(unit);
  const Unit& read_unit = units[i];
  const Held own = sentence(i);
  const std::size_t opening = std::max<std::size_t>(opening_bytes, read_unit.span.size() / 5);
  coverage.opens = share_of(own.terms) >= opening_share * total_ && own.first <= opening;
  std::vector<bool> terms = own.terms;
  add(terms, headings(read_unit.section).terms);
  for (std::uint32_t back = 1; back <= std::min(units_back_max, i); ++back) {
    const Unit& above = units[i - back];
    if (above.document != read_unit.document) break;
    const bool beside = back == 1 && read_unit.span.begin - above.span.end <= joining_bytes_max;
    if (!beside && above.section != read_unit.section) break;
    const bool heading = above.section == read_unit.section && is_heading_like(text_of(i - back));
    if (beside || heading) add(terms, sentence(i - back).terms);
    if (heading) break;
  }
  coverage.share = share_of(terms) / total_;
  return coverage;
}

CoverageReader::Held CoverageReader::read(std::string_view text, Language language) const {
  Held held{std::vector<bool>(idf_.size()), ~std::uint32_t{0}};
  for (const Term& term : analyze(text, language)) {
    const auto found = index_of_term_.find(term.text);
    if (found == index_of_term_.end()) continue;
    held.terms[found->second] = true;
    held.first = std::min(held.first, term.span.begin);
  }
  return held;
}

const CoverageReader::Held& CoverageReader::sentence(std::uint32_t unit) {
  if (const auto known = sentences_.find(unit); known != sentences_.end()) return known->second;
  const Language language = snapshot_.document(evidence_.units[unit].document).language;
  return sentences_.emplace(unit, read(text_of(unit), language)).first->second;
}

const CoverageReader::Held& CoverageReader::headings(SectionIndex section) {
  if (const auto known = headings_.find(position(section)); known != headings_.end()) return known->second;
  const SectionView view = snapshot_.section(section);
  const DocumentView document = snapshot_.document(view.document);
  Held held = read(document.title, document.language);
  for (const std::string_view heading : view.heading_path)
    add(held.terms, read(heading, document.language).terms);
  return headings_.emplace(position(section), std::move(held)).first->second;
}

std::string_view CoverageReader::text_of(std::uint32_t unit) const {
  const Unit& u = evidence_.units[unit];
  return slice(snapshot_.document(u.document).text, u.span);
}

float CoverageReader::share_of(const std::vector<bool>& terms) const {
  float sum = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i]) sum += idf_[i];
  }
  return sum;
}

}  // namespace kindling
