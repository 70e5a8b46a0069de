#include "formats/parse/html_hidden.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "formats/parse/html_rules.h"

namespace kindling {
namespace {

constexpr double off_page = -900;    // pixels; nobody's window begins there
constexpr double smallest_font = 1;  // pixels or points that still count as nothing
constexpr double faintest = .05;     // opacity

// One declaration at a time, in lower case, without blanks, comments and "!important".
class Declarations {
 public:
  explicit Declarations(std::string_view style) {
    for (std::size_t at = 0; at < style.size(); ++at) {
      if (style.substr(at).starts_with("/*")) {
        at = std::min(style.find("*/", at + 2), style.size() - 2) + 1;
      } else if (static_cast<unsigned char>(style[at]) > ' ') {
        const char c = style[at];
        plain_.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
      }
    }
  }

  // The last value of a property, which is the one that counts; empty: not declared.
  [[nodiscard]] std::string_view value(std::string_view property) const {
    std::string_view found;
    for (std::size_t at = 0; at < plain_.size();) {
      const std::size_t end = std::min(plain_.find(';', at), plain_.size());
      const std::string_view declaration = std::string_view(plain_).substr(at, end - at);
      at = end + 1;
      if (!declaration.starts_with(property) || declaration.size() <= property.size() ||
          declaration[property.size()] != ':')
        continue;
      found = declaration.substr(property.size() + 1);
      found = found.substr(0, found.find('!'));
    }
    return found;
  }

 private:
  std::string plain_;
};

// "12.5px" as 12.5 and "px"; nothing: no number.
struct Measure {
  double number = 0;
  std::string_view unit;
};
std::optional<Measure> measure(std::string_view value) {
  const std::string text(value);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;
  return Measure{number, value.substr(static_cast<std::size_t>(end - text.c_str()))};
}

bool is_off_page(std::string_view value) {
  const auto found = measure(value);
  if (!found) return false;
  const bool relative =
      found->unit == "em" || found->unit == "rem" || found->unit == "%" || found->unit == "vw";
  return found->number <= (relative ? off_page / 10 : off_page);
}

bool is_tiny(std::string_view size) {
  const auto found = measure(size);
  if (!found) return false;
  if (found->unit == "px" || found->unit == "pt") return found->number <= smallest_font;
  return found->number <= (found->unit == "%" ? 5 : .05);
}

// One way of writing each colour: "#fff", "white" and "rgb(255,255,255)" are equal.
std::string plain_color(std::string_view color) {
  if (color == "white" || color == "#fff" || color == "rgb(255,255,255)") return "#ffffff";
  if (color == "black" || color == "#000" || color == "rgb(0,0,0)") return "#000000";
  if (color.size() == 4 && color.front() == '#')
    return {'#', color[1], color[1], color[2], color[2], color[3], color[3]};
  return std::string(color);
}

bool is_color_of_ground(const Declarations& style) {
  const std::string color = plain_color(style.value("color"));
  if (color == "transparent" || (color.starts_with("rgba(") && color.ends_with(",0)"))) return true;
  std::string ground = plain_color(style.value("background-color"));
  if (ground.empty()) ground = plain_color(style.value("background"));
  return !color.empty() && color == ground;
}

}  // namespace

bool hides_by_style(std::string_view text) {
  if (text.empty()) return false;
  const Declarations style(text);
  const auto is = [&](std::string_view property, std::string_view value) {
    return style.value(property) == value;
  };
  if (is("display", "none") || is("visibility", "hidden") || is("visibility", "collapse")) return true;
  if (const auto opacity = measure(style.value("opacity"));
      opacity && opacity->number <= (opacity->unit == "%" ? 100 * faintest : faintest))
    return true;
  if (is_tiny(style.value("font-size")) || is_color_of_ground(style)) return true;
  if (is_off_page(style.value("text-indent"))) return true;
  const std::string_view position = style.value("position");
  const bool placed = position == "absolute" || position == "fixed";
  if (placed && (is_off_page(style.value("left")) || is_off_page(style.value("top")) ||
                 is_off_page(style.value("right")) || is_off_page(style.value("margin-left"))))
    return true;
  const std::string_view clip = style.value("clip");
  return (placed && (clip.starts_with("rect(0") || clip.starts_with("rect(1px,1px"))) ||
         style.value("clip-path").starts_with("inset(50%") ||
         style.value("clip-path").starts_with("inset(100%");
}

bool is_hidden(const GumboNode* element) {
  if (element->v.element.attributes.length == 0) return false;
  return gumbo_get_attribute(&element->v.element.attributes, "hidden") != nullptr ||
         hides_by_style(attribute(element, "style"));
}

}  // namespace kindling
