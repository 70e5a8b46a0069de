#include "engine/mirror/from_run.h"

#include <algorithm>

#include "engine/record/call_json.h"

namespace kindling {

MirroredAnswer mirrored_answer(const ModelProfile& profile, const RecordedCall& call) {
  MirroredAnswer answer;
  answer.profile = profile.name;
  answer.model = profile.model;
  if (!call.exchanges.empty())
    answer.total_ms = call.exchanges.back().begin_ms + call.exchanges.back().total_ms;
  if (call.generation) {
    const Generation& generation = *call.generation;
    answer.text = generation.text;
    answer.finish = to_string(generation.finish);
    answer.note = generation.note;
    answer.usage = generation.usage;
    answer.first_token_ms = generation.first_token_ms;
    if (answer.total_ms >= 0) answer.total_ms = std::max(answer.total_ms - generation.limited_ms, 0.0);
  } else if (call.error) {
    answer.error_code = to_string(call.error->code);
    answer.error = call.error->sentence();
  }
  return answer;
}

Result<Pair> waiting_pair(std::string_view question, const ModelProfile& first, std::string_view second_profile,
                          std::span<const RecordedCall> calls, const Answer& answer) {
  const auto answered = [](const RecordedCall& call) { return call.generation.has_value(); };
  if (std::ranges::count_if(calls, answered) != 1) {
    return Error{ErrorCode::unsupported, "mirror", "only answers that came from one request can be mirrored",
                 "ask with --thinking instant and without tools"};
  }
  const RecordedCall& call = *std::ranges::find_if(calls, answered);
  KINDLING_TRY(const GenerationRequest request, request_of(call));
  Pair pair;
  pair.id = new_pair_id();
  pair.question = question;
  pair.messages = mirrored(request.messages);
  pair.passages = answer.passages;
  pair.thinking = request.thinking;
  pair.output_tokens_max = request.output_tokens_max;
  pair.first = mirrored_answer(first, call);
  pair.second.profile = second_profile;
  return pair;
}

}  // namespace kindling
