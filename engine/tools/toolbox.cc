#include "engine/tools/toolbox.h"

#include "engine/tools/command_tool.h"
#include "engine/tools/index_tools.h"

namespace kindling {
namespace {

constexpr std::uint64_t talk_share = 4;   // of what describing the tools leaves, for calls and results
constexpr std::uint64_t offer_share = 2;  // of the budget, that describing them may take

}  // namespace

Result<std::unique_ptr<Toolbox>> Toolbox::open(const Snapshot& snapshot, const Encoder* encoder,
                                               const Question& question, const ModelProfile& profile,
                                               const Tokenizer& tokenizer, ToolChoice choice) {
  std::unique_ptr<Toolbox> box(new Toolbox(snapshot, profile, tokenizer, choice.limits));
  if (choice.index) {
    KINDLING_TRY(box->tools_, make_index_tools(snapshot, encoder, question, box->sent_));
  }
  for (CommandSpec& command : choice.commands) box->tools_.push_back(make_command_tool(std::move(command)));
  return box;
}

std::uint64_t Toolbox::offer_tokens() const {
  return tools_tokens(tools_json(tools_, profile_), profile_, tokenizer_);
}

Result<std::uint64_t> Toolbox::packing_tokens(std::uint64_t budget) const {
  const std::uint64_t offer = offer_tokens();
  if (offer > budget / offer_share) {
    return Error{
        ErrorCode::budget_impossible, "--tools",
        "describing the tools takes " + std::to_string(offer) + " of " + std::to_string(budget) + " tokens",
        "allow at least " + std::to_string(offer * offer_share) + " with --budget, or offer fewer"};
  }
  return (budget - offer) / talk_share * (talk_share - 1);
}

Result<ToolTalk> Toolbox::talk(ChatEndpoint& endpoint, GenerationRequest request,
                               std::span<const Passage> passages, std::span<const SectionIndex> sections,
                               const std::string& fence, std::uint64_t budget, const OnToken& on_token,
                               const Cancellation& cancellation) {
  KINDLING_CHECK(passages.size() == sections.size());
  sent_ = SentEvidence(snapshot_);
  for (std::size_t i = 0; i < passages.size(); ++i)
    sent_.add(passages[i].number, {sections[i], passages[i].place.text_span});
  const ToolTalkSetting setting{endpoint, snapshot_, profile_, tokenizer_, tools_,
                                sent_,    budget,    limits_,  fence};
  return talk_with_tools(setting, std::move(request), on_token, cancellation);
}

}  // namespace kindling
