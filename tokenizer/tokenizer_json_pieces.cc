#include "tokenizer/tokenizer_json_pieces.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "tokenizer/piece_character_bpe.h"
#include "tokenizer/piece_tokenizer.h"
#include "tokenizer/piece_unigram.h"
#include "tokenizer/tokenizer_json_bpe.h"
#include "tokenizer/tokenizer_json_error.h"
#include "tokenizer/tokenizer_json_parts.h"

namespace kindling::tokenizer_json {
namespace {

std::string byte_token(unsigned byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
}

// The ids of "<0x00>" to "<0xFF>" among `ids`; empty where there is none. Errors: where there are some only.
template <typename IdOf>
Result<std::vector<TokenId>> read_byte_tokens(IdOf id_of) {
  std::vector<TokenId> tokens;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::int64_t id = id_of(byte_token(byte));
    if (id >= 0) tokens.push_back(static_cast<TokenId>(id));
  }
  if (!tokens.empty() && tokens.size() != 256)
    return unsupported("model", "byte_fallback with tokens for some bytes only");
  return tokens;
}

std::optional<std::string> as_written(std::string_view token) { return std::string(token); }

Result<std::unique_ptr<PieceModel>> read_character_bpe(const Json& model) {
  if (model["vocab"].members().empty() || !model["merges"].is_array())
    return malformed("model", "no vocabulary or no merges");
  if (model["ignore_merges"].as_bool()) return unsupported("model", "ignore_merges without ByteLevel");
  KINDLING_TRY(BpeVocabulary vocabulary, read_bpe(model, as_written));
  vocabulary.of_characters = true;
  std::unordered_set<TokenId> never_merged;
  UnknownCharacters unknown;
  unknown.fuse = model["fuse_unk"].as_bool();
  if (const auto text = model["unk_token"].as_string(); !text.empty()) {
    unknown.unknown = static_cast<TokenId>(model["vocab"][text].as_integer(-1));
    if (unknown.unknown < 0) return malformed("model: unk_token", quoted(text) + " is not in the vocabulary");
    never_merged.insert(unknown.unknown);
  }
  if (model["byte_fallback"].as_bool()) {
    KINDLING_TRY(unknown.byte_tokens, read_byte_tokens([&](const std::string& token) {
                   return model["vocab"][token].as_integer(-1);
                 }));
    never_merged.insert(unknown.byte_tokens.begin(), unknown.byte_tokens.end());
  }
  for (const auto& merge : *vocabulary.merges)
    if (never_merged.contains(merge.left) || never_merged.contains(merge.right))
      return unsupported("model: merges", "merges of what stands for unknown characters");
  return CharacterBpe::from(vocabulary, std::move(unknown));
}

Result<UnigramVocabulary> read_unigram_vocabulary(const Json& model, const std::vector<std::string>& control) {
  const std::unordered_set<std::string_view> never_found(control.begin(), control.end());
  UnigramVocabulary vocabulary;
  vocabulary.score_min = std::numeric_limits<double>::infinity();
  for (const Json& entry : model["vocab"].items()) {
    const std::string where = "vocab: " + std::to_string(vocabulary.tokens.size());
    if (entry.items().size() != 2 || !entry.items()[0].is_string() || !entry.items()[1].is_number())
      return malformed(where, "not a token and its score");
    const std::string_view text = entry.items()[0].as_string();
    const double score = entry.items()[1].as_double();
    vocabulary.score_min = std::min(vocabulary.score_min, score);
    vocabulary.tokens.push_back({never_found.contains(text) ? std::string() : std::string(text), score});
  }
  if (vocabulary.tokens.empty()) return malformed("model", "no vocabulary");
  return vocabulary;
}

Result<std::unique_ptr<PieceModel>> read_unigram(const Json& model, const std::vector<std::string>& control) {
  KINDLING_TRY(UnigramVocabulary vocabulary, read_unigram_vocabulary(model, control));
  const std::int64_t unknown = model["unk_id"].as_integer(-1);
  if (unknown >= static_cast<std::int64_t>(vocabulary.tokens.size()))
    return malformed("model: unk_id", "not in the vocabulary");
  vocabulary.unknown.unknown = static_cast<TokenId>(unknown);
  if (model["byte_fallback"].as_bool()) {
    std::unordered_map<std::string_view, TokenId> ids;
    for (const Json& entry : model["vocab"].items())
      ids.emplace(entry.items()[0].as_string(), static_cast<TokenId>(ids.size()));
    KINDLING_TRY(vocabulary.unknown.byte_tokens, read_byte_tokens([&](const std::string& token) {
                   const auto found = ids.find(token);
                   return found == ids.end() ? -1 : found->second;
                 }));
  }
  return UnigramModel::from(std::move(vocabulary));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> read_piece_tokenizer(std::string name, std::string fingerprint,
                                                        const Json& file) {
  const Json& model = file["model"];
  PieceTokenizerParts parts{std::move(name), std::move(fingerprint), {}, {}, {}, {}, {}};
  KINDLING_TRY(NormalSteps steps, read_normalizer(file["normalizer"]));
  KINDLING_TRY(parts.cuts, read_cuts(file["pre_tokenizer"], steps));
  KINDLING_TRY(auto added, read_added_tokens(file["added_tokens"], steps));
  parts.added = std::move(added.as_it_is);
  parts.added_normalised = std::move(added.normalised);
  if (!steps.empty()) parts.normalizer = std::make_unique<NormalSteps>(std::move(steps));
  if (model["type"].as_string() == "Unigram") {
    KINDLING_TRY(parts.model, read_unigram(model, added.control));
  } else {
    KINDLING_TRY(parts.model, read_character_bpe(model));
  }
  return make_piece_tokenizer(std::move(parts));
}

}  // namespace kindling::tokenizer_json
