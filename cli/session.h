// What every command gets, and how commands open what they need.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/settings.h"
#include "encoder/encoder.h"
#include "engine/ask.h"
#include "engine/retrieve/question.h"
#include "index/snapshot.h"

namespace kindling {

// One run of one command. Borrows everything.
struct Session {
  const Arguments& arguments;
  const Settings& settings;
  Console& console;
  const Cancellation& cancellation;
  Files& files;

  [[nodiscard]] std::string_view verb() const { return arguments.verb()->name; }
  void note(std::string_view sentence) { console.note(verb(), sentence); }
};

// The current state, or the one that --at names, where the verb has it. Errors: those of Snapshot::open, with
// the mend for an index that is not there.
[[nodiscard]] Result<std::shared_ptr<const Snapshot>> open_snapshot(Session& session);

// The encoder of the settings. Errors: `configuration` with how to get the model, and those of open_encoder.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_session_encoder(Session& session);

// The same for adding to the index of the settings: where nobody names an encoder, the one that the index has.
// With the user's embedding cache in front, unless --no-embedding-cache says otherwise.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_indexing_encoder(Session& session);
// The encoder with that cache in front, where that is of use.
[[nodiscard]] std::unique_ptr<Encoder> with_session_cache(Session& session, std::unique_ptr<Encoder> encoder);

// The encoder for asking an index, its own where nobody names another; null when the mode is keyword or the
// index has no vectors. When the model is not there, hybrid search goes on with keywords, after a note on
// stderr. Errors: as open_session_encoder.
[[nodiscard]] Result<std::unique_ptr<Encoder>> open_asking_encoder(Session& session, const Snapshot& snapshot,
                                                                   SearchMode mode);

// --mode and --filter: a question that has no text yet. Errors: `usage`.
[[nodiscard]] Result<Question> read_question_options(Session& session);

// The words of the question (the only argument, or stdin for "-") with --mode and --filter. Errors: `usage`.
[[nodiscard]] Result<Question> read_question(Session& session);

// --budget, --reserve and --order. Errors: none besides the table's.
[[nodiscard]] PackOptions pack_options(Session& session);

// The profile that --model or the settings name, with --base-url and --key-env in place of its own; `otherwise`
// when nobody says, or says "extractive". Errors: `not_found`.
[[nodiscard]] Result<ModelProfile> session_profile(Session& session, std::string_view otherwise);
// The same of a profile by name. Errors: `not_found`.
[[nodiscard]] Result<ModelProfile> profile_named(Session& session, std::string_view name);

// A document by name, uri, path (relative ones too), or the end of a path that fits no other document
// ("canal.md"). Errors: `not_found`; `usage` when several fit.
[[nodiscard]] Result<DocumentIndex> find_document(const Snapshot& snapshot, const std::string& document);
// Turns what the user called the pinned documents into their uris. Errors: as find_document.
[[nodiscard]] Status find_pinned(const Snapshot& snapshot, PackOptions& options);

// 0 in the settings means all that the machine has.
[[nodiscard]] unsigned session_threads(Session& session);

}  // namespace kindling
