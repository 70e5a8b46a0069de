#include "engine/pack/invisible.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"

namespace kindling {
namespace {

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// First bytes of what is looked for; all but the ASCII ones begin harmless characters as well.
constexpr std::array<bool, 256> make_leads() {
  std::array<bool, 256> leads{};
  for (unsigned c = 0; c < 0x20; ++c) leads[c] = c != '\t' && c != '\n';
  for (const unsigned c : {0x7fu, 0xc2u, 0xcdu, 0xd8u, 0xe1u, 0xe2u, 0xe3u, 0xefu, 0xf0u, 0xf3u})
    leads[c] = true;
  return leads;
}
constexpr std::array<bool, 256> leads = make_leads();

// Whether the bytes behind a lead leave the possibility open: most Arabic letters and typographic quotation
// marks share their lead with something that is looked for.
bool may_begin(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto any = [](unsigned c, std::initializer_list<unsigned> of) {
    return std::ranges::find(of, c) != of.end();
  };
  switch (byte(0)) {
    case 0xc2:
      return byte(1) < 0xa0 || byte(1) == 0xad;
    case 0xcd:
      return byte(1) == 0x8f;
    case 0xd8:
      return byte(1) == 0x9c;
    case 0xe1:
      return any(byte(1), {0x85, 0x9e, 0xa0});
    case 0xe2:
      return (byte(1) == 0x80 && (byte(2) <= 0x8f ? byte(2) >= 0x8b : byte(2) >= 0xa8 && byte(2) <= 0xae)) ||
             (byte(1) == 0x81 && byte(2) >= 0xa0);
    case 0xe3:
      return byte(1) == 0x85;
    case 0xef:
      return any(byte(1), {0xb8, 0xbb, 0xbe, 0xbf});
    case 0xf0:
      return any(byte(1), {0x9b, 0x9d});
    default:
      return true;
  }
}

// The first place from `at` on that may begin something; blocks of plain ASCII are compared at once.
std::size_t next_lead(std::string_view text, std::size_t at) {
  constexpr std::size_t block = 64;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (; at + block <= text.size(); at += block) {
    unsigned char odd = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const unsigned char c = bytes[at + i];
      odd |= static_cast<unsigned char>((c >= 0x7f) | ((c < 0x20) & (c != '\t') & (c != '\n')));
    }
    if (odd == 0) continue;
    for (std::size_t i = 0; i < block; ++i) {
      if (leads[bytes[at + i]] && may_begin(text, at + i)) return at + i;
    }
  }
  while (at < text.size() && !(leads[bytes[at]] && may_begin(text, at))) ++at;
  return at;
}

// Scripts whose letters join, or whose clusters are made with joiners.
bool takes_joiner(char32_t c) {
  return in(c, 0x620, 0x64a) || in(c, 0x64b, 0x65f) || in(c, 0x66e, 0x6d3) || in(c, 0x6d5, 0x6ff) ||
         in(c, 0x700, 0x85f) || in(c, 0x860, 0x8ff) || in(c, 0x900, 0xdff) || in(c, 0xf40, 0xfbc) ||
         in(c, 0x1000, 0x109f) || in(c, 0x1780, 0x17b3) || in(c, 0x17b6, 0x17d3) || in(c, 0x1820, 0x18aa) ||
         in(c, 0x1a20, 0x1aad) || in(c, 0x1b00, 0x1bf3) || in(c, 0xa840, 0xa8ff) || in(c, 0xa980, 0xa9df) ||
         in(c, 0xfb50, 0xfdfb) || in(c, 0xfe70, 0xfefc) || in(c, 0x11000, 0x11fff) || in(c, 0x1e900, 0x1e94b);
}

bool is_emoji(char32_t c) {
  return c == 0xa9 || c == 0xae || c == 0x203c || c == 0x2049 || c == 0x2122 || c == 0x2139 || c == 0x3030 ||
         c == 0x303d || c == 0x3297 || c == 0x3299 || c == 0x24c2 || in(c, 0x2190, 0x21ff) ||
         in(c, 0x2300, 0x23ff) || in(c, 0x25a0, 0x27bf) || in(c, 0x2900, 0x297f) || in(c, 0x2b00, 0x2bff) ||
         in(c, 0x1f000, 0x1faff);
}

bool is_old_jamo(char32_t c) {
  return (in(c, 0x1100, 0x11ff) && c != 0x115f && c != 0x1160) || in(c, 0xa960, 0xa97c) ||
         in(c, 0xd7b0, 0xd7fb);
}

// What a code point is, when nothing around it is looked at; nothing: it is seen.
std::optional<InvisibleKind> kind_of(char32_t c) {
  using enum InvisibleKind;
  if (c < 0xad) return std::nullopt;
  if (c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 ||
      c == 0x200e || c == 0x200f || c == 0x3164 || c == 0xffa0)
    return formatting;
  if (in(c, 0x180b, 0x180f)) return selector;
  if (in(c, 0x200b, 0x200d) || in(c, 0x2060, 0x2065) || c == 0xfeff) return zero_width;
  if (in(c, 0x206a, 0x206f) || in(c, 0xfff0, 0xfffb)) return formatting;
  if (c == 0x202d || c == 0x202e) return overriding;
  if (in(c, 0x202a, 0x202c) || in(c, 0x2066, 0x2069)) return embedding;
  if (in(c, 0xfe00, 0xfe0f) || in(c, 0xe0100, 0xe01ef)) return selector;
  if (in(c, 0x1bca0, 0x1bca3) || in(c, 0x1d173, 0x1d17a)) return formatting;
  if (in(c, 0xe0000, 0xe0fff)) return tag;
  return std::nullopt;
}

constexpr char32_t black_flag = 0x1f3f4;
constexpr std::string_view flag_tags[] = {"gbeng", "gbsct", "gbwls"};

}  // namespace

char32_t code_point_before(std::string_view text, std::size_t end) {
  if (end == 0) return 0;
  std::size_t at = floor_code_point(text, end - 1);
  return next_code_point(text, at);
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  return at < text.size() ? next_code_point(text, at) : 0;
}

std::optional<Invisible> InvisibleReader::next() {
  while ((at_ = next_lead(text_, at_)) < text_.size()) {
    const std::size_t begin = at_;
    const char32_t c = next_code_point(text_, at_);
    if (auto found = judged(c, begin)) return found;
  }
  return std::nullopt;
}

std::optional<Invisible> InvisibleReader::judged(char32_t c, std::size_t begin) {
  if (c < 0xa0) return control(c, begin);
  if (c == 0x2028 || c == 0x2029) return Invisible{begin, at_, "\n", InvisibleKind::formatting};
  const auto kind = kind_of(c);
  if (!kind || is_needed(c, begin)) return std::nullopt;
  return Invisible{begin, at_, "", *kind};
}

// White space under another name stays white space, so that words stay apart.
std::optional<Invisible> InvisibleReader::control(char32_t c, std::size_t begin) const {
  if (c == '\r') {
    const bool ends_line = at_ < text_.size() && text_[at_] == '\n';
    return Invisible{begin, at_, ends_line ? "" : "\n", InvisibleKind::formatting};
  }
  if (c == '\v' || c == '\f' || in(c, 0x1c, 0x1f) || c == 0x85)
    return Invisible{begin, at_, " ", InvisibleKind::formatting};
  const bool obeyed = c == 0x1b || c == '\b' || c == 0x9b;
  if (c < 0x20 || c >= 0x7f)
    return Invisible{begin, at_, "", obeyed ? InvisibleKind::command : InvisibleKind::formatting};
  return std::nullopt;
}

bool InvisibleReader::is_needed(char32_t c, std::size_t begin) {
  const char32_t before = code_point_before(text_, begin);
  const char32_t after = code_point_at(text_, at_);
  if (c == 0x200c) return takes_joiner(before) && takes_joiner(after);
  if (c == 0x200d) {
    if (takes_joiner(before) && takes_joiner(after)) return true;
    const char32_t base = before == 0xfe0f ? code_point_before(text_, begin - 3) : before;
    return is_emoji(base) && is_emoji(after);
  }
  if (c == 0xfe0e || c == 0xfe0f) {
    const bool keycap = (in(before, '0', '9') || before == '#' || before == '*') && after == 0x20e3;
    return keycap || is_emoji(before);
  }
  if (in(c, 0x180b, 0x180f)) return in(before, 0x1820, 0x18aa);
  if (c == 0x115f || c == 0x1160) return is_old_jamo(before) || is_old_jamo(after);
  return before == black_flag && is_flag(begin);
}

// Passes over the whole flag when there is one.
bool InvisibleReader::is_flag(std::size_t begin) {
  std::string letters;
  std::size_t end = begin;
  while (end < text_.size() && letters.size() < 6) {
    const char32_t c = next_code_point(text_, end);
    if (!in(c, 0xe0020, 0xe007f)) return false;
    if (c == 0xe007f) break;
    letters.push_back(static_cast<char>(c - 0xe0000));
  }
  if (std::ranges::find(flag_tags, std::string_view(letters)) == std::end(flag_tags)) return false;
  if (code_point_before(text_, end) != 0xe007f) return false;
  at_ = end;
  return true;
}

}  // namespace kindling
