#include "tokenizer/tokenizer.h"

#include "base/check.h"

namespace kindling {

std::string_view to_string(TokenBound bound) {
  switch (bound) {
    case TokenBound::exact:
      return "exact";
    case TokenBound::calibrated:
      return "calibrated";
    case TokenBound::worst_case:
      return "worst_case";
  }
  check_failed("TokenBound is known", __FILE__, __LINE__);
}

}  // namespace kindling
