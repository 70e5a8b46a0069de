#include "tokenizer/sentencepiece_own.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

#include "tokenizer/normal_cluster.h"
#include "tokenizer/piece_character_bpe.h"
#include "tokenizer/piece_tokenizer.h"
#include "tokenizer/piece_unigram.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/sentencepiece_normal.h"

namespace kindling {
namespace {

using Kind = SentencePieceFile::Kind;
using Texts = std::unordered_set<std::string_view>;

bool is_one_character(std::string_view text) { return character_bytes(text[0]) == text.size(); }

// The unknown token, and the tokens of bytes ("<0x0A>") where characters fall back to them.
UnknownCharacters unknown_of(const SentencePieceFile& file) {
  UnknownCharacters unknown;
  if (file.byte_fallback) unknown.byte_tokens.resize(256, -1);
  for (std::size_t id = 0; id < file.pieces.size(); ++id) {
    const auto& piece = file.pieces[id];
    if (piece.kind == Kind::unknown) unknown.unknown = static_cast<TokenId>(id);
    if (piece.kind != Kind::byte || !file.byte_fallback || piece.text.size() != 6) continue;
    unsigned byte = 0;
    std::from_chars(piece.text.data() + 3, piece.text.data() + 5, byte, 16);
    unknown.byte_tokens[byte & 0xff] = static_cast<TokenId>(id);
  }
  return unknown;
}

Texts texts_of(const SentencePieceFile& file, Kind kind, bool characters) {
  Texts texts;
  for (const auto& piece : file.pieces)
    if (piece.kind == kind && is_one_character(piece.text) == characters) texts.insert(piece.text);
  return texts;
}

// Whether two symbols that merging may give spell `text`.
bool may_be_merged(std::string_view text, const Texts& tokens) {
  for (std::size_t cut = character_bytes(text[0]); cut < text.size(); cut += character_bytes(text[cut])) {
    const auto is_symbol = [&](std::string_view part) {
      return is_one_character(part) || tokens.contains(part);
    };
    if (is_symbol(text.substr(0, cut)) && is_symbol(text.substr(cut))) return true;
  }
  return false;
}

enum class Characters : std::uint8_t { all_known, one_frozen, one_missing };

Characters characters_of(std::string_view text, const Texts& known, const Texts& frozen) {
  Characters found = Characters::all_known;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view one = text.substr(at, character_bytes(text[at]));
    if (frozen.contains(one)) {
      found = Characters::one_frozen;
    } else if (!known.contains(one)) {
      return Characters::one_missing;
    }
    at += one.size();
  }
  return found;
}

// Absent where it would not be exact.
std::optional<BpeVocabulary> bpe_of(const SentencePieceFile& file) {
  const Texts known = texts_of(file, Kind::normal, true);
  const Texts tokens = texts_of(file, Kind::normal, false);
  const Texts frozen = texts_of(file, Kind::user_defined, true);
  BpeVocabulary vocabulary;
  vocabulary.of_characters = true;
  vocabulary.tokens.resize(file.pieces.size());
  vocabulary.scores.resize(file.pieces.size());
  for (std::size_t id = 0; id < file.pieces.size(); ++id) {
    const auto& piece = file.pieces[id];
    if (piece.kind == Kind::unused && (is_one_character(piece.text) || may_be_merged(piece.text, tokens)))
      return std::nullopt;
    if (piece.kind != Kind::normal) continue;
    if (!is_one_character(piece.text)) {
      const Characters characters = characters_of(piece.text, known, frozen);
      if (characters == Characters::one_missing || std::isnan(piece.score)) return std::nullopt;
      if (characters == Characters::one_frozen) continue;  // never made
    }
    vocabulary.tokens[id] = piece.text;
    vocabulary.scores[id] = piece.score;
  }
  return vocabulary;
}

AddedTexts symbols_of(const SentencePieceFile& file) {
  std::vector<AddedTexts::Text> symbols;
  for (std::size_t id = 0; id < file.pieces.size(); ++id)
    if (file.pieces[id].kind == Kind::user_defined)
      symbols.push_back({std::string(file.pieces[id].text), static_cast<TokenId>(id)});
  return AddedTexts(symbols);
}

UnigramVocabulary unigram_of(const SentencePieceFile& file) {
  UnigramVocabulary vocabulary;
  vocabulary.single_precision = true;
  vocabulary.unknown = unknown_of(file);
  vocabulary.tokens.resize(file.pieces.size());
  float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
  for (std::size_t id = 0; id < file.pieces.size(); ++id) {
    const auto& piece = file.pieces[id];
    if (piece.kind == Kind::normal) {
      least = std::min(least, piece.score);
      most = std::max(most, piece.score);
    }
    if (piece.kind == Kind::normal || piece.kind == Kind::user_defined)
      vocabulary.tokens[id] = {std::string(piece.text), piece.score, piece.kind == Kind::user_defined};
  }
  vocabulary.score_min = least;
  vocabulary.score_max = most;
  return vocabulary;
}

}  // namespace

std::unique_ptr<Tokenizer> open_own_sentencepiece(std::string name, std::string fingerprint,
                                                  std::string_view model) {
  auto file = read_sentencepiece_file(model);
  const bool known = file.ok() && (file->model == SentencePieceFile::Model::unigram ||
                                   file->model == SentencePieceFile::Model::bpe);
  if (!known || file->blank_as_suffix) return nullptr;
  PieceTokenizerParts parts{std::move(name), std::move(fingerprint), {}, {}, {}, {}, {}};
  auto normalizer = SentencePieceNormal::from(*file);
  if (!normalizer) return nullptr;
  parts.normalizer = std::move(*normalizer);
  if (file->model == SentencePieceFile::Model::bpe) {
    const auto vocabulary = bpe_of(*file);
    if (!vocabulary) return nullptr;
    auto bpe = CharacterBpe::from(*vocabulary, unknown_of(*file));
    if (!bpe) return nullptr;
    parts.model = std::move(*bpe);
    parts.added_normalised = symbols_of(*file);
  } else {
    auto unigram = UnigramModel::from(unigram_of(*file));
    if (!unigram) return nullptr;
    parts.model = std::move(*unigram);
  }
  return make_piece_tokenizer(std::move(parts));
}

}  // namespace kindling
