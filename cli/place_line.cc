#include "cli/place_line.h"

#include "cli/folders.h"

namespace kindling {

std::string heading_line(const Place& place) {
  std::string line = place.title;
  for (const std::string& heading : place.heading_path) {
    if (heading.empty() || heading == place.title) continue;
    line += (line.empty() ? "" : " › ") + heading;
  }
  return line.empty() ? shown_path(place.uri) : line;
}

std::string place_line(const Place& place) {
  std::string line = shown_path(place.uri);
  if (place.page > 0) line += ", page " + std::to_string(place.page);
  return line + (place.span_in_source ? ", bytes " : ", bytes of its text ") +
         std::to_string(place.span.begin) + " to " + std::to_string(place.span.end);
}

}  // namespace kindling
