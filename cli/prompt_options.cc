#include "cli/prompt_options.h"

#include "cli/folders.h"
#include "engine/pack/fence.h"
#include "engine/pack/prompt.h"

namespace kindling {
namespace {

Result<std::string> read_instructions(Session& session) {
  std::string text = session.settings.text("instructions").value_or("");
  if (text.starts_with('@')) {
    KINDLING_TRY(text, session.files.read(text.substr(1), instructions_bytes_max).within("--instructions"));
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  }
  KINDLING_TRY_VOID(check_instructions(text));
  return text;
}

}  // namespace

Status read_prompt_options(Session& session, PackOptions& options) {
  KINDLING_TRY(options.instructions, read_instructions(session));
  if (options.pinned.empty()) return {};
  auto key = open_fence_key(session.files, data_folder() / "fence.key");
  if (key) {
    options.fence_key = std::move(key).value();
  } else {
    session.note("pinned documents are not sent alike every time: " + key.error().sentence());
  }
  return {};
}

}  // namespace kindling
