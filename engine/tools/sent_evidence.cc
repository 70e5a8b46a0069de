#include "engine/tools/sent_evidence.h"

#include <algorithm>
#include <string_view>

namespace kindling {
namespace {

ByteSpan trimmed(std::string_view text, ByteSpan span) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  while (!span.empty() && blanks.find(text[span.begin]) != blanks.npos) ++span.begin;
  while (!span.empty() && blanks.find(text[span.end - 1]) != blanks.npos) --span.end;
  return span;
}

}  // namespace

void SentEvidence::add(std::uint32_t number, DocumentRun run) {
  const DocumentIndex document = snapshot_->document_of(run.section);
  sent_[position(document)].push_back({number, run.span});
  document_.emplace(number, document);
  last_ = std::max(last_, number);
}

std::optional<DocumentIndex> SentEvidence::document_of(std::uint32_t passage) const {
  const auto found = document_.find(passage);
  return found == document_.end() ? std::nullopt : std::optional(found->second);
}

SentEvidence::News SentEvidence::news(DocumentRun run) const {
  const DocumentIndex document = snapshot_->document_of(run.section);
  std::vector<Sent> covering;
  if (const auto found = sent_.find(position(document)); found != sent_.end()) {
    for (const Sent& sent : found->second)
      if (sent.span.overlaps(run.span)) covering.push_back(sent);
  }
  std::sort(covering.begin(), covering.end(),
            [](const Sent& a, const Sent& b) { return a.span.begin < b.span.begin; });
  const std::string_view text = snapshot_->document(document).text;
  News news;
  const auto keep = [&](std::uint32_t begin, std::uint32_t end) {
    if (begin >= end) return;
    if (const ByteSpan span = trimmed(text, {begin, end}); !span.empty()) news.spans.push_back(span);
  };
  std::uint32_t at = run.span.begin;
  for (const Sent& sent : covering) {
    keep(at, sent.span.begin);
    at = std::max(at, sent.span.end);
    news.passages.push_back(sent.number);
  }
  keep(at, run.span.end);
  std::sort(news.passages.begin(), news.passages.end());
  return news;
}

}  // namespace kindling
