// A parsed HTML page, and walking it without recursion: pages may be nested as deep as memory allows.
//
// The tree lies in an arena and is given back whole; gumbo's own destruction recurses to the depth of the page.
// Not thread-safe; borrows the bytes.
#pragma once

#include <gumbo.h>

#include <memory>
#include <string_view>
#include <vector>

namespace kindling {

class HtmlTree {
 public:
  // `utf8` must outlive the tree: positions in the tree point into it.
  explicit HtmlTree(std::string_view utf8);

  [[nodiscard]] const GumboNode* root() const { return output_->document; }
  [[nodiscard]] std::string_view bytes() const { return utf8_; }

 private:
  static void* allocate(void* self, std::size_t size);
  static void keep(void*, void*) {}

  std::string_view utf8_;
  std::vector<std::unique_ptr<char[]>> pieces_;
  std::size_t free_ = 0;
  char* next_ = nullptr;
  GumboOutput* output_ = nullptr;
};

// Visits elements and texts in document order. `enter(node)` for each; the children follow if it returns true,
// and then `leave(node)`.
template <typename Enter, typename Leave>
void walk(const GumboNode* root, Enter enter, Leave leave) {
  struct Place {
    const GumboNode* node;
    unsigned child;
  };
  const auto children = [](const GumboNode* node) -> const GumboVector* {
    if (node->type == GUMBO_NODE_DOCUMENT) return &node->v.document.children;
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE ? &node->v.element.children
                                                                                 : nullptr;
  };
  std::vector<Place> path;
  if (enter(root) && children(root) != nullptr) path.push_back({root, 0});
  while (!path.empty()) {
    Place& place = path.back();
    const GumboVector* nodes = children(place.node);
    if (place.child == nodes->length) {
      leave(place.node);
      path.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(nodes->data[place.child++]);
    if (enter(child) && children(child) != nullptr) path.push_back({child, 0});
  }
}

}  // namespace kindling
