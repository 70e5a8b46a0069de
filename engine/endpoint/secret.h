// A key that must not be seen: the one place that holds it, and the way to keep it out of what is shown.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] bool empty() const { return value_.empty(); }
  // For the header that carries it, and for nothing else.
  [[nodiscard]] const std::string& reveal() const { return value_; }

  // The text with each occurrence replaced by "[key]".
  [[nodiscard]] std::string hide(std::string text) const;
  [[nodiscard]] Error hide(Error error) const;

 private:
  std::string value_;
};

}  // namespace kindling
