// PDFs small enough to read, made with a correct cross-reference table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kindling {

struct PdfText {
  double x, y;  // from the lower left corner of a page of 612 x 792 points
  double size;
  std::string words;
};

// One page for each list of words. `outline`: title and index of the page, one level.
inline std::string small_pdf(const std::vector<std::vector<PdfText>>& pages, std::string_view title = {},
                             const std::vector<std::pair<std::string, std::size_t>>& outline = {}) {
  std::vector<std::string> objects;
  const std::size_t first_page = 4;  // 1 catalog, 2 pages, 3 font, then page and content of each
  const std::size_t info = first_page + pages.size() * 2;
  const std::size_t outlines = info + 1;
  const auto reference = [](std::size_t number) { return std::to_string(number) + " 0 R"; };
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += reference(first_page + 2 * i) + " ";
  objects.push_back("<< /Type /Catalog /Pages 2 0 R" +
                    (outline.empty() ? "" : " /Outlines " + reference(outlines)) + " >>");
  objects.push_back("<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>");
  objects.push_back("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string content = "BT\n";
    for (const PdfText& text : pages[i]) {
      content += "/F1 " + std::to_string(text.size) + " Tf 1 0 0 1 " + std::to_string(text.x) + " " +
                 std::to_string(text.y) + " Tm (" + text.words + ") Tj\n";
    }
    content += "ET\n";
    objects.push_back(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
        "/Contents " +
        reference(first_page + 2 * i + 1) + " >>");
    objects.push_back("<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "endstream");
  }
  objects.push_back("<< /Title (" + std::string(title) + ") >>");
  if (!outline.empty()) {
    const std::size_t first = outlines + 1;
    objects.push_back("<< /Type /Outlines /First " + reference(first) + " /Last " +
                      reference(outlines + outline.size()) + " /Count " + std::to_string(outline.size()) +
                      " >>");
    for (std::size_t i = 0; i < outline.size(); ++i) {
      objects.push_back("<< /Title (" + outline[i].first + ") /Parent " + reference(outlines) + " /Dest [" +
                        reference(first_page + 2 * outline[i].second) + " /Fit]" +
                        (i > 0 ? " /Prev " + reference(first + i - 1) : "") +
                        (i + 1 < outline.size() ? " /Next " + reference(first + i + 1) : "") + " >>");
    }
  }
  std::string pdf = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string offset = std::to_string(pdf.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string size = std::to_string(objects.size() + 1);
  const std::string start = std::to_string(pdf.size());
  return pdf + "xref\n0 " + size + "\n" + table + "trailer\n<< /Size " + size + " /Root 1 0 R /Info " +
         reference(info) + " >>\nstartxref\n" + start + "\n%%EOF\n";
}

}  // namespace kindling
