#include "formats/sniff.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "formats/decode.h"

namespace kindling {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

// The lower-case extension without its dot; ".gz" is looked through when `through_gz`.
std::string extension_of(std::string_view name, bool through_gz = true) {
  name = name.substr(name.find_last_of('/') + 1);  // npos + 1 == 0
  std::string lowered;
  for (const char c : name) lowered.push_back(lower(c));
  if (through_gz && lowered.ends_with(".gz")) lowered.resize(lowered.size() - 3);
  const std::size_t dot = lowered.find_last_of('.');
  return dot == std::string::npos ? "" : lowered.substr(dot + 1);
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

constexpr auto source_code_extensions = std::to_array<std::string_view>(
    {"ada",   "asm", "bash", "bat", "c",   "cc",  "clj",  "cmake", "cpp",   "cs",  "css", "cu",
     "cxx",   "d",   "dart", "el",  "erl", "ex",  "exs",  "f",     "f90",   "fs",  "go",  "groovy",
     "h",     "hh",  "hpp",  "hs",  "hxx", "inl", "java", "jl",    "js",    "jsx", "kt",  "kts",
     "lisp",  "lua", "m",    "mjs", "ml",  "mli", "mm",   "nim",   "pas",   "php", "pl",  "pm",
     "proto", "ps1", "py",   "pyi", "r",   "rb",  "rs",   "s",     "scala", "scm", "sh",  "sql",
     "swift", "tcl", "ts",   "tsx", "v",   "vb",  "vhd",  "vue",   "zig",   "zsh"});
static_assert(std::is_sorted(source_code_extensions.begin(), source_code_extensions.end()));

constexpr auto markdown_extensions =
    std::to_array<std::string_view>({"markdown", "md", "mdown", "mdwn", "mdx", "mkd", "mkdn", "qmd", "rmd"});
static_assert(std::is_sorted(markdown_extensions.begin(), markdown_extensions.end()));

constexpr auto html_extensions = std::to_array<std::string_view>({"htm", "html", "shtml", "xht", "xhtml"});

struct Magic {
  std::string_view bytes;
  std::string_view kind;
};
using namespace std::string_view_literals;
constexpr auto magics = std::to_array<Magic>({
    {"PK\x03\x04"sv, "a ZIP archive or an office document"sv},
    {"PK\x05\x06"sv, "an empty ZIP archive"sv},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old Microsoft Office document"sv},
    {"{\\rtf"sv, "a Rich Text document"sv},
    {"\x7f"
     "ELF"sv,
     "a program or library"sv},
    {"MZ\x90\x00"sv, "a Windows program"sv},
    {"\x89PNG\r\n\x1a\n"sv, "a PNG image"sv},
    {"\xff\xd8\xff"sv, "a JPEG image"sv},
    {"GIF8"sv, "a GIF image"sv},
    {"RIFF"sv, "a RIFF file (WebP, WAV or AVI)"sv},
    {"II*\x00"sv, "a TIFF image"sv},
    {"MM\x00*"sv, "a TIFF image"sv},
    {"\x1f\x8b"sv, "a gzip archive"sv},
    {"BZh"sv, "a bzip2 archive"sv},
    {"\xfd"
     "7zXZ\x00"sv,
     "an xz archive"sv},
    {"\x28\xb5\x2f\xfd"sv, "a zstd archive"sv},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"sv},
    {"Rar!\x1a\x07"sv, "a RAR archive"sv},
    {"OggS"sv, "an Ogg recording"sv},
    {"ID3"sv, "an MP3 recording"sv},
    {"fLaC"sv, "a FLAC recording"sv},
    {"SQLite format 3\x00"sv, "an SQLite database"sv},
    {"%!PS"sv, "a PostScript document"sv},
    {"\x00\x00\x01\x00"sv, "a Windows icon"sv},
    {"\xca\xfe\xba\xbe"sv, "a Java class"sv},
    {"wOF"sv, "a web font"sv},
});

bool is_printable(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view magic_kind(std::string_view bytes) {
  for (const Magic& magic : magics) {
    if (!bytes.starts_with(magic.bytes)) continue;
    // "ID3 tags are ..." is prose: a mark of letters alone counts only before binary data.
    const bool is_text_format = magic.bytes == "{\\rtf" || magic.bytes == "%!PS";
    if (is_text_format || !is_printable(magic.bytes) || bytes.find('\0') != std::string_view::npos)
      return magic.kind;
  }
  if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar") return "a tar archive";
  if (bytes.size() > 12 && bytes.substr(4, 4) == "ftyp") return "an MP4 recording";
  return {};
}

bool has_bom(std::string_view bytes) {
  return bytes.starts_with("\xef\xbb\xbf") || bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
}

// Text of any encoding has few control characters; what is not text has them everywhere.
bool looks_binary(std::string_view head) {
  if (has_bom(head) || guess_utf16(head) != Utf16Guess::no) return false;
  std::size_t nuls = 0;
  std::size_t controls = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    nuls += byte == 0;
    controls += byte < 0x20 && byte != 0 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
                byte != '\b' && byte != 0x1b;
  }
  if (controls * 20 > head.size()) return true;
  // A text may hold a few stray NULs, even many when the rest of it is clean UTF-8.
  const bool clean = valid_utf8_prefix(head) + 4 > head.size();
  return nuls * (clean ? 3 : 20) > head.size();
}

bool looks_like_html(std::string_view text) {
  for (const std::string_view start : {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv}) {
    if (starts_with_no_case(text, start)) return true;
  }
  if (!text.starts_with("<?xml") && !text.starts_with("<!--")) return false;
  std::string lowered;
  for (const char c : text.substr(0, 2048)) lowered.push_back(lower(c));
  return lowered.find("<!doctype html") != std::string::npos || lowered.find("<html") != std::string::npos;
}

// A first line that is a whole object with one of a record's fields.
bool looks_like_jsonl(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (!line.starts_with('{') || line.find("\"text\"") == std::string_view::npos) return false;
  if (line.size() == text.size() && text.size() >= sniffed_bytes) return true;  // a long first line
  return parse_json(line).ok();
}

std::string_view skip_leading_space(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n\f");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

// A gzip archive is taken for what its name says is in it; the worker looks again once it is unpacked.
std::string_view format_of_packed(std::string_view name) {
  const std::string inside = extension_of(name);
  const std::string outside = extension_of(name, false);
  if (outside != "gz" || inside == "tar") return "";
  if (inside == "jsonl" || inside == "ndjson") return "jsonl";
  if (inside == "pdf") return "pdf";
  if (contains(html_extensions, inside)) return "html";
  return contains(markdown_extensions, inside) ? "markdown" : "text";
}

}  // namespace

Utf16Guess guess_utf16(std::string_view bytes) {
  bytes = bytes.substr(0, std::min(bytes.size(), sniffed_bytes) & ~std::size_t{1});
  if (bytes.size() < 8) return Utf16Guess::no;
  std::array<std::size_t, 2> nuls{};
  for (std::size_t i = 0; i < bytes.size(); ++i) nuls[i & 1] += bytes[i] == 0;
  const std::size_t units = bytes.size() / 2;
  // Blanks, digits and markup give even East Asian texts a high byte of zero now and then, never a low one.
  if (nuls[1] * 10 > units * 3 && nuls[0] * 50 < units) return Utf16Guess::little_endian;
  if (nuls[0] * 10 > units * 3 && nuls[1] * 50 < units) return Utf16Guess::big_endian;
  return Utf16Guess::no;
}

bool is_source_code_name(std::string_view name) {
  return contains(source_code_extensions, extension_of(name, false));
}

std::string_view sniff_format(std::string_view name, std::string_view bytes) {
  const std::string_view head = bytes.substr(0, sniffed_bytes);
  const std::string extension = extension_of(name);
  if (head.substr(0, 1024).find("%PDF-") != std::string_view::npos) return "pdf";
  if (head.starts_with("\x1f\x8b")) return format_of_packed(name);
  if (!magic_kind(head).empty() || looks_binary(head)) {
    return extension == "pdf" ? "pdf" : "";  // the PDF reader says what is wrong with it
  }
  const std::string_view text = skip_leading_space(head);
  if (looks_like_html(text)) return "html";
  if (extension == "jsonl" || extension == "ndjson" || looks_like_jsonl(text)) return "jsonl";
  if (extension == "pdf") return "pdf";
  if (contains(html_extensions, extension)) return "html";
  if (contains(markdown_extensions, extension)) return "markdown";
  return "text";
}

Error unsupported_content(std::string_view name, std::string_view bytes) {
  const std::string_view head = bytes.substr(0, sniffed_bytes);
  const std::string_view kind = magic_kind(head);
  if (head.starts_with("\x1f\x8b")) {
    return {ErrorCode::unsupported, "", "a gzip archive of several files, or without .gz in its name",
            "unpack it first"};
  }
  const std::string extension = extension_of(name);
  return {ErrorCode::unsupported, "",
          kind.empty() ? std::string("binary data, not text") : "seems to be " + std::string(kind),
          "convert it to PDF, HTML, Markdown or plain text, or exclude it" +
              (extension.empty() ? "" : " with --exclude '*." + extension + "'")};
}

}  // namespace kindling
