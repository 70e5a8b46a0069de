#include "engine/tools/exchange.h"

#include <algorithm>

#include "engine/pack/request_count.h"

namespace kindling {
namespace {

constexpr std::string_view no_more = "No more calls are possible: answer now, from what you have.\n";

std::vector<ChatMessage> joined(std::span<const ChatMessage> before, const Exchange& exchange,
                                const WrittenResults& written) {
  std::vector<ChatMessage> messages(before.begin(), before.end());
  messages.push_back(exchange.asked);
  for (std::size_t i = 0; i < written.texts.size(); ++i) {
    ChatMessage& message = messages.emplace_back();
    message.role = "tool";
    message.content = written.texts[i];
    message.tool_call_id = exchange.asked.tool_calls[i].id;
  }
  return messages;
}

}  // namespace

TokenCount ExchangeFitter::counted(std::span<const ChatMessage> messages, bool offering) const {
  return count_request(profile, tokenizer,
                       {.messages = messages, .tools = offering ? offer : Json(), .media = {}});
}

std::optional<FittedExchange> ExchangeFitter::fit(std::span<const ChatMessage> before, Exchange& exchange,
                                                  std::uint64_t tokens_max, bool goes_on) const {
  for (CallResult& result : exchange.results) result.kept.assign(result.kept.size(), true);
  for (;;) {
    WrittenResults written = write_results(snapshot, exchange.results, sent, fence);
    if (!goes_on && !written.texts.empty()) written.texts.back() += no_more;
    if (cut_long_results(exchange, written)) continue;
    FittedExchange fitted{joined(before, exchange, written), std::move(written.runs), {}};
    const std::uint64_t tokens = counted(fitted.messages, goes_on).tokens_max;
    if (tokens <= tokens_max) {
      for (const std::string& text : written.texts) fitted.tokens.push_back(tokenizer.count(text).tokens);
      return fitted;
    }
    if (!drop_least(exchange.results, tokens - tokens_max)) return std::nullopt;
  }
}

std::uint64_t ExchangeFitter::tokens_of(const ToolPiece& piece) const {
  if (!piece.run) return tokenizer.count(piece.text).tokens_max;
  const DocumentView document = snapshot.document(snapshot.document_of(piece.run->section));
  return tokenizer.count(slice(document.text, piece.run->span)).tokens_max;
}

// Each result for itself. True: something went.
bool ExchangeFitter::cut_long_results(Exchange& exchange, const WrittenResults& written) const {
  bool cut = false;
  for (std::size_t i = 0; i < written.texts.size(); ++i) {
    const std::uint64_t tokens = tokenizer.count(written.texts[i]).tokens_max;
    if (tokens > result_tokens_max)
      cut = drop_least(std::span(exchange.results).subspan(i, 1), tokens - result_tokens_max) || cut;
  }
  return cut;
}

// Takes out the least valuable pieces until about `excess` tokens are gone, at least one. False: there is none
// left.
bool ExchangeFitter::drop_least(std::span<CallResult> results, std::uint64_t excess) const {
  struct Candidate {
    CallResult* result = nullptr;
    std::size_t piece = 0;
  };
  std::vector<Candidate> kept;
  for (CallResult& result : results) {
    for (std::size_t p = 0; p < result.kept.size(); ++p)
      if (result.kept[p]) kept.push_back({&result, p});
  }
  const auto piece_at = [](const Candidate& place) -> const ToolPiece& {
    return place.result->output.pieces[place.piece];
  };
  std::stable_sort(kept.begin(), kept.end(), [&](const Candidate& a, const Candidate& b) {
    return piece_at(a).value > piece_at(b).value;
  });
  const bool some = !kept.empty();
  for (std::uint64_t gone = 0; !kept.empty() && (gone == 0 || gone < excess); kept.pop_back()) {
    kept.back().result->kept[kept.back().piece] = false;
    gone += std::max<std::uint64_t>(1, tokens_of(piece_at(kept.back())));
  }
  return some;
}

}  // namespace kindling
