#include "cli/place_line.h"

#include "cli/folders.h"

namespace kindling {

std::string heading_line(const Place& place) {
  const std::string innermost = place.heading_path.empty() ? "" : place.heading_path.back();
  if (place.title.empty() && innermost.empty()) return shown_path(place.uri);
  if (innermost.empty() || place.title.starts_with(innermost)) return place.title;
  return place.title.empty() ? innermost : place.title + " › " + innermost;
}

std::string place_line(const Place& place) {
  std::string line = shown_path(place.uri);
  if (place.page > 0) line += ", page " + std::to_string(place.page);
  return line + (place.span_in_source ? ", bytes " : ", bytes of its text ") +
         std::to_string(place.span.begin) + " to " + std::to_string(place.span.end);
}

}  // namespace kindling
