#include "formats/parse/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/utf8.h"
#include "formats/parse/text_builder.h"
#include "formats/sniff.h"

namespace kindling {
namespace {

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;
using Detector = std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)>;

constexpr std::size_t detected_bytes = 64u << 10;
constexpr std::size_t line_bytes_max = 1u << 20;  // longer ones are converted in parts
constexpr int confidence_min = 15;                // of 100; below, the detector guesses worse than Windows-1252

// Encodings as they are labelled, and as they are used: the supersets that browsers read instead
// (encoding.spec.whatwg.org).
constexpr auto supersets = std::to_array<std::pair<std::string_view, const char*>>({
    {"ascii", "windows-1252"},
    {"us-ascii", "windows-1252"},
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"iso-8859-8-i", "windows-1255"},
    {"iso-8859-8", "windows-1255"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"shift_jis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"euc-kr", "windows-949"},
    {"ks_c_5601-1987", "windows-949"},
    {"tis-620", "windows-874"},
});

// What an encoding's converter needs to know to cut its bytes into lines.
struct Encoding {
  std::string name;
  std::size_t unit = 1;  // bytes
  bool big_endian = false;
};

std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
  return out;
}

std::string used_encoding(std::string_view label) {
  const std::string name = lowered(label);
  for (const auto& [from, to] : supersets) {
    if (name == from) return to;
  }
  return name;
}

Converter open_converter(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(name.c_str(), &status);
  return {U_SUCCESS(status) ? converter : nullptr, ucnv_close};
}

std::size_t line_end(std::string_view bytes, std::size_t begin, const Encoding& encoding) {
  const std::size_t limit = std::min(bytes.size(), begin + line_bytes_max / encoding.unit * encoding.unit);
  if (encoding.unit == 1) {
    const std::size_t newline = bytes.substr(begin, limit - begin).find('\n');
    return newline == std::string_view::npos ? limit : begin + newline + 1;
  }
  const std::size_t low = encoding.big_endian ? encoding.unit - 1 : 0;
  for (std::size_t at = begin; at + encoding.unit <= limit; at += encoding.unit) {
    bool newline = bytes[at + low] == '\n';
    for (std::size_t i = 0; i < encoding.unit; ++i) newline = newline && (i == low || bytes[at + i] == 0);
    if (newline) return at + encoding.unit;
  }
  return limit;
}

bool is_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0 && c != 0x1b; });
}

std::string to_utf8(std::u16string_view units) {
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    const bool pair =
        c >= 0xd800 && c < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000;
    if (pair) c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00u);
    if (c >= 0xd800 && c < 0xe000) c = replacement_character;
    append_utf8(out, c == 0 ? U' ' : c);
  }
  return out;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

Unicode finish(TextBuilder builder, std::vector<std::string> warnings) {
  Text text = builder.take();
  return {std::move(text.utf8), std::move(text.sources), std::move(warnings)};
}

Unicode convert(std::string_view bytes, std::size_t bom, const Encoding& encoding, UConverter* converter) {
  TextBuilder out(bytes);
  std::u16string units;
  std::size_t replaced = 0;
  for (std::size_t begin = bom; begin < bytes.size();) {
    const std::size_t end = line_end(bytes, begin, encoding);
    const std::string_view line = bytes.substr(begin, end - begin);
    if (encoding.unit == 1 && is_ascii(line)) {
      out.copy(begin, line.size());
    } else {
      units.resize(line.size() * 2 + 16);
      UErrorCode status = U_ZERO_ERROR;
      const int size = ucnv_toUChars(converter, units.data(), static_cast<int>(units.size()), line.data(),
                                     static_cast<int>(line.size()), &status);
      const bool fits = U_SUCCESS(status) && size >= 0;
      const std::string utf8 =
          to_utf8(std::u16string_view(units).substr(0, fits ? static_cast<std::size_t>(size) : 0));
      replaced += count_of(utf8, "\xef\xbf\xbd");
      out.replace(utf8, begin, end);
    }
    begin = end;
  }
  std::vector<std::string> warnings;
  if (replaced > 0)
    warnings.push_back(std::to_string(replaced) + " invalid characters replaced (" + encoding.name + ")");
  return finish(std::move(out), std::move(warnings));
}

// Bytes that are UTF-8 but for invalid sequences and NULs, which are replaced one by one.
Unicode repair_utf8(std::string_view bytes, std::size_t bom) {
  TextBuilder out(bytes);
  std::size_t invalid = 0;
  std::size_t nuls = 0;
  for (std::size_t at = bom; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at);
    std::size_t good = valid_utf8_prefix(rest);
    good = std::min(good, rest.substr(0, good).find('\0'));
    out.copy(at, good);
    at += good;
    if (at == bytes.size()) break;
    std::size_t next = at;
    if (bytes[at] == 0) {
      while (next < bytes.size() && bytes[next] == 0) ++next;
      nuls += next - at;
      out.replace(std::string(next - at, ' '), at, next);
    } else {
      static_cast<void>(next_code_point(bytes, next));
      ++invalid;
      out.replace("\xef\xbf\xbd", at, next);
    }
    at = next;
  }
  std::vector<std::string> warnings;
  if (invalid > 0) warnings.push_back(std::to_string(invalid) + " invalid UTF-8 sequences replaced");
  if (nuls > 0) warnings.push_back(std::to_string(nuls) + " NUL bytes replaced by blanks");
  return finish(std::move(out), std::move(warnings));
}

// Valid UTF-8, or so nearly that its letters beyond ASCII cannot be an accident.
bool is_nearly_utf8(std::string_view bytes) {
  std::size_t invalid = 0;
  std::size_t letters = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    if (static_cast<signed char>(bytes[at]) >= 0) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    const bool bad = next_code_point(bytes, at) == replacement_character &&
                     bytes.substr(begin, at - begin) != "\xef\xbf\xbd";
    (bad ? invalid : letters) += 1;
  }
  return invalid == 0 || invalid * 4 <= letters;
}

// The mark of a known encoding: its name, unit and size in bytes.
std::optional<std::pair<Encoding, std::size_t>> byte_order_mark(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xff\xfe\0\0"sv)) return std::pair{Encoding{"UTF-32LE", 4, false}, std::size_t{4}};
  if (bytes.starts_with("\0\0\xfe\xff"sv)) return std::pair{Encoding{"UTF-32BE", 4, true}, std::size_t{4}};
  if (bytes.starts_with("\xff\xfe")) return std::pair{Encoding{"UTF-16LE", 2, false}, std::size_t{2}};
  if (bytes.starts_with("\xfe\xff")) return std::pair{Encoding{"UTF-16BE", 2, true}, std::size_t{2}};
  return std::nullopt;
}

bool has_iso_2022_escapes(std::string_view bytes) {
  for (const std::string_view escape : {"\x1b$B", "\x1b$@", "\x1b(J", "\x1b(I"}) {
    if (bytes.find(escape) != std::string_view::npos) return true;
  }
  return false;
}

std::string detected_encoding(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const Detector detector(ucsdet_open(&status), ucsdet_close);
  const std::string_view head = bytes.substr(0, detected_bytes);
  ucsdet_setText(detector.get(), head.data(), static_cast<int>(head.size()), &status);
  const UCharsetMatch* match = U_SUCCESS(status) ? ucsdet_detect(detector.get(), &status) : nullptr;
  if (U_FAILURE(status) || match == nullptr || ucsdet_getConfidence(match, &status) < confidence_min) {
    return "windows-1252";
  }
  const std::string name = lowered(ucsdet_getName(match, &status));
  return U_FAILURE(status) || name.starts_with("utf-") ? "windows-1252" : name;
}

}  // namespace

Unicode to_unicode(std::string_view bytes, std::string_view label) {
  if (const auto mark = byte_order_mark(bytes)) {
    const auto& [encoding, size] = *mark;
    const std::string_view rest = bytes.substr(size);
    const bool lies = is_valid_utf8(rest) && rest.find('\0') == std::string_view::npos && !rest.empty();
    const Converter converter = open_converter(encoding.name);
    if (!lies && converter) return convert(bytes, size, encoding, converter.get());
    Unicode unicode = repair_utf8(bytes, size);
    unicode.warnings.push_back("the byte order mark says " + encoding.name + ", but the text is UTF-8");
    return unicode;
  }
  const std::size_t bom = bytes.starts_with("\xef\xbb\xbf") ? 3 : 0;
  const Utf16Guess guess = bom > 0 ? Utf16Guess::no : guess_utf16(bytes);
  if (guess != Utf16Guess::no) {
    const bool big = guess == Utf16Guess::big_endian;
    const Encoding encoding{big ? "UTF-16BE" : "UTF-16LE", 2, big};
    if (const Converter converter = open_converter(encoding.name))
      return convert(bytes, 0, encoding, converter.get());
  }
  if (has_iso_2022_escapes(bytes.substr(0, detected_bytes))) {
    if (const Converter converter = open_converter("iso-2022-jp")) {
      return convert(bytes, 0, {"iso-2022-jp"}, converter.get());
    }
  }
  if (bom > 0 || is_nearly_utf8(bytes)) return repair_utf8(bytes, bom);

  for (const std::string& name :
       {used_encoding(label), used_encoding(detected_encoding(bytes)), std::string("windows-1252")}) {
    if (name.empty() || name.starts_with("utf-")) continue;
    const Converter converter = open_converter(name);
    if (!converter || ucnv_getMinCharSize(converter.get()) != 1) continue;
    Unicode unicode = convert(bytes, 0, {name}, converter.get());
    if (name != used_encoding(label)) unicode.warnings.push_back("not UTF-8; read as " + name);
    return unicode;
  }
  return repair_utf8(bytes, 0);
}

}  // namespace kindling
