// The second of the two scores: how a question becomes a packed window, and the window an answer.
//
//   question -> retrieve -> score -> value -> fill -> prompt -> generate -> cite
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/answer/abstain.h"
#include "engine/answer/cite.h"
#include "engine/contemplate/contemplation.h"
#include "engine/generator.h"
#include "engine/media/pack_figures.h"
#include "engine/pack/pack_ledger.h"
#include "engine/pack/suspicion.h"
#include "engine/profile.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/search.h"
#include "engine/tools/tool_choice.h"
#include "index/snapshot.h"

namespace kindling {

class Conversation;  // engine/answer/conversation.h

enum class PassageOrder : std::uint8_t { document, relevance, edges };
[[nodiscard]] std::string_view to_string(PassageOrder order);

struct PackOptions {
  std::optional<std::uint64_t> budget;   // tokens for the whole request; default: window less reserve
  std::optional<std::uint64_t> reserve;  // tokens kept for the answer; default: the profile's
  std::optional<std::uint64_t> tokens_per_document =
      std::nullopt;  // no document may take more; default: no such limit
  PassageOrder order = PassageOrder::document;
  std::vector<Medium> media = {};        // of the question: counted, and sent with it; checked by check_media
  FigureOptions figures = {};            // pictures of the documents themselves
  std::vector<std::string> pinned = {};  // documents that go in whole, first, in this order
  std::optional<double> deadline_ms = std::nullopt;  // for retrieval and packing together; stages give up in
                                                     // the order of Certificate::skipped rather than be late
  bool explain = false;                              // fill in Packed::ledger
  std::string why = {};                              // a document: fill in Packed::why
  std::string fence = {};         // what marks the documents' text off (engine/pack/fence.h); empty: made anew
  std::string instructions = {};  // the user's own, behind ours in the system message
  std::string fence_key =
      {};  // this user's secret, from which pinned documents get the same fence again; empty: none
};

// What is promised about the request, in tokens of the profile's model: tokens <= tokens_max <= budget <=
// window.
struct Certificate {
  std::uint64_t window = 0;
  std::uint64_t reserved_output = 0;
  std::uint64_t budget = 0;
  std::uint64_t tokens = 0;      // of the request as serialised: best estimate
  std::uint64_t tokens_max = 0;  // the true count is at most this
  std::string tokenizer;
  TokenBound bound = TokenBound::worst_case;
  double confidence = 0;      // of a calibrated bound: .99; else 0
  std::uint64_t samples = 0;  // answers that it was calibrated on
  std::uint64_t prefix_tokens =
      0;  // of `tokens`, what the next question sends alike: instructions and pinned documents
  std::vector<std::string>
      skipped;  // for want of time, in the order given up: "question parts", "near repeats", "vectors"
};

// A run of sentences of one section, sent to the model under its number.
struct Passage {
  std::uint32_t number = 0;  // from 1, in the order sent
  Place place;
  std::uint64_t token_count = 0;  // by the profile's tokenizer
  float value = 0;                // of its best sentence
  std::string text;
  std::vector<std::string> duplicates;  // uris of documents that hold the same text
};

struct Dropped {
  std::string document;
  ByteSpan span;       // as Passage::place.span
  std::string reason;  // "budget", "document budget", "duplicate", "near duplicate"
};

struct Packed {
  std::vector<ChatMessage> messages;
  std::vector<Passage> passages;
  std::vector<Dropped> dropped;     // the best first; at most `dropped_max`
  std::vector<SentFigure> figures;  // pictures of the documents that are sent, each beside its passage
  std::vector<OmittedFigure> omitted_figures;
  Certificate certificate;
  std::string fence;                  // the one used: with it the same request can be made again
  std::vector<Suspicion> suspicions;  // in what is sent; at most `suspicions_max`
  std::vector<LedgerEntry> ledger;    // when asked for
  std::optional<WhyPacked> why;       // when asked for
  Timings timings_ms;
  std::string note;
};

inline constexpr std::size_t dropped_max = 200;
inline constexpr std::size_t suspicions_max = 1'000;

// Errors: as search, and `budget_impossible`, naming the smallest budget that would do.
[[nodiscard]] Result<Packed> pack(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                  const ModelProfile& profile, const PackOptions& options,
                                  const Cancellation& cancellation);

struct AskOptions {
  PackOptions pack;
  ThinkingMode thinking = ThinkingMode::instant;
  bool stream = true;
  bool require_citations = false;  // an answer with a statement that no passage supports becomes no_evidence
  float evidence_threshold =
      kindling::evidence_threshold;  // strength from which questions are answered (engine/answer/abstain.h)
  EndpointOverrides endpoint;
  bool fallback = true;   // answer extractively when the endpoint is down before a token was shown
  ToolChoice tools = {};  // that the model may call; none of them without a profile
  // What was said before; the answer is added to it. Borrowed; null: a question by itself.
  Conversation* conversation = nullptr;
  ContemplateOptions contemplate = {};  // with ThinkingMode::contemplating (engine/contemplate/contemplate.h)
};

struct Citation {
  std::uint32_t number = 0;  // as in the answer: [1]
  Place place;               // of the quote, not of the whole passage
  std::string quote;         // bytes of the document's text at place.text_span
  bool verified =
      false;  // the quote stands there, byte for byte, and carries the statement's words and numbers
};

// A sentence of a model's answer, and what the passages say to it.
struct AnswerSentence {
  CheckedSentence checked;
  std::string document;  // uri of the document of `checked.passage`; empty: none
};

struct Answer {
  std::string text;
  std::vector<Citation> citations;
  std::vector<AnswerSentence> sentences;  // of a model's answer, checked once it is whole
  std::vector<Suspicion> suspicions;      // in the passages that it was made from
  std::vector<std::string>
      foreign_links;                // that a model wrote and no passage holds (engine/answer/answer_links.h)
  std::vector<Passage> passages;    // that a model's answer may cite
  std::string fence;                // of the request
  Certificate certificate;          // with tools: of the largest request
  std::vector<ToolUse> tool_calls;  // in the order called
  Usage usage;                      // of all requests together
  Finish finish = Finish::stop;
  std::string fallback;          // "extractive": the model was asked and could not be; the note says why
  float evidence_strength = -1;  // of an extractive answer (engine/answer/abstain.h)
  Timings timings_ms;            // retrieve, pack, first_token, total
  std::string note;
  std::optional<Contemplation> contemplation;  // of an answer by subagents
};

// Without a profile the answer is extractive: sentences of the passages, each cited, or Finish::no_evidence.
// A model that cannot be asked (engine/answer/fallback.h) is replaced by such an answer, which says so, unless
// AskOptions::fallback forbids it. Errors: as pack, and those of ChatEndpoint.
[[nodiscard]] Result<Answer> ask(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                 const ModelProfile* profile, const AskOptions& options,
                                 const OnToken& on_token, const Cancellation& cancellation);

}  // namespace kindling
