#include "index/terms/named_headings.h"

#include <algorithm>

namespace kindling {

NamedHeadings::NamedHeadings(std::span<const LexicalSegment> segments, std::size_t segment,
                             const AskedQuestion& asked)
    : segments_(segments), part_(segments[segment]), segment_(*part_.segment), asked_(asked) {
  const std::span terms(asked.terms[segment]);
  for (std::uint32_t i = 0; i < terms.size(); ++i) {
    if (terms[i] != unknown_term) known_terms_.emplace_back(terms[i], i);
  }
  std::sort(known_terms_.begin(), known_terms_.end());
}

float NamedHeadings::named(std::uint32_t section) {
  const SectionRecord& record = segment_.sections()[section];
  const std::uint32_t title = segment_.documents()[record.document].title;
  float best = title == no_heading ? 0 : named_heading(title);
  for (const std::uint32_t heading : segment_.path(record.path)) best = std::max(best, named_heading(heading));
  return best;
}

float NamedHeadings::named_heading(std::uint32_t heading) {
  const auto [at, inserted] = named_.try_emplace(heading, 0.0F);
  if (!inserted) return at->second;
  double shared = 0;
  for (const std::uint32_t term : segment_.heading_terms(heading)) {
    const auto known =
        std::lower_bound(known_terms_.begin(), known_terms_.end(), std::pair{term, std::uint32_t{0}});
    if (known == known_terms_.end() || known->first != term) continue;
    const double idf = asked_.sections.idf[known->second];
    shared += idf * idf;
  }
  if (shared > 0) at->second = static_cast<float>(shared * shared / (asked_.idf2 * heading_weight(heading)));
  return at->second;
}

// The sum of squared idf over all terms of the heading.
double NamedHeadings::heading_weight(std::uint32_t heading) {
  double weight = part_.heading_weights == nullptr ? 0 : part_.heading_weights->at(heading);
  if (weight > 0) return weight;
  for (const std::uint32_t term : segment_.heading_terms(heading)) {
    const double idf = section_idf(term);
    weight += idf * idf;
  }
  if (part_.heading_weights != nullptr) part_.heading_weights->keep(heading, weight);
  return weight;
}

float NamedHeadings::section_idf(std::uint32_t term) {
  const auto [at, inserted] = section_idfs_.try_emplace(term, 0.0F);
  if (inserted) {
    const std::uint64_t frequency = segments_.size() == 1
                                        ? segment_.dictionary().block(term).section_frequency()
                                        : section_frequency(segments_, segment_.dictionary().term(term));
    at->second = asked_.sections.idf_of(frequency);
  }
  return at->second;
}

}  // namespace kindling
