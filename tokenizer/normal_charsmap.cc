#include "tokenizer/normal_charsmap.h"

#include "tokenizer/normal_cluster.h"

namespace kindling {
namespace {

constexpr std::size_t cluster_bytes_below = 6;

// A unit of Darts-clone's array.
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) == 1; }
std::uint32_t value_of(std::uint32_t unit) { return unit & 0x7fffffff; }
std::uint32_t label_of(std::uint32_t unit) { return unit & (0x80000000u | 0xff); }
std::uint32_t offset_of(std::uint32_t unit) { return unit >> 10 << ((unit & (1u << 9)) >> 6); }

}  // namespace

Result<Charsmap> Charsmap::from(std::string_view bytes) {
  const auto malformed = [](std::string why) {
    return Error{ErrorCode::malformed, "precompiled_charsmap", std::move(why),
                 "get the tokenizer's file again"};
  };
  if (bytes.size() < 4) return malformed("too short");
  std::uint32_t size = 0;
  for (unsigned i = 0; i < 4; ++i) size |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
  bytes.remove_prefix(4);
  if (size % 4 != 0 || size == 0 || size >= bytes.size()) return malformed("sizes that do not fit");
  Charsmap charsmap;
  charsmap.units_.resize(size / 4);
  for (std::size_t i = 0; i < size; ++i)
    charsmap.units_[i / 4] |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << i % 4 * 8;
  charsmap.replacements_ = bytes.substr(size);
  if (charsmap.replacements_.back() != '\0') return malformed("replacements without an end");
  return charsmap;
}

Charsmap::Match Charsmap::match(std::string_view text, bool first) const {
  Match found;
  std::size_t node = offset_of(units_[0]);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    node ^= byte;
    if (node >= units_.size() || label_of(units_[node]) != byte || byte == 0) break;
    const std::uint32_t unit = units_[node];
    node ^= offset_of(unit);
    if (!has_leaf(unit)) continue;
    if (node >= units_.size()) break;
    const std::size_t begin = value_of(units_[node]);
    if (begin >= replacements_.size()) break;
    found = {at + 1, std::string_view(replacements_.data() + begin)};
    if (first) break;
  }
  return found;
}

bool Charsmap::begins_with(unsigned char byte) const {
  const std::size_t node = offset_of(units_[0]) ^ byte;
  return byte != 0 && node < units_.size() && label_of(units_[node]) == byte;
}

std::string Charsmap::apply_to_clusters(std::string_view text) const {
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = grapheme_end(text, at);
    change_cluster(text.substr(at, end - at), result);
    at = end;
  }
  return result;
}

void Charsmap::change_cluster(std::string_view cluster, std::string& out) const {
  if (cluster.size() < cluster_bytes_below) {
    if (const Match rule = shortest(cluster); rule.size != 0) {
      out += rule.replacement;
      return;
    }
  }
  while (!cluster.empty()) {
    const std::size_t size = character_bytes(cluster.front());
    const Match rule = shortest(cluster.substr(0, size));
    out += rule.size != 0 ? rule.replacement : cluster.substr(0, size);
    cluster.remove_prefix(size);
  }
}

}  // namespace kindling
