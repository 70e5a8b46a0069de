#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page.h>
#include <poppler/cpp/poppler-toc.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "formats/parse/parsers.h"
#include "formats/parse/pdf_layout.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr std::size_t outline_entries_max = 20'000;
constexpr std::size_t listed_pages_max = 20;  // pages without text that get a warning of their own
constexpr int source_bytes_max = 0x7fff'ffff;

// poppler's strings are UTF-16, whatever their type says. Ligatures become letters, so that words can be found.
std::string to_utf8(const poppler::ustring& units) {
  static constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00u);
    }
    if (c >= 0xfb00 && c <= 0xfb06)
      out += ligatures[c - 0xfb00];
    else if (c >= 0xd800 && c < 0xe000)
      append_utf8(out, replacement_character);
    else if (c >= 0x20 || c == '\t' || c == '\n')
      append_utf8(out, c);
  }
  return out;
}

void collect(const poppler::toc_item* root, std::vector<OutlineEntry>& entries) {
  struct Place {
    const poppler::toc_item* item;
    std::uint8_t level;
  };
  std::vector<Place> pending{{root, 0}};
  while (!pending.empty() && entries.size() < outline_entries_max) {
    const auto [item, level] = pending.back();
    pending.pop_back();
    if (level > 0) entries.push_back({to_utf8(item->title()), level});
    const auto children = item->children();
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      pending.push_back({*child, static_cast<std::uint8_t>(std::min(level + 1, 6))});
    }
  }
}

std::vector<OutlineEntry> outline_of(const poppler::document& pdf) {
  std::vector<OutlineEntry> entries;
  const std::unique_ptr<poppler::toc> toc(pdf.create_toc());
  if (toc && toc->root() != nullptr) collect(toc->root(), entries);
  return entries;
}

bool is_typewriter(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const std::string_view part :
       {"mono", "courier", "cmtt", "typewriter", "consol", "sftt", "ectt", "menlo", "nimbusmonl"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<PdfWord> words_of(const poppler::page& page) {
  std::vector<PdfWord> words;
  for (const poppler::text_box& box : page.text_list(poppler::page::text_list_include_font)) {
    PdfWord word;
    word.utf8 = to_utf8(box.text());
    if (is_blank(std::string_view(word.utf8))) continue;
    const poppler::rectf place = box.bbox();
    word.left = place.left();
    word.right = place.right();
    word.top = std::min(place.top(), place.bottom());
    word.bottom = std::max(place.top(), place.bottom());
    word.font_size = box.has_font_info() ? box.get_font_size() : word.bottom - word.top;
    word.space_after = box.has_space_after();
    word.upright = box.rotation() == 0;
    word.typewriter = box.has_font_info() && is_typewriter(box.get_font_name());
    words.push_back(std::move(word));
  }
  return words;
}

// The title that the file gives, unless it is the name of a file or of the program that wrote it.
std::string sensible_title(std::string title) {
  title = on_one_line(title);
  for (const std::string_view prefix : {"Microsoft Word - ", "Microsoft PowerPoint - "}) {
    if (title.starts_with(prefix)) title.erase(0, prefix.size());
  }
  std::string lowered = title;
  for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const std::string_view suffix :
       {".doc", ".docx", ".tex", ".dvi", ".indd", ".pdf", ".ps", ".qxd", ".rtf", ".txt", ".xls", ".xlsx"}) {
    if (lowered.ends_with(suffix)) return {};
  }
  return lowered.starts_with("untitled") || title.size() < 3 ? std::string() : title;
}

void warn_of_silent_pages(const std::vector<int>& pages, std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i < pages.size() && i < listed_pages_max; ++i) {
    warnings.push_back("page " + std::to_string(pages[i]) + ": no text layer");
  }
  if (pages.size() > listed_pages_max) {
    warnings.push_back(std::to_string(pages.size() - listed_pages_max) + " more pages without a text layer");
  }
}

// Pages that can only be looked at.
std::vector<Figure> figures_of(const std::vector<int>& silent_pages, const Text& text) {
  std::vector<Figure> figures;
  auto silent = silent_pages.begin();
  for (const Page& page : text.pages) {
    if (silent == silent_pages.end() || figures.size() == figures_max) break;
    if (page.number != static_cast<std::uint32_t>(*silent)) continue;
    figures.push_back({page.span.begin, page.number, "", "page " + std::to_string(page.number)});
    ++silent;
  }
  return figures;
}

Json metadata_of(const poppler::document& pdf) {
  Json metadata = Json::object();
  const std::pair<const char*, poppler::ustring> fields[] = {
      {"author", pdf.get_author()}, {"subject", pdf.get_subject()}, {"keywords", pdf.get_keywords()}};
  for (const auto& [name, value] : fields) {
    const std::string text = on_one_line(to_utf8(value));
    if (!text.empty() && text.size() <= 4096) metadata.set(name, text);
  }
  return metadata;
}

std::string title_of(const poppler::document& pdf, const Text& text) {
  std::string title = sensible_title(to_utf8(pdf.get_title()));
  if (!title.empty() || text.pages.empty()) return title;
  for (const Block& block : text.blocks) {
    if (block.span.begin >= text.pages.front().span.end) break;
    if (block.kind == Block::Kind::heading) return on_one_line(slice(text.utf8, block.span));
  }
  return {};
}

Result<DecodedDocument> read(std::string_view bytes, std::uint64_t text_bytes_max) {
  const std::unique_ptr<poppler::document> pdf(
      poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
  if (!pdf)
    return Error{ErrorCode::malformed, "", "not a PDF that can be read, or damaged",
                 "check that it opens in a viewer"};
  if (pdf->is_locked()) {
    return Error{ErrorCode::encrypted, "", "protected by a password",
                 "save a copy without the password, or exclude it"};
  }
  const int count = pdf->pages();
  if (count <= 0)
    return Error{ErrorCode::malformed, "", "a PDF without pages", "check that it opens in a viewer"};
  PdfLayout layout(outline_of(*pdf));
  std::vector<int> silent_pages;
  for (int i = 0; i < count; ++i) {
    const std::unique_ptr<poppler::page> page(pdf->create_page(i));
    std::vector<PdfLine> lines = page ? join_table_rows(lines_of(words_of(*page))) : std::vector<PdfLine>();
    if (lines.empty()) silent_pages.push_back(i + 1);
    layout.add_page(static_cast<std::uint32_t>(i + 1), std::move(lines));
    if (layout.bytes() > text_bytes_max) {
      return Error{ErrorCode::too_large, "page " + std::to_string(i + 1),
                   "more than " + std::to_string(text_bytes_max) + " bytes of text", "split the file"};
    }
  }
  if (silent_pages.size() == static_cast<std::size_t>(count)) {
    return Error{ErrorCode::no_text, "",
                 count == 1 ? "its page has no text layer"
                            : "none of its " + std::to_string(count) + " pages has a text layer",
                 "recognise its letters first (for example with ocrmypdf)"};
  }
  DecodedDocument document;
  document.text = layout.take();
  document.text.format = "pdf";
  document.text.title = title_of(*pdf, document.text);
  document.metadata = metadata_of(*pdf);
  document.text.figures = figures_of(silent_pages, document.text);
  warn_of_silent_pages(silent_pages, document.text.warnings);
  return document;
}

}  // namespace

Result<DecodedDocument> parse_pdf(std::string_view bytes, std::uint64_t text_bytes_max) {
  if (bytes.size() > source_bytes_max)
    return Error{ErrorCode::too_large, "", "a PDF of more than 2 GiB", "split the file"};
  if (bytes.substr(0, 1024).find("%PDF-") == std::string_view::npos) {
    return Error{ErrorCode::malformed, "byte 0", "not a PDF, though its name says so",
                 "rename it, or exclude it"};
  }
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  try {
    return read(bytes, text_bytes_max);
  } catch (const std::bad_alloc&) {
    throw;  // the worker's limit; it says so
  } catch (const std::exception& exception) {
    return Error{ErrorCode::malformed, "", std::string("cannot be read: ") + exception.what(),
                 "check that it opens in a viewer"};
  }
}

}  // namespace kindling
