#include "engine/answer/answer_text.h"

#include <algorithm>

#include "engine/answer/sentence_shape.h"
#include "engine/pack/leads.h"

namespace kindling {
namespace {

enum class Form { prose, row, code };

// Nothing but white space, and no empty line: of one paragraph.
bool joins(std::string_view gap) {
  return gap.find_first_not_of(" \t\r\n") == gap.npos && std::count(gap.begin(), gap.end(), '\n') <= 1;
}

Form form_of(std::string_view text) {
  if (is_table_row(text)) return Form::row;
  return is_code_like(text) ? Form::code : Form::prose;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

// The line that separates a header of as many cells from its rows.
std::string rule_below(std::string_view header) {
  const auto bars = std::count(header.begin(), header.end(), '|');
  std::string rule = "|";
  for (auto cells = std::max<std::ptrdiff_t>(bars - 1, 1); cells > 0; --cells) rule += " --- |";
  return rule;
}

class AnswerText {
 public:
  explicit AnswerText(const Snapshot& snapshot) : snapshot_(snapshot) {}

  void add(const Quotation& quotation) {
    const std::string_view text = snapshot_.document(quotation.document).text;
    const std::string_view quoted = slice(text, quotation.span);
    const Form form = form_of(quoted);
    switch (form) {
      case Form::row:
        add_row(quotation, text);
        break;
      case Form::code:
        break_line();
        text_ += "```\n" + std::string(quoted) + "\n```";
        break;
      case Form::prose:
        join(quotation);
        text_ += on_one_line(quoted);
        break;
    }
    text_ += " [" + std::to_string(++number_) + "]";
    form_ = form;
    last_ = quotation;
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void break_line() {
    if (!text_.empty()) text_ += "\n";
  }

  // Sentences of one section make a paragraph.
  void join(const Quotation& quotation) {
    if (text_.empty()) return;
    const bool paragraph = form_ == Form::prose && last_.section == quotation.section;
    text_ += paragraph ? " " : "\n";
  }

  void add_row(const Quotation& quotation, std::string_view text) {
    LeadFinder finder(text);
    const std::optional<ByteSpan> header = finder.lead_of(quotation.span);
    const bool same_table =
        form_ == Form::row && last_.document == quotation.document && header && header_ == header;
    // A header that is itself an answer stands above its rows already.
    const bool shown = form_ == Form::row && last_.document == quotation.document && header &&
                       last_.span.begin <= header->begin && header->end <= last_.span.end;
    break_line();
    if (header && !same_table) {
      const std::string_view line = trimmed(slice(text, *header));
      if (!shown) text_ += std::string(line) + "\n";
      text_ += rule_below(line) + "\n";
    }
    header_ = header;
    text_ += trimmed(slice(text, quotation.span));
  }

  const Snapshot& snapshot_;
  std::string text_;
  std::uint32_t number_ = 0;
  Form form_ = Form::prose;
  Quotation last_;
  std::optional<ByteSpan> header_;  // of the table of `last_`
};

}  // namespace

std::vector<Quotation> quotations(const Snapshot& snapshot, std::span<const Unit> units,
                                  std::span<const UnitIndex> strongest_first) {
  std::vector<DocumentIndex> documents;  // by their strongest sentence
  for (const UnitIndex unit : strongest_first) {
    const DocumentIndex document = units[position(unit)].document;
    if (std::find(documents.begin(), documents.end(), document) == documents.end())
      documents.push_back(document);
  }
  std::vector<UnitIndex> reading(strongest_first.begin(), strongest_first.end());
  std::sort(reading.begin(), reading.end(), [](UnitIndex a, UnitIndex b) { return position(a) < position(b); });
  std::vector<Quotation> runs;
  for (const DocumentIndex document : documents) {
    const std::string_view text = snapshot.document(document).text;
    for (const UnitIndex index : reading) {
      const Unit& unit = units[position(index)];
      if (unit.document != document) continue;
      const bool prose = form_of(slice(text, unit.span)) == Form::prose;
      if (!runs.empty() && prose && runs.back().document == document && runs.back().section == unit.section &&
          form_of(slice(text, runs.back().span)) == Form::prose && runs.back().span.end <= unit.span.begin &&
          joins(slice(text, {runs.back().span.end, unit.span.begin}))) {
        runs.back().span.end = unit.span.end;
      } else {
        runs.push_back({document, unit.section, unit.span});
      }
    }
  }
  return runs;
}

std::string answer_text(const Snapshot& snapshot, std::span<const Quotation> quotations) {
  AnswerText text(snapshot);
  for (const Quotation& quotation : quotations) text.add(quotation);
  return text.take();
}

}  // namespace kindling
