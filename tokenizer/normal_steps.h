// Normalisers as tokenizer.json states them: steps that change a text one after the other, each exactly as
// Hugging Face `tokenizers` does it.
//
// Private to tokenizer/. Immutable; safe from any thread. Texts must be valid UTF-8, and stay it. Time is
// linear.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tokenizer/normal_charsmap.h"
#include "tokenizer/normal_form.h"
#include "tokenizer/normal_text.h"

namespace kindling {

namespace normal_step {

struct Form {
  NormalForm form;
};
struct Lowercase {};
struct StripAccents {};  // removes marks; does not decompose
struct Strip {
  bool left, right;
};
struct Replace {
  std::string what;  // not empty
  std::string content;
};
// Runs of `what`, at least `times` long: a regular expression such as " {2,}".
struct ReplaceRuns {
  char what;
  std::size_t times;
  std::string content;
};
struct ReplaceWhiteSpace {  // "\s+"
  std::string content;
};
struct Prepend {
  std::string content;
};
struct Nmt {};  // removes controls, makes blanks of line ends and marks without width
struct Precompiled {
  std::shared_ptr<const Charsmap> charsmap;
};

}  // namespace normal_step

using NormalStep =
    std::variant<normal_step::Form, normal_step::Lowercase, normal_step::StripAccents, normal_step::Strip,
                 normal_step::Replace, normal_step::ReplaceRuns, normal_step::ReplaceWhiteSpace,
                 normal_step::Prepend, normal_step::Nmt, normal_step::Precompiled>;

class NormalSteps final : public TextNormalizer {
 public:
  NormalSteps() = default;
  explicit NormalSteps(std::vector<NormalStep> steps) : steps_(std::move(steps)) {}

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  [[nodiscard]] const std::vector<NormalStep>& steps() const { return steps_; }
  // Whether a text may lose what it begins with.
  [[nodiscard]] bool may_remove() const;

  // `text`, changed by all steps.
  [[nodiscard]] std::string apply(std::string text) const override;

 private:
  std::vector<NormalStep> steps_;
};

}  // namespace kindling
