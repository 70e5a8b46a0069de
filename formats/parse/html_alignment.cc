#include "formats/parse/html_alignment.h"

#include <algorithm>

#include "base/utf8.h"

namespace kindling {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// The longest that a reference at the beginning of `source` can be, its semicolon included; 0 if it is none.
std::size_t reference_size(std::string_view source) {
  std::size_t at = source.starts_with("&#") ? 2 : 1;
  const std::size_t begin = at;
  while (at < source.size() && at < 40 && is_alphanumeric(source[at])) ++at;
  if (at == begin) return 0;
  return at < source.size() && source[at] == ';' ? at + 1 : at;
}

bool is_reference_to_ampersand(std::string_view source) {
  for (const std::string_view form : {"&amp", "&AMP", "&#38", "&#x26", "&#X26"}) {
    if (source.starts_with(form)) return true;
  }
  return false;
}

}  // namespace

AlignedText::AlignedText(std::string_view source, const GumboText& text) : source_(source), words_(text.text) {
  const char* begin = text.original_text.data;
  if (begin >= source.data() && begin <= source.data() + source.size()) {
    source_at_ = static_cast<std::size_t>(begin - source.data());
    source_end_ = source_at_ + std::min(text.original_text.length, source.size() - source_at_);
  }
}

AlignedText::Run AlignedText::next(std::size_t end) {
  if (lost_) return take_lost(end);
  if (const std::size_t size = verbatim_size(end); size > 0) {
    Run run = take(size, size);
    run.verbatim = true;
    return run;
  }
  pass_what_is_dropped();
  if (source_at_ < source_end_) {
    if (verbatim_size(end) > 0) return next(end);
    const std::string_view rest = source_.substr(source_at_, source_end_ - source_at_);
    if (rest.front() == '&') return take_reference(end);
    if (rest.front() == '\r' && words_[at_] == '\n') return take(1, rest.starts_with("\r\n") ? 2 : 1);
  }
  return take_lost(end);
}

ByteSpan AlignedText::skip(std::size_t end) {
  ByteSpan source{};
  for (bool first = true; at_ < end; first = false) {
    const Run run = next(end);
    source = first ? run.source : ByteSpan{source.begin, std::max(source.end, run.source.end)};
  }
  return source;
}

std::size_t AlignedText::verbatim_size(std::size_t end) const {
  const std::string_view source = source_.substr(source_at_, source_end_ - source_at_);
  const std::string_view words = words_.substr(at_, end - at_);
  std::size_t size = 0;
  while (size < words.size() && size < source.size() && words[size] == source[size]) {
    if (source[size] == '&' && is_reference_to_ampersand(source.substr(size))) break;
    ++size;
  }
  // A reference may begin with the very byte that it stands for only when it stands for an ampersand (above);
  // but the bytes of a character stay together.
  while (size > 0 && size < words.size() && (static_cast<unsigned char>(words[size]) & 0xc0) == 0x80) --size;
  return size;
}

// Tags that the parser ignored, and the line end after <pre>, stand in the source but not in the words.
void AlignedText::pass_what_is_dropped() {
  while (source_at_ < source_end_ && source_[source_at_] == '<' && words_[at_] != '<') {
    const std::size_t close = source_.find('>', source_at_);
    if (close == std::string_view::npos || close >= source_end_) return;
    source_at_ = close + 1;
  }
  if (at_ > 0 || words_[at_] == '\n') return;
  if (source_.substr(source_at_, 2) == "\r\n")
    source_at_ = std::min(source_at_ + 2, source_end_);
  else if (source_at_ < source_end_ && source_[source_at_] == '\n')
    ++source_at_;
}

AlignedText::Run AlignedText::take_reference(std::size_t end) {
  const std::string_view rest = source_.substr(source_at_, source_end_ - source_at_);
  std::size_t next_word = at_;
  static_cast<void>(next_code_point(words_, next_word));
  const std::size_t longest = reference_size(rest);
  // With its semicolon a reference ends there; without, the words behind it show where ("&copy2024").
  for (std::size_t size = longest; size >= 3; --size) {
    const bool both_end = size == rest.size() && next_word == words_.size();
    const bool goes_on = size < rest.size() && next_word < words_.size() &&
                         (rest[size] == words_[next_word] || rest[size] == '&' || rest[size] == '\r');
    if (both_end || goes_on || rest[size - 1] == ';') return take(next_word - at_, size);
  }
  return take_lost(end);
}

AlignedText::Run AlignedText::take_lost(std::size_t end) {
  lost_ = true;
  const Run run{
      words_.substr(at_, end - at_),
      {static_cast<std::uint32_t>(source_at_), static_cast<std::uint32_t>(std::max(source_at_, source_end_))},
      false};
  at_ = end;
  return run;
}

AlignedText::Run AlignedText::take(std::size_t words, std::size_t source) {
  const Run run{words_.substr(at_, words),
                {static_cast<std::uint32_t>(source_at_), static_cast<std::uint32_t>(source_at_ + source)},
                false};
  at_ += words;
  source_at_ += source;
  return run;
}

}  // namespace kindling
