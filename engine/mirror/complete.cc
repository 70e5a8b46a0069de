#include "engine/mirror/complete.h"

#include <algorithm>

#include "engine/endpoint/call_recorder.h"
#include "engine/mirror/from_run.h"
#include "engine/pack/request_count.h"

namespace kindling {
namespace {

MirroredAnswer failed_answer(MirroredAnswer answer, std::string_view code, std::string sentence) {
  answer.error_code = code;
  answer.error = std::move(sentence);
  return answer;
}

// Nothing wrong with the model: it was never asked.
bool is_ours(ErrorCode code) {
  return code == ErrorCode::authentication || code == ErrorCode::configuration ||
         code == ErrorCode::not_found || code == ErrorCode::usage;
}

MirroredAnswer failed_answer(MirroredAnswer answer, const Error& error) {
  return failed_answer(std::move(answer), is_ours(error.code) ? not_sent : to_string(error.code),
                       error.sentence());
}

std::vector<ChatMessage> messages_of(const Pair& pair) {
  std::vector<ChatMessage> messages;
  for (const MirroredMessage& message : pair.messages)
    messages.push_back({message.role, message.content, {}, message.tool_calls, message.tool_call_id});
  return messages;
}

bool has_media(const Pair& pair) {
  return std::ranges::any_of(pair.messages, [](const auto& message) { return !message.media.empty(); });
}

struct Sending {
  GenerationRequest request;
  std::shared_ptr<CallRecorder> recorder = std::make_shared<CallRecorder>();
  std::unique_ptr<ChatEndpoint> endpoint;
};

// Errors: `context_overflow` by our own count, and those of opening.
Result<Sending> prepared(const Pair& pair, const ModelProfile& profile) {
  Sending sending;
  GenerationRequest& request = sending.request;
  request.messages = messages_of(pair);
  request.thinking = pair.thinking;
  request.output_tokens_max = std::min(pair.output_tokens_max, profile.output_max);
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(profile));
  request.prompt_tokens_expected = count_request(profile, *tokenizer, {.messages = request.messages}).tokens;
  if (request.prompt_tokens_expected + request.output_tokens_max > profile.window) {
    return Error{ErrorCode::context_overflow, profile.name,
                 "the window of " + std::to_string(profile.window) + " tokens does not hold the pack of " +
                     std::to_string(request.prompt_tokens_expected) + " and " +
                     std::to_string(request.output_tokens_max) + " of answer",
                 "ask with a smaller --budget"};
  }
  EndpointOverrides overrides;
  overrides.recorder = sending.recorder;
  KINDLING_TRY(sending.endpoint, ChatEndpoint::open(profile, overrides));
  return sending;
}

// Sends one claimed pair, and puts it among the complete ones.
Status complete_claimed(PairFolder& folder, const PairFolder::Slot& slot, const std::string& id,
                        const FindProfile& find_profile, const Cancellation& cancellation, MirrorRun& run) {
  auto pair = folder.read_claimed(slot, id);
  if (!pair) {
    ++run.dropped;
    return folder.drop(slot, id);
  }
  auto answer = second_answer(*pair, find_profile, cancellation);
  if (!answer) {
    KINDLING_TRY_VOID(folder.put_back(slot, id));
    return std::move(answer).error();
  }
  ++(answer->answered() ? run.answered : run.failed);
  pair->second = std::move(answer).value();
  pair->complete = true;
  return folder.finish(slot, *pair);
}

// What a process that died had in its hands.
Status conclude_left_behind(PairFolder& folder, const PairFolder::Slot& slot, MirrorRun& run) {
  KINDLING_TRY(const auto ids, folder.left_behind(slot));
  for (const std::string& id : ids) {
    auto pair = folder.read_claimed(slot, id);
    if (!pair) {
      ++run.dropped;
      KINDLING_TRY_VOID(folder.drop(slot, id));
      continue;
    }
    ++run.failed;
    pair->second =
        failed_answer(std::move(pair->second), not_sent, "the mirroring process ended before its answer came");
    pair->complete = true;
    KINDLING_TRY_VOID(folder.finish(slot, *pair));
  }
  return {};
}

}  // namespace

Result<MirroredAnswer> second_answer(const Pair& pair, const FindProfile& find_profile,
                                     const Cancellation& cancellation) {
  MirroredAnswer answer;
  answer.profile = pair.second.profile;
  if (has_media(pair))
    return failed_answer(std::move(answer), not_sent, "questions with pictures or recordings are not mirrored");
  const auto profile = find_profile(pair.second.profile);
  if (!profile) return failed_answer(std::move(answer), profile.error());
  answer.model = profile->model;
  const auto sending = prepared(pair, *profile);
  if (!sending) return failed_answer(std::move(answer), sending.error());

  const auto generation = sending->endpoint->complete(sending->request, {}, cancellation);
  if (cancellation.cancelled())
    return Error{ErrorCode::cancelled, "", "stopped before the answer was whole", ""};
  const auto calls = sending->recorder->calls();
  if (!calls.empty()) answer = mirrored_answer(*profile, calls.back());
  if (!generation) return failed_answer(std::move(answer), generation.error());
  return answer;
}

Result<MirrorRun> complete_pairs(PairFolder& folder, const FindProfile& find_profile,
                                 const Cancellation& cancellation) {
  MirrorRun run;
  for (;;) {
    {
      KINDLING_TRY(const auto slot, folder.take_slot());
      run.busy = !slot.has_value();
      if (!slot) return run;
      KINDLING_TRY_VOID(conclude_left_behind(folder, *slot, run));
      for (;;) {
        KINDLING_TRY(const auto id, folder.claim(*slot));
        if (!id) break;
        KINDLING_TRY_VOID(complete_claimed(folder, *slot, *id, find_profile, cancellation, run));
      }
    }
    // One that came between the last look and giving back the slot found all slots taken: it is ours.
    KINDLING_TRY(const auto counts, folder.counts());
    if (counts.waiting == 0) return run;
  }
}

}  // namespace kindling
