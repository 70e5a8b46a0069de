// Terms in ascending order, most of them written as what differs from their neighbour: a dictionary in about
// half the bytes of its text.
//
// Groups of 16 terms; the first of a group stands whole, so that finding a term is a binary search over groups
// and a walk through one. Terms are numbered in ascending order of their bytes. Immutable; safe from any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

class PackedTerms {
 public:
  PackedTerms() = default;
  // Requires: ascending, each once. Errors: `too_large` past 4 GiB.
  [[nodiscard]] static Result<PackedTerms> pack(std::span<const std::string_view> ascending);

  [[nodiscard]] std::uint32_t size() const { return count_; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view term) const;
  [[nodiscard]] std::uint64_t bytes() const { return packed_.size() + groups_.size() * sizeof(std::uint32_t); }

 private:
  std::string packed_;  // per term: bytes shared with the term before, bytes of its own (varints), those bytes
  std::vector<std::uint32_t> groups_;  // where each group begins
  std::uint32_t count_ = 0;
};

}  // namespace kindling
