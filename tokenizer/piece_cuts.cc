#include "tokenizer/piece_cuts.h"

#include <algorithm>

#include "tokenizer/white_space.h"

namespace kindling {

using namespace piece_cut;

void PieceCuts::cut(std::size_t step, std::string_view text, bool first, const Sink& sink) const {
  if (text.empty()) return;
  if (step == cuts_.size()) {
    sink(text);
  } else if (const auto* metaspace = std::get_if<Metaspace>(&cuts_[step])) {
    apply(*metaspace, step, text, first, sink);
  } else if (const auto* literal = std::get_if<Literal>(&cuts_[step])) {
    apply(*literal, step, text, sink);
  } else {
    apply(std::get<WhiteSpace>(cuts_[step]), step, text, sink);
  }
}

void PieceCuts::apply(const WhiteSpace&, std::size_t step, std::string_view text, const Sink& sink) const {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (!take_white_space(text, at)) continue;
    cut(step + 1, text.substr(begin, here - begin), false, sink);
    begin = at;
  }
  cut(step + 1, text.substr(begin), false, sink);
}

void PieceCuts::apply(const Metaspace& metaspace, std::size_t step, std::string_view text, bool first,
                      const Sink& sink) const {
  std::string marked;
  marked.reserve(text.size() + text.size() / 2 + metaspace.mark.size());
  const bool prefixed = metaspace.prefix == Prefix::always || (metaspace.prefix == Prefix::first && first);
  if (prefixed && text[0] != ' ' && !text.starts_with(metaspace.mark)) marked = metaspace.mark;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blank = std::min(text.find(' ', at), text.size());
    marked.append(text, at, blank - at);
    if (blank < text.size()) marked += metaspace.mark;
    at = blank + 1;
  }
  if (!metaspace.split) {
    cut(step + 1, marked, false, sink);
    return;
  }
  const std::string_view all = marked;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t next = std::min(all.find(metaspace.mark, at + 1), all.size());
    cut(step + 1, all.substr(at, next - at), false, sink);
    at = next;
  }
}

void PieceCuts::apply(const Literal& literal, std::size_t step, std::string_view text, const Sink& sink) const {
  const std::size_t size = literal.text.size();
  std::size_t begin = 0;
  for (std::size_t found = text.find(literal.text); found != std::string_view::npos;
       found = text.find(literal.text, found + size)) {
    const bool stays_before = literal.behaviour == Behaviour::with_previous;
    const std::size_t end = stays_before ? found + size : found;
    cut(step + 1, text.substr(begin, end - begin), false, sink);
    if (literal.behaviour == Behaviour::isolated) cut(step + 1, text.substr(found, size), false, sink);
    begin = literal.behaviour == Behaviour::with_next ? found : found + size;
  }
  cut(step + 1, text.substr(begin), false, sink);
}

}  // namespace kindling
