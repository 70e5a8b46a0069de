#include "engine/pack/markers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/utf8.h"
#include "engine/pack/invisible.h"

namespace kindling {
namespace {

using Names = std::string_view;

constexpr std::size_t token_bytes_max = 96;
constexpr std::size_t marker_blanks_max = 16;
constexpr std::size_t longest_word = 8;     // "passages"
constexpr std::size_t mark_digits_max = 6;  // more passages than fit into any window

// Between < and >, with or without a slash.
constexpr Names angle_tokens[] = {"BOS_TOKEN",
                                  "EOS_TOKEN",
                                  "SYS",
                                  "bos",
                                  "end_of_image",
                                  "end_of_turn",
                                  "end_of_utterance",
                                  "eop",
                                  "eos",
                                  "function_calls",
                                  "image_soft_token",
                                  "sop",
                                  "start_of_audio",
                                  "start_of_image",
                                  "start_of_turn",
                                  "think",
                                  "tool_call",
                                  "tool_calls",
                                  "tool_response",
                                  "tool_result"};
constexpr Names common_angle_tokens[] = {"audio", "image", "mask", "pad", "s", "tools", "unk", "video"};
// These with a number behind them.
constexpr Names numbered_tokens[] = {"ctrl", "extra_id_", "reserved_special_token_", "special_", "unused"};
// Between [ and ], with or without a slash.
constexpr Names square_tokens[] = {"ARGS",       "AVAILABLE_TOOLS", "BEGIN_OF_TURN", "CALL_ID",       "CONTROL",
                                   "IMG_BREAK",  "IMG_END",         "INST",          "SYSTEM_PROMPT", "THINK",
                                   "TOOL_CALLS", "TOOL_CONTENT",    "TOOL_RESULTS",  "gMASK",         "sMASK"};
constexpr Names common_square_tokens[] = {"CLS",    "IMG", "MASK",   "MIDDLE", "PAD",
                                          "PREFIX", "SEP", "SUFFIX", "UNK"};

template <std::size_t size>
bool is_one_of(std::string_view name, const Names (&names)[size]) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_numbered(std::string_view name) {
  const std::size_t digits = name.find_first_of("0123456789");
  return digits != name.npos && name.find_first_not_of("0123456789", digits) == name.npos &&
         is_one_of(name.substr(0, digits), numbered_tokens);
}

// "<", "＜", "‹", "〈", "⟨", "﹤": what opens a marker, as far as eyes can tell.
std::size_t opener_size(std::string_view text) {
  if (text.starts_with('<')) return 1;
  for (const std::string_view opener : {"\uff1c", "\u2039", "\u3008", "\u27e8", "\ufe64"}) {
    if (text.starts_with(opener)) return opener.size();
  }
  return 0;
}

// The letter of ours that a character looks like.
char looks_like(char32_t c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c | 0x20);
  if (c < 0x80) return static_cast<char>(c);
  if (c >= 0xff21 && c <= 0xff3a) return static_cast<char>('a' + (c - 0xff21));
  if (c >= 0xff41 && c <= 0xff5a) return static_cast<char>('a' + (c - 0xff41));
  struct Twin {
    char32_t c;
    char like;
  };
  constexpr Twin twins[] = {{0x430, 'a'}, {0x410, 'a'},  {0x3b1, 'a'},  {0x391, 'a'},  {0x251, 'a'},
                            {0x440, 'p'}, {0x420, 'p'},  {0x3c1, 'p'},  {0x3a1, 'p'},  {0x455, 's'},
                            {0x405, 's'}, {0x435, 'e'},  {0x415, 'e'},  {0x395, 'e'},  {0x581, 'g'},
                            {0x261, 'g'}, {0xff0f, '/'}, {0x2215, '/'}, {0x2044, '/'}, {0x29f8, '/'}};
  for (const Twin& twin : twins) {
    if (twin.c == c) return twin.like;
  }
  return 0;
}

// Where "<passages" ends, or 0: blanks between, either slash, and the singular make no difference. Behind
// another sign than "<" only what would close: quotation marks look like that too.
std::size_t fence_end(std::string_view text, std::size_t at) {
  const std::size_t opener = opener_size(text.substr(at));
  if (opener == 0) return 0;
  std::size_t i = at + opener, blanks = 0;
  bool closes = false;
  std::string word;
  while (i < text.size()) {
    std::size_t next = i;
    const char c = looks_like(next_code_point(text, next));
    if (word.empty() && (c == ' ' || c == '\t' || c == '\n' || c == '/' || c == '\\')) {
      closes |= c == '/' || c == '\\';
      if (++blanks > marker_blanks_max) return 0;
    } else if (c >= 'a' && c <= 'z' && word.size() <= longest_word) {
      word.push_back(c);
    } else {
      break;
    }
    i = next;
  }
  const bool ours = word == "passages" || word == "passage";
  return ours && (closes || opener == 1) ? i : 0;
}

std::size_t bar_size(std::string_view text) {
  if (text.starts_with('|')) return 1;
  return text.starts_with("\uff5c") ? 3 : 0;
}

// "<|name|>": no blank and no bracket inside.
std::size_t barred_end(std::string_view text, std::size_t at) {
  const std::size_t first = bar_size(text.substr(at + 1));
  if (first == 0) return 0;
  const std::size_t name = at + 1 + first;
  const std::size_t stop = std::min(text.size(), name + token_bytes_max);
  for (std::size_t i = name; i < stop; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= ' ' || c == '<') return 0;
    if (c == '>') {
      const bool closed = text[i - 1] == '|' || text.substr(0, i).ends_with("\uff5c");
      return closed && i > name + 1 ? i + 1 : 0;
    }
  }
  return 0;
}

// The name between the brackets at `at`, and one past the closing one; nothing: too long, or none.
std::optional<Marker> named(std::string_view text, std::size_t at, char close) {
  const std::size_t end = text.substr(at, token_bytes_max).find(close);
  if (end == text.npos || end < 2) return std::nullopt;
  std::string_view name = text.substr(at + 1, end - 1);
  if (name.starts_with('/')) name.remove_prefix(1);
  const Marker marker{at, at + end + 1, MarkerKind::token};
  if (close == '>') {
    if (is_one_of(name, angle_tokens) || is_numbered(name)) return marker;
    if (is_one_of(name, common_angle_tokens)) return Marker{at, at + end + 1, MarkerKind::common_token};
  } else {
    if (is_one_of(name, square_tokens)) return marker;
    if (is_one_of(name, common_square_tokens)) return Marker{at, at + end + 1, MarkerKind::common_token};
  }
  return std::nullopt;
}

// "[12]" with nothing but blanks between it and the line's beginning, and a blank behind it.
std::optional<Marker> passage_number(std::string_view text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t')) --before;
  if (before > 0 && text[before - 1] != '\n') return std::nullopt;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == at + 1 || end - at - 1 > mark_digits_max || end == text.size() || text[end] != ']')
    return std::nullopt;
  return Marker{at, end + 1, MarkerKind::passage_mark};
}

std::optional<Marker> marker_at(std::string_view text, std::size_t at) {
  if (text[at] == '[') {
    if (auto token = named(text, at, ']')) return token;
    return passage_number(text, at);
  }
  if (const std::size_t end = fence_end(text, at); end > 0) return Marker{at, end, MarkerKind::fence};
  if (text[at] != '<') return std::nullopt;
  if (const std::size_t end = barred_end(text, at); end > 0) return Marker{at, end, MarkerKind::token};
  if (text.substr(at).starts_with("<<")) {  // Llama 2: "<<SYS>>"
    if (auto inner = named(text, at + 1, '>'); inner && inner->kind == MarkerKind::token)
      return Marker{at, inner->end, MarkerKind::token};
  }
  return named(text, at, '>');
}

bool may_open(std::string_view text, std::size_t at) {
  return text[at] == '[' || text[at] == '<' ||
         (static_cast<unsigned char>(text[at]) >= 0xe2 && opener_size(text.substr(at)) > 0);
}

// The next bracket; blocks without the first byte of any are passed over at once.
std::size_t next_bracket(std::string_view text, std::size_t at) {
  constexpr std::size_t block = 64;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (; at + block <= text.size(); at += block) {
    unsigned char any = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const unsigned char c = bytes[at + i];
      any |= static_cast<unsigned char>((c == '<') | (c == '[') | (c == 0xe2) | (c == 0xe3) | (c == 0xef));
    }
    if (any == 0) continue;
    for (std::size_t i = 0; i < block; ++i) {
      if (may_open(text, at + i)) return at + i;
    }
  }
  while (at < text.size() && !may_open(text, at)) ++at;
  return at;
}

}  // namespace

std::optional<Marker> MarkerReader::next() {
  while ((at_ = next_bracket(text_, at_)) < text_.size()) {
    const std::size_t at = at_++;
    if (auto marker = marker_at(text_, at)) return marker;
  }
  return std::nullopt;
}

void break_marker(char* text, const Marker& marker) {
  constexpr std::string_view wide_bracket = "\uff08";  // "（"
  char* opener = text + marker.begin;
  if (static_cast<unsigned char>(*opener) < 0x80) {
    *opener = '(';
  } else {
    std::memcpy(opener, wide_bracket.data(), wide_bracket.size());
  }
  if (marker.kind == MarkerKind::passage_mark) text[marker.end - 1] = ')';
}

}  // namespace kindling
