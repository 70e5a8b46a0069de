#include "engine/retrieve/place.h"

namespace kindling {

Result<Place> Places::at(SectionIndex section, ByteSpan text_span) {
  const SectionView view = snapshot_.section(section);
  const DocumentView document = snapshot_.document(view.document);
  auto text = structures_.find(position(view.document));
  if (text == structures_.end()) {
    KINDLING_TRY(Text read, snapshot_.structure_of(view.document));
    text = structures_.emplace(position(view.document), std::move(read)).first;
  }
  Place place;
  place.document = document.name;
  place.uri = document.uri;
  place.title = document.title;
  place.heading_path.assign(view.heading_path.begin(), view.heading_path.end());
  place.page = page_of(text->second, text_span);
  place.text_span = text_span;
  const ByteSpan source = source_span(text->second, text_span);
  place.span_in_source = !source.empty();
  place.span = place.span_in_source ? source : text_span;
  return place;
}

}  // namespace kindling
