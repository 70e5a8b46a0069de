#include "cli/certificate_line.h"

#include "cli/text_layout.h"

namespace kindling {
namespace {

std::string bound_words(const Certificate& certificate) {
  switch (certificate.bound) {
    case TokenBound::exact:
      return "exact";
    case TokenBound::calibrated:
      return decimal(100 * certificate.confidence, 0) + " % of requests like the " +
             grouped(certificate.samples) + " observed keep it";
    case TokenBound::worst_case:
      return "holds for every byte-level tokenizer";
  }
  return "";
}

}  // namespace

std::string certificate_lines(const Certificate& certificate) {
  const std::string counts =
      certificate.tokens == certificate.tokens_max
          ? grouped(certificate.tokens)
          : "about " + grouped(certificate.tokens) + ", at most " + grouped(certificate.tokens_max);
  std::string lines = "request   " + counts + " tokens, within the budget of " + grouped(certificate.budget) +
                      "\n" + "window    " + grouped(certificate.window) + " tokens, " +
                      grouped(certificate.reserved_output) + " of them kept for the answer\n" +
                      "counted   by " + certificate.tokenizer + "; the bound is " +
                      std::string(to_string(certificate.bound)) + ": " + bound_words(certificate) + "\n";
  lines += "prefix    the first " + grouped(certificate.prefix_tokens) +
           " tokens are the same for the next question: a prompt cache should hit them\n";
  std::string skipped;
  for (const std::string& stage : certificate.skipped) skipped += (skipped.empty() ? "" : ", ") + stage;
  if (!skipped.empty()) lines += "skipped   " + skipped + ", for want of time\n";
  return lines;
}

}  // namespace kindling
