#include "engine/answer/fallback.h"

#include "engine/answer/conversation.h"
#include "engine/endpoint/refusal.h"

namespace kindling {
namespace {

// The same without what only a model has use for.
AskOptions without_model(const AskOptions& options) {
  AskOptions plain;
  plain.pack.tokens_per_document = options.pack.tokens_per_document;
  plain.pack.pinned = options.pack.pinned;
  plain.evidence_threshold = options.evidence_threshold;
  plain.fallback = false;
  return plain;
}

}  // namespace

Result<Answer> fallback_answer(Error failed, const Snapshot& snapshot, const Encoder* encoder,
                               const Question& question, const AskOptions& options, const OnToken& on_token,
                               const Cancellation& cancellation) {
  if (!is_endpoint_down(failed) || cancellation.cancelled()) return failed;
  Question looked_for = question;
  if (options.conversation != nullptr)
    looked_for.text = options.conversation->looked_for(question.text, snapshot);
  // Nothing is shown, and nothing remembered, before there is an answer.
  Result<Answer> answer = ask(snapshot, encoder, looked_for, nullptr, without_model(options), {}, cancellation);
  if (!answer.ok() || answer->finish != Finish::stop) return failed;
  if (options.conversation != nullptr)
    options.conversation->add({question.text, looked_for.text, answer->text, {}, {}, {}}, snapshot);
  answer->fallback = "extractive";
  answer->note = "the model could not be asked, these are sentences of the documents: " + failed.sentence();
  if (on_token) static_cast<void>(on_token(answer->text));
  return answer;
}

}  // namespace kindling
