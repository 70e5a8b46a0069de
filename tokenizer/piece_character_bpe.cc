#include "tokenizer/piece_character_bpe.h"

#include "base/utf8.h"
#include "tokenizer/normal_cluster.h"

namespace kindling {
namespace {

constexpr char32_t blank_mark = 0x2581;
constexpr std::size_t bitmap_words = 0x110000 / 64;

bool has(const std::vector<std::uint64_t>& bits, char32_t c) { return (bits[c >> 6] >> (c & 63) & 1) != 0; }
void put(std::vector<std::uint64_t>& bits, char32_t c) { bits[c >> 6] |= std::uint64_t{1} << (c & 63); }

}  // namespace

Result<std::unique_ptr<PieceModel>> CharacterBpe::from(const BpeVocabulary& vocabulary,
                                                       UnknownCharacters unknown) {
  KINDLING_TRY(BpeMerges merges, BpeMerges::from(vocabulary));
  return std::unique_ptr<PieceModel>(new CharacterBpe(vocabulary, std::move(merges), std::move(unknown)));
}

CharacterBpe::CharacterBpe(const BpeVocabulary& vocabulary, BpeMerges merges, UnknownCharacters unknown)
    : model_(vocabulary, std::move(merges)),
      unknown_(std::move(unknown)),
      known_(bitmap_words),
      before_blank_(bitmap_words) {
  for (const std::string& token : vocabulary.tokens) {
    if (token.empty()) continue;
    char32_t last = 0;
    for (std::size_t at = 0; at < token.size();) {
      const char32_t c = next_code_point(token, at);
      if (c == blank_mark && last != 0) put(before_blank_, last);
      last = c;
    }
    if (vocabulary.is_symbol(token)) put(known_, last);
  }
}

// Calls `known` with each part that is merged by itself, and `unknown` with each run of other characters.
template <typename Known, typename Unknown>
void CharacterBpe::each_segment(std::string_view piece, Known known, Unknown unknown) const {
  std::size_t begin = 0;
  char32_t last = 0;
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t here = at;
    char32_t c = static_cast<unsigned char>(piece[at]);
    if (c < 0x80) {
      ++at;
    } else {
      c = next_code_point(piece, at);
    }
    if (!has(known_, c)) {
      if (here > begin) known(piece.substr(begin, here - begin));
      while (at < piece.size()) {
        std::size_t next = at;
        if (has(known_, next_code_point(piece, next))) break;
        at = next;
      }
      unknown(piece.substr(here, at - here));
      begin = at;
    } else if (c == blank_mark && here > begin && !has(before_blank_, last)) {
      known(piece.substr(begin, here - begin));
      begin = here;
    }
    last = c;
  }
  if (begin < piece.size()) known(piece.substr(begin));
}

std::size_t CharacterBpe::count_segment(std::string_view segment, const char* last_readable,
                                        Scratch& scratch) const {
  if (segment.size() > PieceCounts::bytes_max || last_readable == nullptr || segment.data() > last_readable)
    return model_.count(segment, scratch.bpe);
  const PieceCounts::Key key = PieceCounts::key_of(segment.data(), segment.size());
  PieceCounts::Cell& cell = scratch.counts.cell_of(key);
  if (!PieceCounts::holds(cell, key)) PieceCounts::put(cell, key, model_.count(segment, scratch.bpe));
  return PieceCounts::count_in(cell);
}

std::size_t CharacterBpe::count(std::string_view piece, Scratch& scratch) const {
  const char* last_readable = piece.size() < 16 ? nullptr : piece.data() + piece.size() - 16;
  std::size_t tokens = 0;
  each_segment(
      piece, [&](std::string_view segment) { tokens += count_segment(segment, last_readable, scratch); },
      [&](std::string_view others) {
        scratch.ids.clear();
        append_unknown(others, unknown_, scratch.ids);
        tokens += scratch.ids.size();
      });
  return tokens;
}

void CharacterBpe::encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& out) const {
  each_segment(
      piece, [&](std::string_view segment) { model_.encode(segment, scratch.bpe, out); },
      [&](std::string_view others) { append_unknown(others, unknown_, out); });
}

}  // namespace kindling
