#include "index/terms/named_documents.h"

#include <algorithm>
#include <optional>

#include "index/terms/document_names.h"

namespace kindling {
namespace {

constexpr std::size_t name_bytes_max = 256;  // a longer one is no name
constexpr std::size_t ending_bytes_max = 3;  // that stemming may have taken from a word

// 0 to 35 for a digit or a letter, whatever its case.
std::optional<std::size_t> letter_number(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::size_t>(c - '0');
  if (c >= 'a' && c <= 'z') return static_cast<std::size_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return static_cast<std::size_t>(c - 'A') + 10;
  return std::nullopt;
}

std::optional<std::size_t> beginning_of(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto first = letter_number(text[0]);
  const auto second = letter_number(text[1]);
  if (!first || !second) return std::nullopt;
  return *first * 36 + *second;
}

bool is_number(std::string_view term) {
  return std::all_of(term.begin(), term.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

}  // namespace

NamedDocuments::NamedDocuments(std::span<const LexicalSegment> segments, std::size_t segment,
                               const AskedQuestion& asked)
    : segments_(segments), segment_(*segments[segment].segment), asked_(asked), begins_(beginnings) {
  for (const std::string_view term : asked.texts) {
    if (const auto beginning = beginning_of(term)) begins_[*beginning] = true;
    beyond_ascii_ |= std::any_of(term.begin(), term.end(), [](char c) { return (c & 0x80) != 0; });
  }
}

float NamedDocuments::named(std::uint32_t document) {
  if (document == last_) return last_named_;
  last_ = document;
  last_named_ = 0;
  const Segment::NameSources sources = segment_.name_sources(document, copy_);
  for (const std::string_view name : names_of(sources.uri, sources.source, sources.metadata)) {
    if (name.size() <= name_bytes_max && may_name(name))
      last_named_ = std::max(last_named_, named_by(name, static_cast<Language>(sources.language)));
  }
  return last_named_;
}

// Words begin behind what is no letter, and at capitals.
bool NamedDocuments::may_name(std::string_view name) const {
  bool inside = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((name[i] & 0x80) != 0) {
      if (beyond_ascii_) return true;
      inside = false;
      continue;
    }
    const bool begins = !inside || is_upper(name[i]);
    inside = letter_number(name[i]).has_value();
    if (!begins || !inside) continue;
    const auto beginning = beginning_of(name.substr(i));
    if (beginning && begins_[*beginning]) return true;
  }
  return false;
}

float NamedDocuments::named_by(std::string_view name, Language language) {
  std::vector<Term> terms = analyze(name, language);
  std::vector<std::string_view> counted;
  double shared = 0;
  double all = 0;
  float joined = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string& term = terms[i].text;
    const bool whole = i + 1 < terms.size() && terms[i + 1].part && !terms[i].part;
    if (whole || std::find(counted.begin(), counted.end(), term) != counted.end()) continue;
    counted.push_back(term);
    const auto asked = std::find(asked_.texts.begin(), asked_.texts.end(), term);
    if (asked != asked_.texts.end()) {
      const double idf = asked_.sections.idf[static_cast<std::size_t>(asked - asked_.texts.begin())];
      shared += idf * idf;
      all += idf * idf;
    } else if (!is_number(term)) {
      all += squared_idf(term);
      joined = std::max(joined, named_by_joined(lower_ascii(slice(name, terms[i].span))));
    }
  }
  const double named = shared > 0 ? shared * shared / (asked_.idf2 * all) : 0;
  return std::max(static_cast<float>(named), joined);
}

// Two terms or more that follow each other in the question, each with what stemming may have taken from it.
float NamedDocuments::named_by_joined(std::string_view word) const {
  double best = 0;
  for (std::size_t first = 0; first < asked_.texts.size(); ++first) {
    std::string_view rest = word;
    double shared = 0;
    for (std::size_t i = first; i < asked_.texts.size(); ++i) {
      const std::size_t passed =
          i == first ? (rest.starts_with(asked_.texts[i]) ? 0 : rest.npos) : rest.find(asked_.texts[i]);
      if (asked_.texts[i].size() < 2 || passed > ending_bytes_max) break;
      rest.remove_prefix(passed + asked_.texts[i].size());
      shared += double{asked_.sections.idf[i]} * double{asked_.sections.idf[i]};
      if (i > first && rest.size() <= ending_bytes_max) best = std::max(best, shared);
    }
  }
  return static_cast<float>(best / asked_.idf2);
}

double NamedDocuments::squared_idf(const std::string& term) {
  const auto [at, inserted] = squared_idfs_.try_emplace(term, 0.0);
  if (inserted) {
    const double idf = asked_.sections.idf_of(section_frequency(segments_, term));
    at->second = idf * idf;
  }
  return at->second;
}

}  // namespace kindling
