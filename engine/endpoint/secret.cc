#include "engine/endpoint/secret.h"

namespace kindling {

std::string Secret::hide(std::string text) const {
  if (value_.empty()) return text;
  constexpr std::string_view replacement = "[key]";
  for (std::size_t at = text.find(value_); at != std::string::npos;
       at = text.find(value_, at + replacement.size())) {
    text.replace(at, value_.size(), replacement);
  }
  return text;
}

Error Secret::hide(Error error) const {
  error.where = hide(std::move(error.where));
  error.why = hide(std::move(error.why));
  error.mend = hide(std::move(error.mend));
  return error;
}

}  // namespace kindling
