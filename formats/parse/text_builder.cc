#include "formats/parse/text_builder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"

namespace kindling {
namespace {

ByteSpan span_of(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

}  // namespace

void TextBuilder::copy(std::size_t begin, std::size_t size) {
  if (size == 0) return;
  const ByteSpan text = span_of(utf8_.size(), utf8_.size() + size);
  utf8_.append(source_.substr(begin, size));
  if (!sources_.empty()) {
    SourceRange& last = sources_.back();
    if (last.verbatim && last.text.end == text.begin && last.source.end == begin) {
      last.text.end = text.end;
      last.source.end = static_cast<std::uint32_t>(begin + size);
      return;
    }
  }
  sources_.push_back({text, span_of(begin, begin + size), true});
}

void TextBuilder::replace(std::string_view bytes, std::size_t begin, std::size_t end) {
  if (bytes.empty()) return;
  sources_.push_back({span_of(utf8_.size(), utf8_.size() + bytes.size()), span_of(begin, end), false});
  utf8_.append(bytes);
}

bool TextBuilder::join_hyphenated(bool goes_on) {
  for (const std::string_view hyphen : {"\u00ad", "-", "\u2010"}) {
    if (!utf8_.ends_with(hyphen)) continue;
    const std::size_t before = utf8_.size() - hyphen.size();
    const char last = before > 0 ? utf8_[before - 1] : ' ';
    const bool in_word = (last >= 'a' && last <= 'z') || static_cast<signed char>(last) < 0;
    if (!in_word || (hyphen != "\u00ad" && !goes_on)) return false;
    utf8_.erase(before);
    return true;
  }
  return false;
}

void TextBuilder::open_block(Block::Kind kind, std::uint8_t level) {
  KINDLING_CHECK(!open_);
  block_ = {kind, level, span_of(utf8_.size(), utf8_.size())};
  open_ = true;
}

bool TextBuilder::block_is_blank() const {
  return !open_ || is_blank(std::string_view(utf8_).substr(block_.span.begin));
}

void TextBuilder::close_block() {
  if (!std::exchange(open_, false)) return;
  block_.span = trimmed(utf8_, span_of(block_.span.begin, utf8_.size()));
  if (!block_.span.empty()) blocks_.push_back(block_);
}

Text TextBuilder::take() {
  close_block();
  Text text;
  text.utf8.swap(utf8_);
  text.sources.swap(sources_);
  text.blocks.swap(blocks_);
  return text;
}

std::vector<SourceRange> compose(const std::vector<SourceRange>& outer,
                                 const std::vector<SourceRange>& inner_map) {
  Text inner;  // only its map is looked at
  inner.sources = inner_map;
  std::vector<SourceRange> composed;
  composed.reserve(outer.size());
  for (const SourceRange& range : outer) {
    if (!range.verbatim) {
      composed.push_back({range.text, source_span(inner, range.source), false});
      continue;
    }
    auto piece =
        std::upper_bound(inner_map.begin(), inner_map.end(), range.source.begin,
                         [](std::uint32_t at, const SourceRange& other) { return at < other.text.end; });
    for (; piece != inner_map.end() && piece->text.begin < range.source.end; ++piece) {
      const std::uint32_t begin = std::max(piece->text.begin, range.source.begin);
      const std::uint32_t end = std::min(piece->text.end, range.source.end);
      const ByteSpan source = piece->verbatim ? ByteSpan{piece->source.begin + (begin - piece->text.begin),
                                                         piece->source.begin + (end - piece->text.begin)}
                                              : piece->source;
      const std::uint32_t shift = begin - range.source.begin;
      composed.push_back(
          {{range.text.begin + shift, range.text.begin + shift + (end - begin)}, source, piece->verbatim});
    }
  }
  return composed;
}

bool is_blank(char32_t c) {
  if (c <= 0x20 || c == 0x7f) return true;
  if (c < 0x80) return false;
  return (c >= 0x80 && c <= 0xa0) || c == 0xad || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
}

bool is_blank(std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) {
    if (!is_blank(next_code_point(utf8, at))) return false;
  }
  return true;
}

ByteSpan trimmed(std::string_view utf8, ByteSpan span) {
  std::size_t begin = span.begin;
  while (begin < span.end) {
    std::size_t next = begin;
    if (!is_blank(next_code_point(utf8, next))) break;
    begin = next;
  }
  std::size_t end = span.end;
  while (end > begin) {
    const std::size_t previous = floor_code_point(utf8, end - 1);
    std::size_t at = previous;
    if (!is_blank(next_code_point(utf8, at))) break;
    end = previous;
  }
  return begin < end ? span_of(begin, end) : span_of(span.begin, span.begin);
}

std::string on_one_line(std::string_view utf8) {
  std::string line;
  bool gap = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    if (is_blank(next_code_point(utf8, at))) {
      gap = !line.empty();
      continue;
    }
    if (std::exchange(gap, false)) line += ' ';
    line += utf8.substr(begin, at - begin);
  }
  return line;
}

std::string first_heading(const Text& text, std::size_t blocks_max) {
  for (std::size_t i = 0; i < std::min(blocks_max, text.blocks.size()); ++i) {
    if (text.blocks[i].kind == Block::Kind::heading) return on_one_line(slice(text.utf8, text.blocks[i].span));
  }
  return {};
}

}  // namespace kindling
