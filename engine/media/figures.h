// A packed context with the pictures of its documents: a figure beside the passage that speaks of it, a scanned
// page beside its neighbours.
//
// Pictures share the request's budget. They are chosen for the passages of a context that was built without
// them; where they do not fit into what that one left, it is built again with their tokens taken away first,
// and what then gives way is the least valuable text. The finished request is counted again, as ever: tokens <=
// tokens_max <= budget.
//
// Reads files and starts kindling-decode, both only when there is something to look at. Not thread-safe.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "engine/media/pack_figures.h"
#include "engine/pack/context.h"

namespace kindling {

// Builds the context with these media in its last message: those of the question, then the documents'.
using BuildContext = std::function<Result<Context>(std::span<const Medium> media)>;

struct IllustratedContext {
  Context context;
  std::vector<SentFigure> figures;     // in the order sent: of their passages, then of the text
  std::vector<OmittedFigure> omitted;  // at most omitted_figures_max
};

struct IllustrationInput {
  Files& files;
  const Snapshot& snapshot;
  const ModelProfile& profile;
  const Tokenizer& tokenizer;  // the profile's
  const Budget& budget;
  std::string_view question;
  std::span<const Medium> media;  // of the question
  const FigureOptions& options;
  double seconds = 0;  // for pictures; 0: none are looked for
};

// Pictures that fail are omissions; the context itself fails as `build` does. Errors besides: `cancelled`,
// `index_corrupt`.
[[nodiscard]] Result<IllustratedContext> build_illustrated(const IllustrationInput& input,
                                                           const BuildContext& build,
                                                           const Cancellation& cancellation);

}  // namespace kindling
