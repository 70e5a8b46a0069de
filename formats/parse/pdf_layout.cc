#include "formats/parse/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/utf8.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr double heading_growth = 1.15;  // a heading's letters are at least this much larger than the body's
constexpr std::size_t heading_bytes_max = 240;
constexpr std::size_t heading_lines_max = 3;
constexpr double paragraph_pitch = 1.25;  // of the usual distance between lines

bool is_sentence_end(std::string_view text) {
  for (const std::string_view mark : {".", "!", "?", ":", ";", ".)", ".\"", ".\u201d", "\u3002"}) {
    if (text.ends_with(mark)) return true;
  }
  return false;
}

bool starts_lower(std::string_view text) { return !text.empty() && text[0] >= 'a' && text[0] <= 'z'; }

bool starts_with_bullet(std::string_view text) {
  for (const std::string_view bullet :
       {"\u2022", "\u25e6", "\u25aa", "\u25cf", "\u25a0", "\u2013 ", "\u2212 ", "- ", "\uf0b7"}) {
    if (text.starts_with(bullet)) return text.size() > bullet.size();
  }
  return false;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
  });
}

// A title as it can be recognised again: lower case, single blanks, without its number.
std::string title_key(std::string_view title) {
  std::string key = on_one_line(title);
  for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const std::string_view word : {"chapter ", "appendix ", "section "}) {
    if (key.starts_with(word)) key.erase(0, word.size());
  }
  const std::size_t number_end = key.find_first_not_of("0123456789.");
  if (number_end > 0 && number_end != std::string::npos && key[number_end] == ' ') key.erase(0, number_end + 1);
  return key;
}

// The distance between lines that most lines of the page have, in quarters of a point.
double usual_pitch(const std::vector<PdfLine>& lines) {
  std::map<long, std::size_t> counts;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const double pitch = lines[i].bottom - lines[i - 1].bottom;
    if (pitch > 2 && pitch < 60) ++counts[std::lround(pitch * 4)];
  }
  std::pair<std::size_t, long> best{0, 0};
  for (const auto& [pitch, count] : counts) best = std::max(best, {count, -pitch});  // ties: the smaller
  return static_cast<double>(-best.second) / 4;
}

struct Found {
  std::size_t lines = 0;
  std::uint8_t level = 0;
};

// Which lines are headings, and of what level: those that the outline names, else those in larger letters.
class Headings {
 public:
  Headings(const std::vector<OutlineEntry>& outline, const std::vector<PdfPage>& pages, double body_size,
           std::vector<double> larger_sizes)
      : body_size_(body_size), larger_sizes_(std::move(larger_sizes)) {
    Titles titles;
    for (const OutlineEntry& entry : outline) {
      const std::string key = title_key(entry.title);
      if (has_letter(key)) titles[key].levels.push_back(entry.level);
    }
    if (titles.empty()) return;
    for (std::size_t page = 0; page < pages.size(); ++page) look_for(titles, page, pages[page].lines);
    for (auto& [key, title] : titles) choose(title);
    by_title_ = !found_.empty();
  }

  // A heading that begins at line `at` of a page.
  [[nodiscard]] std::optional<Found> at(std::size_t page, const std::vector<PdfLine>& lines,
                                        std::size_t at) const {
    if (!by_title_) return by_size(lines, at);
    const auto found = found_.find({page, at});
    return found == found_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  struct Place {
    std::size_t page;
    std::size_t line;
    std::size_t lines;
    double font_size;
  };
  struct Title {
    std::vector<std::uint8_t> levels;  // in the outline's order
    std::vector<Place> places;         // in the document's order
  };
  using Titles = std::unordered_map<std::string, Title>;

  static void look_for(Titles& titles, std::size_t page, const std::vector<PdfLine>& lines) {
    for (std::size_t at = 0; at < lines.size(); ++at) {
      std::string together;
      for (std::size_t count = 1; count <= heading_lines_max && at + count <= lines.size(); ++count) {
        together += (count > 1 ? " " : "") + lines[at + count - 1].utf8;
        if (together.size() > heading_bytes_max) break;
        const auto title = titles.find(title_key(together));
        if (title != titles.end()) title->second.places.push_back({page, at, count, lines[at].font_size});
      }
    }
  }

  // A title stands in the table of contents and at the top of pages too: the heading is where its letters are
  // largest.
  void choose(Title& title) {
    std::stable_sort(title.places.begin(), title.places.end(),
                     [](const Place& a, const Place& b) { return a.font_size > b.font_size + 0.1; });
    title.places.resize(std::min(title.places.size(), title.levels.size()));
    std::sort(title.places.begin(), title.places.end(), [](const Place& a, const Place& b) {
      return std::pair(a.page, a.line) < std::pair(b.page, b.line);
    });
    for (std::size_t i = 0; i < title.places.size(); ++i) {
      const Place& place = title.places[i];
      Found& found = found_[{place.page, place.line}];
      if (place.lines > found.lines) found = {place.lines, title.levels[i]};
    }
  }

  [[nodiscard]] std::optional<Found> by_size(const std::vector<PdfLine>& lines, std::size_t at) const {
    const double size = lines[at].font_size;
    if (size < body_size_ * heading_growth) return std::nullopt;
    std::size_t count = 0;
    std::size_t bytes = 0;
    bool letters = false;
    while (at + count < lines.size() && std::abs(lines[at + count].font_size - size) < 0.3) {
      bytes += lines[at + count].utf8.size();
      letters = letters || has_letter(lines[at + count].utf8);
      if (++count > heading_lines_max || bytes > heading_bytes_max)
        return std::nullopt;  // large print, not a heading
    }
    if (!letters || bytes < 2) return std::nullopt;
    const auto rank =
        std::find_if(larger_sizes_.begin(), larger_sizes_.end(), [size](double s) { return s <= size + 0.3; });
    return Found{count,
                 static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(rank - larger_sizes_.begin() + 1, 6))};
  }

  std::map<std::pair<std::size_t, std::size_t>, Found> found_;  // by page and line
  bool by_title_ = false;
  double body_size_;
  std::vector<double> larger_sizes_;  // descending
};

double size_step(double size) { return std::round(size * 2) / 2; }

// Writes one page's lines as blocks.
class PageWriter {
 public:
  PageWriter(std::size_t page, const std::vector<PdfLine>& lines, const Headings& headings, TextBuilder& out)
      : page_(page), lines_(lines), headings_(headings), out_(out), pitch_(usual_pitch(lines)) {}

  void write() {
    for (std::size_t i = 0; i < lines_.size();) {
      if (const auto heading = headings_.at(page_, lines_, i)) {
        begin(Block::Kind::heading, heading->level);
        for (std::size_t k = 0; k < heading->lines; ++k) append(lines_[i + k]);
        out_.close_block();
        i += heading->lines;
        continue;
      }
      const PdfLine& line = lines_[i];
      if (line.row) {
        begin(i > 0 && lines_[i - 1].row ? Block::Kind::table_row : Block::Kind::table_header, 0);
      } else if (starts_with_bullet(line.utf8)) {
        begin(Block::Kind::list_item, 1);
      } else if (!out_.block_is_open() || begins_paragraph(lines_[i - 1], line)) {
        begin(line.typewriter ? Block::Kind::code : Block::Kind::paragraph, 0);
      }
      append(line);
      ++i;
    }
    out_.close_block();
  }

 private:
  void begin(Block::Kind kind, std::uint8_t level) {
    out_.close_block();
    if (out_.size() > 0) out_.separate(kind == Block::Kind::table_row ? "\n" : "\n\n");
    out_.open_block(kind, level);
    empty_ = true;
  }

  // Joins a word that was divided at the end of the line before; else a line end between the two.
  void append(const PdfLine& line) {
    const std::string_view words = line.utf8;
    const bool divides = !line.typewriter && out_.join_hyphenated(starts_lower(words) && !empty_);
    if (!std::exchange(empty_, false) && !divides) out_.separate("\n");
    out_.separate(words);
  }

  [[nodiscard]] bool begins_paragraph(const PdfLine& before, const PdfLine& line) const {
    if (before.row || before.typewriter != line.typewriter) return true;
    if (std::abs(before.font_size - line.font_size) > 0.08 * before.font_size) return true;
    const bool ended = is_sentence_end(before.utf8);
    const double step = line.bottom - before.bottom;
    if (step < -0.5 * height_of(before)) return ended || !starts_lower(line.utf8);  // the next column
    const double usual = pitch_ > 0 ? pitch_ : 1.4 * height_of(before);
    if (step > paragraph_pitch * usual && step > 1.05 * height_of(before)) return true;
    const double indent = line.left - before.left;
    return ended && indent > 0.7 * line.font_size && indent < 6 * line.font_size;
  }

  std::size_t page_;
  const std::vector<PdfLine>& lines_;
  const Headings& headings_;
  TextBuilder& out_;
  double pitch_;
  bool empty_ = true;
};

}  // namespace

PdfLayout::PdfLayout(std::vector<OutlineEntry> outline) : outline_(std::move(outline)) {}

void PdfLayout::add_page(std::uint32_t number, std::vector<PdfLine> lines) {
  for (const PdfLine& line : lines) bytes_ += line.utf8.size() + 2;
  pages_.push_back({number, std::move(lines)});
}

Text PdfLayout::take() {
  std::map<double, std::size_t> sizes;
  for (const PdfPage& page : pages_) {
    for (const PdfLine& line : page.lines) sizes[size_step(line.font_size)] += line.utf8.size();
  }
  const auto body =
      std::max_element(sizes.begin(), sizes.end(), [](auto& a, auto& b) { return a.second < b.second; });
  std::vector<double> larger;
  for (auto size = sizes.rbegin(); size != sizes.rend() && size->first > body->first * heading_growth; ++size) {
    larger.push_back(size->first);
  }
  const Headings headings(outline_, pages_, body != sizes.end() ? body->first : 0, std::move(larger));

  TextBuilder out({});
  std::vector<Page> pages;
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    const auto begin = static_cast<std::uint32_t>(out.size());
    PageWriter(i, pages_[i].lines, headings, out).write();
    pages.push_back({pages_[i].number, {begin, static_cast<std::uint32_t>(out.size())}});
    std::vector<PdfLine>().swap(pages_[i].lines);
  }
  Text text = out.take();
  text.pages = std::move(pages);
  return text;
}

}  // namespace kindling
