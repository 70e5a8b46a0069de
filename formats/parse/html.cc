#include <algorithm>
#include <string>

#include "formats/parse/charset.h"
#include "formats/parse/html_rules.h"
#include "formats/parse/html_text.h"
#include "formats/parse/html_tree.h"
#include "formats/parse/parsers.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr std::size_t declaration_bytes =
    4'096;  // browsers look into the first 1,024; old pages put more in front
constexpr std::size_t metadata_value_bytes_max = 4'096;

// The encoding that the page says it is in: <meta charset=X>, <meta content="...; charset=X">, <?xml
// encoding="X"?>.
std::string declared_charset(std::string_view bytes) {
  std::string head;
  for (const char c : bytes.substr(0, declaration_bytes))
    head.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
  for (const std::string_view name : {"charset", "encoding"}) {
    for (std::size_t at = head.find(name); at != std::string::npos; at = head.find(name, at + 1)) {
      std::size_t begin = head.find_first_not_of(" \t\r\n", at + name.size());
      if (begin == std::string::npos || head[begin] != '=') continue;
      begin = head.find_first_not_of(" \t\r\n\"'", begin + 1);
      if (begin == std::string::npos) break;
      const std::size_t end = std::min(head.find_first_of(" \t\r\n\"'/>;?", begin), head.size());
      if (end > begin) return head.substr(begin, end - begin);
    }
  }
  return {};
}

// What the page says about itself, in and outside of <head>.
class PageFacts {
 public:
  explicit PageFacts(const GumboNode* root) {
    bool in_title = false;
    walk(
        root,
        [&](const GumboNode* node) {
          if (node->type == GUMBO_NODE_TEXT && in_title) title_ += node->v.text.text;
          if (node->type != GUMBO_NODE_ELEMENT) return true;
          const GumboTag tag = node->v.element.tag;
          in_title = tag == GUMBO_TAG_TITLE && title_.empty();
          if (tag == GUMBO_TAG_HTML) keep("language", attribute(node, "lang"));
          if (tag == GUMBO_TAG_META) take_meta(node);
          return tag != GUMBO_TAG_BODY && tag != GUMBO_TAG_SVG;
        },
        [&](const GumboNode* node) {
          if (node->type == GUMBO_NODE_ELEMENT) in_title = false;
        });
  }

  [[nodiscard]] std::string title() const { return on_one_line(title_); }
  Json take_metadata() { return std::move(metadata_); }

 private:
  void take_meta(const GumboNode* node) {
    const std::string_view name = attribute(node, "name");
    for (const std::string_view known : {"author", "description", "keywords", "date"}) {
      if (name == known) keep(known, attribute(node, "content"));
    }
  }

  void keep(std::string_view name, std::string_view value) {
    if (!value.empty() && value.size() <= metadata_value_bytes_max) metadata_.set(name, on_one_line(value));
  }

  std::string title_;
  Json metadata_ = Json::object();
};

bool is_verbatim(const std::vector<SourceRange>& map, std::size_t size) {
  return map.size() == 1 && map.front().verbatim &&
         map.front().source == ByteSpan{0, static_cast<std::uint32_t>(size)};
}

}  // namespace

Result<DecodedDocument> parse_html(std::string_view bytes) {
  Unicode unicode = to_unicode(bytes, declared_charset(bytes));
  const HtmlTree tree(unicode.utf8);
  PageFacts facts(tree.root());
  DecodedDocument document;
  document.text = html_text(tree, false);
  if (document.text.blocks.empty()) document.text = html_text(tree, true);  // a page of links alone
  document.metadata = facts.take_metadata();
  Text& text = document.text;
  text.format = "html";
  text.title = facts.title();
  if (text.title.empty()) text.title = first_heading(text, text.blocks.size());
  text.warnings.insert(text.warnings.begin(), unicode.warnings.begin(), unicode.warnings.end());
  if (!is_verbatim(unicode.sources, bytes.size())) text.sources = compose(text.sources, unicode.sources);
  return document;
}

}  // namespace kindling
