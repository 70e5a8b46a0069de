#include "tokenizer/piece_table.h"

#include <bit>
#include <cstring>
#include <string>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::uint32_t root(bool continuation) { return continuation ? 2 : 1; }
constexpr std::uint32_t node_max = 1u << 24;

// Eight bytes at a time; the bytes behind the word are zero.
std::uint32_t hash_of(const char* word, std::size_t size) {
  std::uint64_t hash = size;
  for (std::size_t at = 0; at < size; at += 8) {
    std::uint64_t block;
    std::memcpy(&block, word + at, sizeof block);
    hash = (hash ^ block) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash >> 16);
}

std::size_t edge_slot(std::uint32_t key, std::size_t slots) {
  return (key * std::uint64_t{0x9e3779b97f4a7c15u} >> 32) & (slots - 1);
}

}  // namespace

PieceTable::PieceTable(std::size_t pieces)
    : words_(std::bit_ceil(2 * pieces + 16)),
      edges_(std::bit_ceil(6 * pieces + 16)),
      id_of_node_(3, no_piece) {}

bool PieceTable::add(std::string_view word, bool continuation, TokenId id) {
  std::uint32_t node = root(continuation);
  for (const char c : word) node = add_child(node, static_cast<unsigned char>(c));
  if (id_of_node_[node] != no_piece) return false;
  id_of_node_[node] = id;
  if (continuation) return true;
  std::string padded(word);
  padded.append(8, '\0');
  const std::uint32_t hash = hash_of(padded.data(), word.size());
  std::size_t slot = hash & (words_.size() - 1);
  while (words_[slot].id != no_piece) slot = (slot + 1) & (words_.size() - 1);
  words_[slot] = {word, hash, id};
  return true;
}

TokenId PieceTable::whole(const char* word, std::size_t size) const {
  const std::uint32_t hash = hash_of(word, size);
  for (std::size_t slot = hash & (words_.size() - 1);; slot = (slot + 1) & (words_.size() - 1)) {
    const Word& entry = words_[slot];
    if (entry.id == no_piece) return no_piece;
    if (entry.hash == hash && entry.text.size() == size && std::memcmp(entry.text.data(), word, size) == 0)
      return entry.id;
  }
}

PieceTable::Match PieceTable::longest(std::string_view rest, bool continuation) const {
  Match match;
  std::uint32_t node = root(continuation);
  for (std::size_t at = 0; at < rest.size();) {
    node = child(node, static_cast<unsigned char>(rest[at++]));
    if (node == 0) break;
    if (id_of_node_[node] != no_piece) match = {id_of_node_[node], at};
  }
  return match;
}

std::uint32_t PieceTable::child(std::uint32_t node, unsigned char byte) const {
  const std::uint32_t key = node << 8 | byte;
  for (std::size_t slot = edge_slot(key, edges_.size());; slot = (slot + 1) & (edges_.size() - 1)) {
    if (edges_[slot].key == key) return edges_[slot].child;
    if (edges_[slot].key == 0) return 0;
  }
}

std::uint32_t PieceTable::add_child(std::uint32_t node, unsigned char byte) {
  if (const std::uint32_t found = child(node, byte); found != 0) return found;
  if (2 * id_of_node_.size() > edges_.size()) grow_edges();
  const auto made = static_cast<std::uint32_t>(id_of_node_.size());
  KINDLING_CHECK(made < node_max);
  id_of_node_.push_back(no_piece);
  const std::uint32_t key = node << 8 | byte;
  std::size_t slot = edge_slot(key, edges_.size());
  while (edges_[slot].key != 0) slot = (slot + 1) & (edges_.size() - 1);
  edges_[slot] = {key, made};
  return made;
}

void PieceTable::grow_edges() {
  std::vector<Edge> old(2 * edges_.size());
  old.swap(edges_);
  for (const Edge& edge : old) {
    if (edge.key == 0) continue;
    std::size_t slot = edge_slot(edge.key, edges_.size());
    while (edges_[slot].key != 0) slot = (slot + 1) & (edges_.size() - 1);
    edges_[slot] = edge;
  }
}

}  // namespace kindling
