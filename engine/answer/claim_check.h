// Whether a passage carries a statement.
//
// In this order, and the first that finds something decides:
//   exact       the statement stands in the passage, word for word
//   near        most of its words do, in order (engine/answer/quote_match.h); each difference is judged: a
//   changed number,
//               unit, negation or direction contradicts, another word counts as missing, spelling and small
//               words are forgiven
//   paraphrase  one to three neighbouring sentences share enough of its content words and all of its numbers,
//   and
//               neither negation nor direction tells against it
// Words alone are compared; what needs understanding is not seen (docs/citations.md says how much).
//
// A CitedText belongs to one thread: it makes its parts when they are first asked for. It borrows the text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "engine/answer/quote_match.h"
#include "tokenizer/language.h"

namespace kindling {

enum class Support : std::uint8_t { supported, unsupported, contradicted };
enum class ClaimProblem : std::uint8_t {
  none,
  number,     // another number than the passage's, or one that it does not have
  unit,       // another unit, magnitude or counted thing at a number
  negation,   // a negation more or less
  direction,  // "increased" where the passage says "fell"
  name,       // another name in the place of the passage's
  quotation,  // words in quotation marks that do not stand there
  absent,     // the passage says nothing of the kind
  elsewhere,  // another passage says it (engine/answer/cite.h)
  unknown,    // the passage cited was not sent (engine/answer/cite.h)
};
enum class MatchKind : std::uint8_t { none, exact, near, paraphrase };

[[nodiscard]] std::string_view to_string(Support support);
[[nodiscard]] std::string_view to_string(ClaimProblem problem);

struct ClaimFinding {
  Support support = Support::unsupported;
  ClaimProblem problem = ClaimProblem::absent;
  MatchKind match = MatchKind::none;
  ByteSpan quote;   // in the passage: what speaks for the statement, or against it; empty where nothing does
  float share = 0;  // of the statement's words found there
};

// A statement of an answer, without its citation marks.
class Claim {
 public:
  explicit Claim(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Wording& wording() const { return wording_; }
  // Ranges of words that the statement itself puts into quotation marks, of three words and more.
  [[nodiscard]] const std::vector<WordRange>& quotations() const { return quotations_; }

 private:
  std::string text_;
  Wording wording_;
  std::vector<WordRange> quotations_;
};

class CitedText {
 public:
  // `heading`: title and headings that stand above the passage and were sent with it; their words count as
  // known.
  CitedText(std::string_view text, std::string_view heading);
  ~CitedText();
  CitedText(CitedText&&) noexcept;

  [[nodiscard]] ClaimFinding check(const Claim& claim);
  // Only the first two steps: cheap enough for every passage of a full window.
  [[nodiscard]] ClaimFinding check_quote(const Claim& claim);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kindling
