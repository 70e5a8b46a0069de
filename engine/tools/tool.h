// The seam between the loop that a model's calls run in and what a call does.
//
// A tool answers in pieces, so that a result that does not fit can lose its least valuable ones. A piece is a
// run of a document, which becomes a numbered passage that can be cited, or text from somewhere else, which has
// no number.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "base/span.h"
#include "engine/tools/tool_choice.h"
#include "index/ids.h"

namespace kindling {

// Bytes of a document's text that lie in one section.
struct DocumentRun {
  SectionIndex section{};
  ByteSpan span;
};

struct ToolPiece {
  std::optional<DocumentRun> run;
  std::string text;  // without a run: what is sent, cleaned like a document's text
  float value = 0;   // the least goes first when there is no room
};

struct ToolOutput {
  std::string summary;            // one line in our own words: nothing of a document or a program stands in it
  std::vector<ToolPiece> pieces;  // in the order in which they are sent
  std::string failure;            // it did not do what it should: our own words; empty: it did
};

class Tool {
 public:
  virtual ~Tool() = default;
  [[nodiscard]] virtual const ToolSpec& spec() const = 0;
  // `arguments` fit spec().parameters. An error is told to the model, which may call again, but for
  // `cancelled`. Runs at most `seconds`.
  virtual Result<ToolOutput> run(const Json& arguments, double seconds, const Cancellation& cancellation) = 0;
};

using Tools = std::vector<std::unique_ptr<Tool>>;

// The i-th best piece of an output: so the pieces of several outputs are cut alike.
[[nodiscard]] inline float value_of_rank(std::size_t i) { return 1.f / static_cast<float>(i + 1); }

}  // namespace kindling
