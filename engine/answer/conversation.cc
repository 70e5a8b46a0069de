#include "engine/answer/conversation.h"

#include <algorithm>

#include "engine/retrieve/follow_up.h"

namespace kindling {
namespace {

// "It is 3 m deep [4]." without "[4]", and the blank before it.
std::string without_marks(std::string_view answer) {
  std::string bare;
  for (std::size_t at = 0; at < answer.size();) {
    const std::size_t end = answer[at] == '[' ? answer.find_first_not_of("0123456789, ", at + 1) : answer.npos;
    if (end == answer.npos || end == at + 1 || answer[end] != ']') {
      bare += answer[at++];
      continue;
    }
    if (bare.ends_with(' ')) bare.pop_back();
    at = end + 1;
  }
  return bare;
}

}  // namespace

std::string Conversation::looked_for(std::string_view question, const Snapshot& snapshot) const {
  const Language language = detect_language(question, snapshot.languages());
  return standalone_question(question, looked_for_, turns_.empty() ? "" : turns_.back().answer, language);
}

std::vector<Unit> Conversation::news(std::span<const Unit> units) const {
  std::vector<Unit> news;
  news.reserve(units.size());
  bool is_apart = false;
  for (const Unit& unit : units) {
    const bool is_sent = std::any_of(sent_.begin(), sent_.end(), [&](const Sent& sent) {
      return sent.document == unit.document && sent.span.begin <= unit.span.begin &&
             unit.span.end <= sent.span.end;
    });
    if (!is_sent) {
      news.push_back(unit);
      news.back().apart = unit.apart || is_apart;
    }
    is_apart = is_sent;
  }
  return news;
}

void Conversation::add(Turn turn, const Snapshot& snapshot) {
  for (std::size_t i = 0; i < turn.passages.size(); ++i) {
    sent_.push_back({snapshot.section(turn.sections[i]).document, turn.passages[i].place.text_span});
    sections_.push_back(turn.sections[i]);
    passages_.push_back(std::move(turn.passages[i]));
  }
  if (!turn.messages.empty()) {
    messages_ = std::move(turn.messages);
    fence_ = std::move(turn.fence);
    messages_.push_back({.role = "assistant", .content = turn.answer});
  }
  looked_for_ = std::move(turn.looked_for);
  turns_.push_back({std::move(turn.question), std::move(turn.answer)});
}

bool Conversation::fit(std::uint64_t tokens,
                       const std::function<std::uint64_t(const std::vector<ChatMessage>&)>& count) {
  if (messages_.empty() || count(messages_) <= tokens) return false;
  forget_passages();
  while (!turns_.empty() && count(messages_) > tokens) {
    turns_.erase(turns_.begin());
    forget_passages();
  }
  return true;
}

// Citations of answers lose their marks with the passages: a mark that stays would name another passage later.
void Conversation::forget_passages() {
  passages_.clear();
  sections_.clear();
  sent_.clear();
  if (messages_.empty()) return;
  messages_.resize(1);  // the instructions
  for (const Said& turn : turns_) {
    messages_.push_back({.role = "user", .content = turn.question});
    messages_.push_back({.role = "assistant", .content = without_marks(turn.answer)});
  }
  if (turns_.empty()) messages_.clear();
}

}  // namespace kindling
