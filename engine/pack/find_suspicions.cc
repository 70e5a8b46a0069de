#include "engine/pack/find_suspicions.h"

#include "engine/pack/clean_text.h"

namespace kindling {
namespace {

// Of headings and captions: their places in the document are not known, so the span stays empty.
void add_without_place(std::string_view text, const std::string& document, std::uint32_t passage,
                       std::vector<Suspicion>& suspicions) {
  for (const Finding& finding : findings_in(text)) {
    if (suspicions.size() < suspicions_max) suspicions.push_back({document, passage, {}, finding.kind});
  }
}

}  // namespace

std::vector<Suspicion> find_suspicions(std::span<const Passage> passages) {
  std::vector<Suspicion> suspicions;
  const Place* above = nullptr;
  for (const Passage& passage : passages) {
    const Place& place = passage.place;
    const bool same_document = above != nullptr && above->uri == place.uri;
    if (!same_document) add_without_place(place.title, place.uri, passage.number, suspicions);
    if (!same_document || above->heading_path != place.heading_path) {
      for (const std::string& heading : place.heading_path)
        add_without_place(heading, place.uri, passage.number, suspicions);
    }
    above = &place;
    for (const Finding& finding : findings_in(passage.text)) {
      if (suspicions.size() == suspicions_max) return suspicions;
      const std::uint32_t begin = place.text_span.begin;
      suspicions.push_back(
          {place.uri, passage.number, {begin + finding.span.begin, begin + finding.span.end}, finding.kind});
    }
  }
  return suspicions;
}

void add_suspicions(std::span<const SentFigure> figures, std::vector<Suspicion>& suspicions) {
  for (const SentFigure& figure : figures)
    add_without_place(figure.words, figure.document, figure.passage, suspicions);
}

}  // namespace kindling
