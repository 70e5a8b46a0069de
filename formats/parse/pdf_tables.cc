#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "formats/parse/pdf_layout.h"

namespace kindling {
namespace {

constexpr std::size_t prose_lines_min = 3;  // as many lines flush on both sides are prose, not cells
constexpr std::size_t prose_line_bytes_min = 24;
constexpr double flush = 2.5;              // points by which flush edges may differ
constexpr std::size_t table_rows_min = 2;  // with cells side by side
constexpr std::size_t lone_rows_max = 2;   // rows of one cell in a row: a cell that was broken
constexpr double row_distance_max = 2.5;   // of a line's height

bool flush_with(const PdfLine& a, const PdfLine& b) {
  return std::abs(a.left - b.left) < flush && std::abs(a.right - b.right) < flush && b.top > a.top;
}

// Which lines are prose: flush on both sides with those around them, and what ends such a paragraph.
std::vector<bool> prose_lines(const std::vector<PdfLine>& lines) {
  std::vector<bool> prose(lines.size(), false);
  for (std::size_t begin = 0; begin < lines.size();) {
    std::size_t end = begin + 1;
    while (end < lines.size() && flush_with(lines[end - 1], lines[end])) ++end;
    const bool wordy =
        lines[begin].utf8.size() >= prose_line_bytes_min && !lines[begin].utf8.ends_with(pdf_leader);
    if (wordy && end - begin >= prose_lines_min) {
      std::fill(prose.begin() + static_cast<std::ptrdiff_t>(begin),
                prose.begin() + static_cast<std::ptrdiff_t>(end), true);
      const bool has_last = end < lines.size() && std::abs(lines[end].left - lines[begin].left) < flush &&
                            lines[end].top - lines[end - 1].top < 2 * height_of(lines[end]) &&
                            lines[end].top > lines[end - 1].top;
      if (has_last) prose[end] = true;
      if (begin > 0 && std::abs(lines[begin - 1].right - lines[begin].right) < flush)
        prose[begin - 1] = true;  // indented
    }
    begin = end;
  }
  return prose;
}

struct Row {
  std::vector<std::size_t> cells;  // indexes of lines
  double top = 0, bottom = 0;
};

// All lines that are not prose, by height on the page.
std::vector<Row> rows_of(const std::vector<PdfLine>& lines, const std::vector<bool>& prose) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!prose[i]) order.push_back(i);
  }
  const auto middle = [&](std::size_t i) { return lines[i].top + lines[i].bottom; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return middle(a) < middle(b); });
  std::vector<Row> rows;
  for (const std::size_t i : order) {
    const PdfLine& line = lines[i];
    const bool same =
        !rows.empty() && std::min(rows.back().bottom, line.bottom) - std::max(rows.back().top, line.top) >
                             0.6 * std::min(rows.back().bottom - rows.back().top, height_of(line));
    if (!same) rows.push_back({{}, line.top, line.bottom});
    rows.back().cells.push_back(i);
  }
  for (Row& row : rows) {
    std::stable_sort(row.cells.begin(), row.cells.end(),
                     [&](std::size_t a, std::size_t b) { return lines[a].left < lines[b].left; });
  }
  return rows;
}

bool side_by_side(const std::vector<PdfLine>& lines, const Row& row) {
  for (std::size_t c = 1; c < row.cells.size(); ++c) {
    if (lines[row.cells[c]].left < lines[row.cells[c - 1]].right) return false;
  }
  return row.cells.size() > 1;
}

struct Zone {
  std::size_t begin;  // in rows
  std::size_t end;
};

std::vector<Zone> zones_of(const std::vector<PdfLine>& lines, const std::vector<Row>& rows) {
  std::vector<Zone> zones;
  for (std::size_t begin = 0; begin < rows.size(); ++begin) {
    if (!side_by_side(lines, rows[begin])) continue;
    std::size_t end = begin + 1;
    std::size_t full = 1;
    for (std::size_t i = end, lone = 0; i < rows.size() && lone <= lone_rows_max; ++i) {
      const double height = rows[i].bottom - rows[i].top;
      if (rows[i].top - rows[i - 1].bottom > row_distance_max * std::max(height, 1.0)) break;
      if (side_by_side(lines, rows[i])) {
        ++full;
        lone = 0;
        end = i + 1;
      } else if (rows[i].cells.size() > 1) {
        break;
      } else {
        ++lone;
      }
    }
    if (full >= table_rows_min) zones.push_back({begin, end});
    begin = end - 1;
  }
  return zones;
}

PdfLine joined(const std::vector<PdfLine>& lines, const Row& row) {
  PdfLine whole = lines[row.cells.front()];
  whole.row = std::none_of(row.cells.begin(), row.cells.end(),  // a table of data, not of contents
                           [&](std::size_t i) { return lines[i].utf8.find(pdf_leader) != std::string::npos; });
  for (std::size_t c = 1; c < row.cells.size(); ++c) {
    const PdfLine& cell = lines[row.cells[c]];
    whole.utf8 += (whole.row ? " | " : " ") + cell.utf8;
    whole.right = std::max(whole.right, cell.right);
  }
  if (!whole.row) return whole;
  for (std::size_t at = whole.utf8.find("  "); at != std::string::npos; at = whole.utf8.find("  ", at)) {
    whole.utf8.replace(at, 2, " | ");
  }
  return whole;
}

}  // namespace

std::vector<PdfLine> join_table_rows(std::vector<PdfLine> lines) {
  const std::vector<Row> rows = rows_of(lines, prose_lines(lines));
  const std::vector<Zone> zones = zones_of(lines, rows);
  if (zones.empty()) return lines;
  constexpr std::size_t none = SIZE_MAX;
  std::vector<std::size_t> zone_of_line(lines.size(), none);
  for (std::size_t z = 0; z < zones.size(); ++z) {
    for (std::size_t r = zones[z].begin; r < zones[z].end; ++r) {
      for (const std::size_t i : rows[r].cells) zone_of_line[i] = z;
    }
  }
  // Each table stands where its first cell stood in reading order.
  std::vector<bool> written(zones.size(), false);
  std::vector<PdfLine> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t z = zone_of_line[i];
    if (z == none) {
      out.push_back(std::move(lines[i]));
    } else if (!written[z]) {
      written[z] = true;
      for (std::size_t r = zones[z].begin; r < zones[z].end; ++r) out.push_back(joined(lines, rows[r]));
    }
  }
  return out;
}

}  // namespace kindling
