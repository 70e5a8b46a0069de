#include "formats/parse/html_figures.h"

#include <algorithm>

#include "base/utf8.h"
#include "formats/parse/html_rules.h"
#include "formats/parse/html_tree.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr std::size_t open_max = 100;  // <figure>s in each other; no page means more

void add_figure(const GumboNode* image, std::uint32_t at, std::vector<Figure>& figures) {
  const std::string_view source = attribute(image, "src");
  if (figures.size() == figures_max || !is_figure_source(source)) return;
  const std::string_view words = attribute(image, "alt");
  figures.push_back(
      {at, 0, std::string(source), figure_words(words.empty() ? attribute(image, "title") : words)});
}

bool is_image(const GumboNode* node) {
  return node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == GUMBO_TAG_IMG;
}

}  // namespace

std::string figure_words(std::string_view words) {
  constexpr std::size_t read_max = 4 * figure_words_bytes_max;  // white space goes
  std::string line = on_one_line(words.substr(0, floor_code_point(words, std::min(words.size(), read_max))));
  if (line.size() > figure_words_bytes_max) line.resize(floor_code_point(line, figure_words_bytes_max));
  return line;
}

bool is_figure_source(std::string_view source) {
  return !source.empty() && source.size() <= figure_source_bytes_max && !source.starts_with("data:") &&
         source.find('\0') == std::string_view::npos && is_valid_utf8(source);
}

void HtmlFigures::enter(const GumboNode* element, std::uint32_t at) {
  const GumboTag tag = element->v.element.tag;
  if (tag == GUMBO_TAG_IMG) add_figure(element, at, figures_);
  if (tag == GUMBO_TAG_FIGURE && open_.size() < open_max) open_.push_back({figures_.size(), {}});
  if (tag == GUMBO_TAG_FIGCAPTION && captions_.size() < open_max) captions_.push_back(at);
}

void HtmlFigures::leave(const GumboNode* element, std::string_view text) {
  const GumboTag tag = element->v.element.tag;
  if (tag == GUMBO_TAG_FIGCAPTION && !captions_.empty()) {
    const std::string_view caption = text.substr(std::min<std::size_t>(captions_.back(), text.size()));
    if (!open_.empty()) open_.back().caption = figure_words(caption);
    captions_.pop_back();
  }
  if (tag != GUMBO_TAG_FIGURE || open_.empty()) return;
  const Open figure = std::move(open_.back());
  open_.pop_back();
  for (std::size_t i = figure.first; i < figures_.size() && !figure.caption.empty(); ++i) {
    std::string& words = figures_[i].words;
    if (words.find(figure.caption) == std::string::npos) {
      words = figure_words(words.empty() ? figure.caption : words + ". " + figure.caption);
    }
  }
}

std::vector<Figure> HtmlFigures::take(std::string_view text) {
  for (Figure& figure : figures_) {
    const std::size_t at = std::min<std::size_t>(figure.at, text.size());
    figure.at = static_cast<std::uint32_t>(floor_code_point(text, at));
  }
  return std::move(figures_);
}

void take_html_figures(std::string_view html, std::uint32_t at, std::vector<Figure>& figures) {
  const HtmlTree tree(html);
  walk(
      tree.root(),
      [&](const GumboNode* node) {
        if (is_image(node)) add_figure(node, at, figures);
        return true;
      },
      [](const GumboNode*) {});
}

}  // namespace kindling
