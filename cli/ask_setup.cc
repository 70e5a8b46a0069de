#include "cli/ask_setup.h"

#include "cli/answer_view.h"
#include "cli/contemplation_view.h"
#include "cli/prompt_options.h"
#include "cli/tool_options.h"

namespace kindling {

Result<AskOptions> read_ask_options(Session& session, const std::optional<ModelProfile>& profile,
                                    const Snapshot& snapshot) {
  AskOptions options = ask_options(session);
  KINDLING_TRY_VOID(read_contemplation(session, options));
  KINDLING_TRY(options.pack.media, question_media(session, profile));
  KINDLING_TRY(options.tools, read_tools(session, profile.has_value()));
  KINDLING_TRY_VOID(find_pinned(snapshot, options.pack));
  KINDLING_TRY_VOID(read_prompt_options(session, options.pack));
  return options;
}

}  // namespace kindling
