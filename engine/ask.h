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
#include "engine/generator.h"
#include "engine/media/pack_figures.h"
#include "engine/pack/pack_ledger.h"
#include "engine/profile.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/search.h"
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
  std::vector<LedgerEntry> ledger;  // when asked for
  std::optional<WhyPacked> why;     // when asked for
  Timings timings_ms;
  std::string note;
};

inline constexpr std::size_t dropped_max = 200;

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
  // What was said before; the answer is added to it. Borrowed; null: a question by itself.
  Conversation* conversation = nullptr;
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
  Certificate certificate;
  Usage usage;
  Finish finish = Finish::stop;
  Timings timings_ms;  // retrieve, pack, first_token, total
  std::string note;
};

// Without a profile the answer is extractive: sentences of the passages, each cited, or Finish::no_evidence.
// Errors: as pack, and those of ChatEndpoint.
[[nodiscard]] Result<Answer> ask(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                 const ModelProfile* profile, const AskOptions& options,
                                 const OnToken& on_token, const Cancellation& cancellation);

}  // namespace kindling
