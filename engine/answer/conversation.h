// What a conversation has said so far, as the endpoint saw it: the beginning of every request that follows.
//
// Evidence is append-only. A turn sends what earlier turns did not, behind them, so that all requests of a
// conversation begin with the same bytes and the endpoint's prompt cache keeps hitting; passages are numbered
// through, and an answer may cite an earlier turn's. When what was said leaves too little of the window for new
// evidence, the passages of the past are forgotten, questions and answers stay (the oldest go last of all), and
// the cache begins anew.
//
// Not thread-safe. Bound to one snapshot: its indices are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/ask.h"
#include "engine/pack/context.h"
#include "engine/retrieve/value.h"

namespace kindling {

// What a question sent and got.
struct Turn {
  std::string question;    // as asked
  std::string looked_for;  // as retrieval saw it
  std::string answer;
  std::vector<ChatMessage>
      messages;                   // of the request, those of earlier turns included; empty: nothing was sent
  std::vector<Passage> passages;  // new ones
  std::vector<SectionIndex> sections;  // that they are in
  std::string fence = {};              // of the request
};

class Conversation {
 public:
  // What the question is looked for as (engine/retrieve/follow_up.h).
  [[nodiscard]] std::string looked_for(std::string_view question, const Snapshot& snapshot) const;

  // Units that were sent already taken out.
  [[nodiscard]] std::vector<Unit> news(std::span<const Unit> units) const;

  // Messages of all turns; empty before the first.
  [[nodiscard]] const std::vector<ChatMessage>& messages() const { return messages_; }
  // Of all turns that are still in messages(), numbered from 1 without gaps, and the sections that they are in.
  [[nodiscard]] const std::vector<Passage>& passages() const { return passages_; }
  [[nodiscard]] const std::vector<SectionIndex>& sections() const { return sections_; }
  // The one of the first request, for all that follow; empty before it.
  [[nodiscard]] const std::string& fence() const { return fence_; }

  // A turn is over.
  void add(Turn turn, const Snapshot& snapshot);

  // Forgets what was sent until the messages, as `count` counts them, take at most `tokens`: passages first,
  // then the oldest turns. True when anything went.
  bool fit(std::uint64_t tokens, const std::function<std::uint64_t(const std::vector<ChatMessage>&)>& count);

  // Passages of the past are sent again where they are wanted; what was said stays.
  void forget_passages();

  [[nodiscard]] std::size_t turns() const { return turns_.size(); }

 private:
  struct Said {
    std::string question;
    std::string answer;
  };
  struct Sent {
    DocumentIndex document{};
    ByteSpan span;
  };

  std::vector<ChatMessage> messages_;
  std::vector<Passage> passages_;
  std::vector<SectionIndex> sections_;
  std::vector<Sent> sent_;
  std::vector<Said> turns_;
  std::string looked_for_;  // for the last question
  std::string fence_;
};

}  // namespace kindling
