#include "tokenizer/piece_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "base/check.h"

namespace kindling {
namespace {

static_assert(std::endian::native == std::endian::little, "a block's first bytes are its lowest");

constexpr std::size_t block_bytes = sizeof(std::uint64_t);

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15u;
  return value ^ value >> 29;
}

// The hash of a growing prefix: whole blocks are taken in for good, the block that the prefix ends in only for
// its own hash.
class PrefixHash {
 public:
  PrefixHash(const char* text, bool continuation) : at_(text), state_(continuation ? 2 : 1) { load(); }

  // Of the first `size` bytes. Requires: size > 0, and no less than at the last call.
  std::uint32_t of(std::size_t size) {
    while (size > taken_ + block_bytes) {
      state_ = mix(state_ ^ block_);
      taken_ += block_bytes;
      at_ += block_bytes;
      load();
    }
    const std::uint64_t kept = block_ & ~std::uint64_t{0} >> 8 * (block_bytes - (size - taken_));
    return static_cast<std::uint32_t>(mix(mix(state_ ^ kept) + size) >> 32);
  }

 private:
  void load() { std::memcpy(&block_, at_, block_bytes); }

  const char* at_;
  std::uint64_t state_;
  std::uint64_t block_ = 0;
  std::size_t taken_ = 0;
};

std::uint32_t size_and_kind(std::string_view word, bool continuation) {
  return static_cast<std::uint32_t>(word.size()) << 1 | (continuation ? 1 : 0);
}

bool within_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

PieceTable::PieceTable(std::string_view vocabulary, std::size_t pieces)
    : vocabulary_(vocabulary), entries_(std::bit_ceil(2 * pieces + 16)), places_(pieces) {
  KINDLING_CHECK(vocabulary.size() <= INT32_MAX);
}

bool PieceTable::add(std::string_view word, bool continuation, TokenId id) {
  const auto begin = static_cast<std::size_t>(word.data() - vocabulary_.data());
  KINDLING_CHECK(!word.empty() && begin + word.size() <= vocabulary_.size());
  KINDLING_CHECK(static_cast<std::size_t>(id) < places_.size());
  std::string copy;  // of a word at the vocabulary's end, with padding
  const bool at_end = begin + word.size() + padding > vocabulary_.size();
  if (at_end) copy.append(word).append(padding, '\0');
  const std::uint32_t hash = PrefixHash(at_end ? copy.data() : word.data(), continuation).of(word.size());
  std::size_t slot = hash & (entries_.size() - 1);
  for (; entries_[slot].id != no_piece; slot = (slot + 1) & (entries_.size() - 1)) {
    if (entries_[slot].hash == hash && is(entries_[slot].id, word, continuation)) return false;
  }
  entries_[slot] = {hash, id};
  places_[static_cast<std::size_t>(id)] = {static_cast<std::uint32_t>(begin),
                                           size_and_kind(word, continuation)};
  std::uint16_t& longest = longest_[continuation][static_cast<unsigned char>(word[0])];
  longest = static_cast<std::uint16_t>(std::clamp<std::size_t>(word.size(), longest, word_bytes_max));
  return true;
}

TokenId PieceTable::whole(std::string_view word) const {
  if (word.empty()) return no_piece;
  return find(PrefixHash(word.data(), false).of(word.size()), word, false);
}

PieceTable::Match PieceTable::longest(std::string_view rest, bool continuation) const {
  if (rest.empty()) return {};
  KINDLING_CHECK(rest.size() <= word_bytes_max);
  const std::size_t most =
      std::min<std::size_t>(rest.size(), longest_[continuation][static_cast<unsigned char>(rest[0])]);
  std::array<std::uint32_t, word_bytes_max + 1> hashes;
  PrefixHash prefix(rest.data(), continuation);
  for (std::size_t size = 1; size <= most; ++size) hashes[size] = prefix.of(size);
  for (std::size_t size = most; size > 0; --size) {
    if (size < rest.size() && within_character(rest[size])) continue;
    const TokenId id = find(hashes[size], rest.substr(0, size), continuation);
    if (id != no_piece) return {id, size};
  }
  return {};
}

TokenId PieceTable::find(std::uint32_t hash, std::string_view word, bool continuation) const {
  for (std::size_t slot = hash & (entries_.size() - 1);; slot = (slot + 1) & (entries_.size() - 1)) {
    const Entry& entry = entries_[slot];
    if (entry.id == no_piece) return no_piece;
    if (entry.hash == hash && is(entry.id, word, continuation)) return entry.id;
  }
}

bool PieceTable::is(TokenId id, std::string_view word, bool continuation) const {
  const Place& place = places_[static_cast<std::size_t>(id)];
  return place.size_and_kind == size_and_kind(word, continuation) &&
         std::memcmp(vocabulary_.data() + place.begin, word.data(), word.size()) == 0;
}

}  // namespace kindling
