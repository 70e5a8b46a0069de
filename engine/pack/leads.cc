#include "engine/pack/leads.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/pack/unit_sets.h"

namespace kindling {
namespace {

constexpr std::uint32_t attribution_bytes_max = 120;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_blank_or_return(char c) { return is_blank(c) || c == '\r'; }

// rfind of a character looks at one byte after the other; this is asked for every sentence that may go in.
std::size_t last_line_end(std::string_view text) {
  const void* found = text.empty() ? nullptr : ::memrchr(text.data(), '\n', text.size());
  return found == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

constexpr std::uint32_t reach = 2'048;

// Where the line around `at` begins, or as far before it as is looked.
std::uint32_t line_begin(std::string_view text, std::uint32_t at) {
  const std::uint32_t from = at > reach ? at - reach : 0;
  const std::size_t before = last_line_end(slice(text, {from, at}));
  return before == text.npos ? from : from + static_cast<std::uint32_t>(before) + 1;
}

// The line around `at`, cut where it is longer than any that could lead: a text may be one line.
ByteSpan line_at(std::string_view text, std::uint32_t at) {
  const std::string_view rest = text.substr(at, reach);
  const std::size_t end = rest.find('\n');
  return {line_begin(text, at), at + static_cast<std::uint32_t>(end == rest.npos ? rest.size() : end)};
}

// Whether line_at(text, at) is `line` too: it was not cut, and would not be cut from there.
bool is_line_at(std::string_view text, ByteSpan line, std::uint32_t at) {
  if (at < line.begin || at > line.end) return false;
  const bool begins = line.begin == 0 ? at <= reach : text[line.begin - 1] == '\n' && at < line.begin + reach;
  const bool ends =
      line.end == text.size() ? line.end - at <= reach : text[line.end] == '\n' && line.end - at < reach;
  return begins && ends;
}

std::optional<ByteSpan> line_before(std::string_view text, ByteSpan line) {
  if (line.begin == 0) return std::nullopt;
  const std::uint32_t at = line.begin - 1;
  if (text[at] != '\n') return line_at(text, at);  // `line` was cut
  return ByteSpan{line_begin(text, at), at};
}

std::optional<ByteSpan> line_after(std::string_view text, ByteSpan line) {
  if (line.end + 1 >= text.size()) return std::nullopt;
  return line_at(text, line.end + 1);
}

// Not by find_first_not_of, which searches its set for every byte.
std::string_view bare(std::string_view line) {
  while (!line.empty() && is_blank_or_return(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank_or_return(line.back())) line.remove_suffix(1);
  return line;
}

bool is_row(std::string_view line) {
  const std::string_view row = bare(line);
  return row.size() > 1 && row.front() == '|' && row.find('|', 1) != row.npos;
}

std::size_t indentation(std::string_view line) {
  return static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_blank) - line.begin());
}

// How far the line is set in when that is less than `depth` and the line is not empty.
std::optional<std::size_t> indentation_below(std::string_view line, std::size_t depth) {
  const std::size_t first = indentation(line.substr(0, depth));
  if (first == std::min(depth, line.size()) || bare(line.substr(first)).empty()) return std::nullopt;
  return first;
}

bool begins_with_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.starts_with(word); });
}

// A line that opens a definition: by the word that it begins with, or as "name(...) {".
bool is_signature(std::string_view line) {
  static constexpr std::array<std::string_view, 3> indented_bodies{"def ", "async def ", "class "};
  static constexpr std::array<std::string_view, 14> braced_bodies{
      "class ", "struct ", "interface ", "enum ",     "trait ",  "impl ",  "namespace ",
      "fn ",    "pub ",    "func ",      "function ", "export ", "async ", "template "};
  static constexpr std::array<std::string_view, 8> statements{"if ",    "if(",    "for ",   "for(",
                                                              "while ", "while(", "switch", "else"};
  const std::string_view code = bare(line);
  if (code.size() < 4) return false;
  if (code.back() == ':') return begins_with_any(code, indented_bodies);
  if (code.back() != '{' || code.front() == '}') return false;
  if (begins_with_any(code, braced_bodies)) return true;
  return code.find('(') != code.npos && !begins_with_any(code, statements);
}

// "-- Name", with the kinds of dashes that typesetters use; a list's hyphen is none.
bool is_attribution(std::string_view line) {
  static constexpr std::array<std::string_view, 4> dashes{"--", "\u2014", "\u2015", "\u2013"};
  if (line.empty() || line.size() > attribution_bytes_max) return false;
  for (const std::string_view dash : dashes) {
    if (!line.starts_with(dash)) continue;
    const std::string_view name = bare(line.substr(dash.size()));
    return !name.empty() && name.front() != '-' && name.find_first_of("|:") == name.npos;
  }
  return false;
}

std::string_view without_quote_marks(std::string_view line) {
  std::string_view words = bare(line);
  while (!words.empty() && words.front() == '>') words = bare(words.substr(1));
  return words;
}

bool ends_sentence(std::string_view text) {
  static constexpr std::array<std::string_view, 8> ends{".", "!", "?", "\"", "'", "\u201d", "\u2019", "\u00bb"};
  const std::string_view words = bare(text);
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return words.ends_with(end); });
}

// `line`: that of the sentence's last character. `marked`: whether it is of a marked quotation.
std::optional<ByteSpan> attribution_below(std::string_view text, ByteSpan span, ByteSpan line, bool marked) {
  if (!marked && (!bare(slice(text, {span.end, line.end})).empty() || !ends_sentence(slice(text, span))))
    return std::nullopt;
  if (is_attribution(without_quote_marks(slice(text, line)))) return std::nullopt;
  std::optional<ByteSpan> below = line_after(text, line);
  for (std::size_t n = 0; n < lead_lines_max && below; ++n, below = line_after(text, *below)) {
    const std::string_view whole = slice(text, *below), words = without_quote_marks(whole);
    if (marked && !bare(whole).starts_with('>') && !words.empty() && !is_attribution(words))
      return std::nullopt;
    if (words.empty()) continue;
    if (is_attribution(words)) {
      // One of several lines that begin with a dash is an item of a list, not a name.
      const std::optional<ByteSpan> next = line_after(text, *below);
      if (next && is_attribution(without_quote_marks(slice(text, *next)))) return std::nullopt;
      const auto skipped = static_cast<std::uint32_t>(words.data() - text.data());
      return ByteSpan{skipped, skipped + static_cast<std::uint32_t>(words.size())};
    }
    if (!marked) return std::nullopt;
  }
  return std::nullopt;
}

ByteSpan without_indentation(std::string_view text, ByteSpan line) {
  line.begin += static_cast<std::uint32_t>(indentation(slice(text, line)));
  return line;
}

}  // namespace

std::optional<ByteSpan> LeadFinder::lead_of(ByteSpan span) {
  const Line& line = line_around(span.begin);
  if (line.row) return table_header(line.span);
  if (line.signature) return without_indentation(text_, *line.signature);
  const Line& last = line_around(span.end == 0 ? 0 : span.end - 1);
  return attribution_below(text_, span, last.span, last.marked);
}

const LeadFinder::Line& LeadFinder::line_around(std::uint32_t at) {
  if (line_ && is_line_at(text_, line_->span, at)) return *line_;
  Line line;
  line.span = line_at(text_, at);
  const std::string_view words = slice(text_, line.span);
  line.row = is_row(words);
  line.marked = bare(words).starts_with('>');
  if (!line.row) line.signature = signature_above(line.span);
  line_ = line;
  return *line_;
}

// Upwards, until the text joins the levels of the last line that was asked about; these say the rest.
std::optional<ByteSpan> LeadFinder::signature_above(ByteSpan line) {
  const std::string_view asked = slice(text_, line);
  const std::size_t depth = indentation(asked);
  if (depth == 0) return std::nullopt;
  std::vector<Level> inner{{line, depth, is_signature(asked), line, 0}};  // of this line, innermost first
  std::size_t lines = 0;  // from `line` to where has been looked
  while (inner.size() == 1 || (!inner.back().signature && inner.back().indentation > 0)) {
    Level& outer = inner.back();
    if (!levels_.empty() && outer.looked_to.begin < levels_.back().line.begin) levels_.clear();
    if (!levels_.empty() && outer.looked_to.begin == levels_.back().line.begin && lines > 0) {
      if (lines > lead_lines_max) break;
      const Level known = levels_.back();
      levels_.pop_back();
      lines += known.looked_lines;
      if (known.indentation < outer.indentation) {
        inner.push_back(known);
      } else {
        outer.looked_to = known.looked_to;
        outer.looked_lines += known.looked_lines;
      }
      continue;
    }
    const std::optional<ByteSpan> above = line_before(text_, outer.looked_to);
    if (!above || lines >= lead_lines_max) break;
    outer.looked_to = *above;
    ++outer.looked_lines;
    ++lines;
    const std::string_view words = slice(text_, *above);
    const auto less = indentation_below(words, outer.indentation);
    const bool joins = !levels_.empty() && levels_.back().line.begin == above->begin;
    if (less && !joins) inner.push_back({*above, *less, is_signature(words), *above, 0});
  }
  const Level& last = inner.back();
  const bool found = last.signature && inner.size() > 1;
  const std::optional<ByteSpan> signature = found ? std::optional(last.line) : std::nullopt;
  levels_.insert(levels_.end(), inner.rbegin(), inner.rend());
  return signature;
}

std::optional<ByteSpan> LeadFinder::table_header(ByteSpan line) {
  ByteSpan first = line;
  std::optional<ByteSpan> above = line_before(text_, line);
  for (std::size_t n = 0; n < lead_lines_max && above && is_row(slice(text_, *above)); ++n) {
    if (*above == known_row_) {
      first = known_header_;
      break;
    }
    first = *above;
    above = line_before(text_, *above);
  }
  known_row_ = line;
  known_header_ = first;
  if (first == line) return std::nullopt;
  return without_indentation(text_, first);
}

namespace {

// The sentence of the document that begins at or spans `at`; of the chunks in text order.
std::optional<Unit> unit_at(const Snapshot& snapshot, const DocumentView& document, std::uint32_t at) {
  std::uint32_t low = position(document.first_chunk), high = low + document.chunk_count;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (snapshot.chunk(ChunkIndex{middle}).span.begin <= at ? low : high) = middle;
  }
  if (low == high) return std::nullopt;
  const ChunkView chunk = snapshot.chunk(ChunkIndex{low});
  for (const Sentence& sentence : chunk.sentences) {
    const ByteSpan span = without_trailing_space(document.text, sentence.span);
    if (span.begin <= at && at < span.end) {
      Unit unit{chunk.document, chunk.section, chunk.index, span};
      unit.apart = true;
      return unit;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Unit> with_leads(const Snapshot& snapshot, std::vector<Unit> units) {
  std::vector<Unit> leads;
  for (std::size_t first = 0; first < units.size();) {
    std::size_t end = first + 1;
    while (end < units.size() && units[end].document == units[first].document) ++end;
    LeadFinder finder(snapshot.utf8_of(units[first].document));
    for (std::size_t i = first; i < end; ++i) {
      const auto line = finder.lead_of(units[i].span);
      if (!line) continue;
      if (!leads.empty() && leads.back().document == units[i].document &&
          leads.back().span.begin <= line->begin && line->begin < leads.back().span.end) {
        units[i].lead = leads.back().span;
        continue;
      }
      const std::optional<Unit> lead = unit_at(snapshot, snapshot.document(units[first].document), line->begin);
      if (!lead || lead->span == units[i].span) continue;
      units[i].lead = lead->span;
      leads.push_back(*lead);
    }
    first = end;
  }
  if (leads.empty()) return units;
  const auto earlier = [](const Unit& a, const Unit& b) {
    return a.chunk != b.chunk ? a.chunk < b.chunk : a.span.begin < b.span.begin;
  };
  std::sort(leads.begin(), leads.end(), earlier);
  leads.erase(std::unique(leads.begin(), leads.end(),
                          [](const Unit& a, const Unit& b) { return a.chunk == b.chunk && a.span == b.span; }),
              leads.end());
  units = united(units, leads);
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    if (units[i].apart && !(units[i].value > 0)) units[i + 1].apart = true;
  }
  return units;
}

}  // namespace kindling
