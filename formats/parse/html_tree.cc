#include "formats/parse/html_tree.h"

#include <algorithm>

namespace kindling {
namespace {

constexpr std::size_t piece_bytes = 1u << 20;

}  // namespace

HtmlTree::HtmlTree(std::string_view utf8) : utf8_(utf8) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &HtmlTree::allocate;
  options.deallocator = &HtmlTree::keep;
  options.userdata = this;
  options.max_errors = 0;
  output_ = gumbo_parse_with_options(&options, utf8.data(), utf8.size());
}

// Throws nothing through gumbo's C: out of memory ends the worker, which is what its limit is for.
void* HtmlTree::allocate(void* self, std::size_t size) {
  auto& tree = *static_cast<HtmlTree*>(self);
  size = (size + 15) & ~std::size_t{15};
  if (size > tree.free_) {
    const std::size_t piece = std::max(size, piece_bytes);
    char* memory = new (std::nothrow) char[piece];
    if (memory == nullptr) return nullptr;
    tree.pieces_.emplace_back(memory);
    if (size > piece_bytes / 2) return memory;  // keep what is left of the present piece
    tree.next_ = memory;
    tree.free_ = piece;
  }
  char* memory = tree.next_;
  tree.next_ += size;
  tree.free_ -= size;
  return memory;
}

}  // namespace kindling
