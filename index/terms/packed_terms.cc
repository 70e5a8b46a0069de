#include "index/terms/packed_terms.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/check.h"

namespace kindling {
namespace {

constexpr std::uint32_t group_size = 16;

std::size_t shared_bytes(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(limit), b.begin()).first - a.begin());
}

std::string_view first_of_group(std::string_view packed, std::uint32_t at) {
  ByteReader reader(packed.substr(at));
  static_cast<void>(reader.varint());  // shares nothing
  return reader.take(reader.varint());
}

}  // namespace

Result<PackedTerms> PackedTerms::pack(std::span<const std::string_view> ascending) {
  PackedTerms terms;
  std::string_view before;
  for (const std::string_view term : ascending) {
    const bool first = terms.count_ % group_size == 0;
    KINDLING_CHECK(terms.count_ == 0 || before < term);
    if (terms.packed_.size() > std::numeric_limits<std::uint32_t>::max() - term.size() - 20)
      return Error{ErrorCode::too_large, "terms", "more than 4 GiB of terms", "split the collection"};
    if (first) terms.groups_.push_back(static_cast<std::uint32_t>(terms.packed_.size()));
    const std::size_t shared = first ? 0 : shared_bytes(before, term);
    put_varint(terms.packed_, shared);
    put_string(terms.packed_, term.substr(shared));
    before = term;
    ++terms.count_;
  }
  terms.packed_.shrink_to_fit();
  return terms;
}

std::optional<std::uint32_t> PackedTerms::find(std::string_view term) const {
  const auto after = std::upper_bound(
      groups_.begin(), groups_.end(), term,
      [&](std::string_view wanted, std::uint32_t at) { return wanted < first_of_group(packed_, at); });
  if (after == groups_.begin()) return std::nullopt;
  const auto group = static_cast<std::uint32_t>(after - groups_.begin() - 1);
  ByteReader reader(std::string_view(packed_).substr(groups_[group]));
  std::string here;
  const std::uint32_t last = std::min(count_, (group + 1) * group_size);
  for (std::uint32_t number = group * group_size; number < last; ++number) {
    here.resize(reader.varint());
    here += reader.string();
    if (here == term) return number;
    if (here > term) break;
  }
  return std::nullopt;
}

}  // namespace kindling
