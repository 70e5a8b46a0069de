#include "tokenizer/token_prefix.h"

#include <algorithm>

#include "base/check.h"
#include "base/parallel.h"

namespace kindling {
namespace {

constexpr std::size_t border_bytes = 64;      // at least, from one border to the next
constexpr std::ptrdiff_t borders_undone = 4;  // before an end: what pieces are there depends on what follows
constexpr std::size_t parallel_bytes_min = std::size_t{1} << 20;
constexpr std::size_t part_bytes = std::size_t{1} << 18;

bool is_ascii_word(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

bool cuts_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

// The first place from `at` on with a line end before it and ASCII letters or digits around: every pattern has
// a border there, whatever comes before or behind.
std::size_t next_cut(std::string_view text, std::size_t at) {
  for (at = std::max<std::size_t>(at, 2); at < text.size(); ++at) {
    at = text.find('\n', at - 1);
    if (at == std::string_view::npos) break;
    ++at;
    if (at < text.size() && is_ascii_word(text[at]) && is_ascii_word(text[at - 2])) return at;
  }
  return text.size();
}

}  // namespace

TokenPrefix::TokenPrefix(const Tokenizer& tokenizer, std::string text)
    : tokenizer_(tokenizer), text_(std::move(text)) {
  extend();
}

// Counts from the last border that cannot change.
void TokenPrefix::extend() {
  KINDLING_CHECK(text_.size() <= UINT32_MAX);
  borders_.resize(by_pieces_ ? std::max<std::size_t>(borders_.size(), borders_undone) - borders_undone : 0);
  if (borders_.empty()) borders_.push_back({0, 0});
  const Border start = borders_.back();
  tokens_ = start.tokens;
  by_pieces_ = tokenizer_.each_piece(
      std::string_view(text_).substr(start.at), [&](std::size_t end, std::uint64_t tokens) {
        tokens_ += tokens;
        const std::size_t at = start.at + end;
        if (at - borders_.back().at >= border_bytes)
          borders_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(tokens_)});
        return true;
      });
}

void TokenPrefix::append(std::string_view more) {
  text_ += more;
  extend();
}

TokenCount TokenPrefix::count() const {
  return by_pieces_ ? TokenCount{tokens_, tokens_} : tokenizer_.count(text_);
}

// The last border at or before `at`.
const TokenPrefix::Border* TokenPrefix::border_at_or_before(std::size_t at) const {
  const auto behind =
      std::upper_bound(borders_.begin(), borders_.end(), at,
                       [](std::size_t place, const Border& border) { return place < border.at; });
  return &*(behind - 1);
}

TokenCount TokenPrefix::count(ByteSpan span) const {
  const std::string_view text(text_);
  const std::string_view part = slice(text, span);
  if (!by_pieces_ || cuts_character(text, span.begin) || cuts_character(text, span.end))
    return tokenizer_.count(part);
  const Border* last = border_at_or_before(span.end);
  const Border* first = border_at_or_before(span.begin);
  if (last - first <= 2 * borders_undone) return tokenizer_.count(part);
  last -= borders_undone;

  // Scan until a border of the document is met; it may be behind `last` only in a text without borders.
  std::uint64_t tokens = 0;
  const Border* met = nullptr;
  const Border* next = first;
  const bool scanned = tokenizer_.each_piece(part, [&](std::size_t end, std::uint64_t of_piece) {
    tokens += of_piece;
    const std::size_t at = span.begin + end;
    while (next < last && next->at < at) ++next;
    if (next->at == at) met = next;
    return met == nullptr && at < last->at;
  });
  if (!scanned || met == nullptr) return tokenizer_.count(part);
  tokens += last->tokens - met->tokens;
  tokens += tokenizer_.count(text.substr(last->at, span.end - last->at)).tokens;
  return {tokens, tokens};
}

TokenCount count_on_threads(const Tokenizer& tokenizer, std::string_view text, unsigned threads) {
  const bool by_pieces = tokenizer.each_piece({}, [](std::size_t, std::uint64_t) { return true; });
  if (threads <= 1 || text.size() < parallel_bytes_min || !by_pieces) return tokenizer.count(text);
  std::vector<std::size_t> cuts = {0};
  while (cuts.back() < text.size()) cuts.push_back(next_cut(text, cuts.back() + part_bytes));
  std::vector<TokenCount> counts(cuts.size() - 1);
  parallel_for(counts.size(), threads, [&](std::size_t i) {
    counts[i] = tokenizer.count(text.substr(cuts[i], cuts[i + 1] - cuts[i]));
  });
  TokenCount total;
  for (const TokenCount count : counts) total += count;
  return total;
}

}  // namespace kindling
