#include "tokenizer/tokenizer_json.h"

#include <optional>

#include "tokenizer/byte_alphabet.h"
#include "tokenizer/byte_level_bpe.h"
#include "tokenizer/rank_file.h"
#include "tokenizer/tokenizer_json_bpe.h"
#include "tokenizer/tokenizer_json_error.h"
#include "tokenizer/tokenizer_json_parts.h"
#include "tokenizer/tokenizer_json_pieces.h"
#include "tokenizer/wordpiece.h"

namespace kindling {
using tokenizer_json::malformed;
using tokenizer_json::quoted;
using tokenizer_json::read_id;
using tokenizer_json::type_of;
using tokenizer_json::unsupported;

namespace {

std::optional<std::string> written_bytes(std::string_view token) {
  static const ByteAlphabet alphabet;
  return alphabet.bytes_of(token);
}

Result<std::unique_ptr<Tokenizer>> read_wordpiece(const Json& file) {
  const Json& normalizer = file["normalizer"];
  if (normalizer["type"].as_string() != "BertNormalizer" || !normalizer["clean_text"].as_bool(true))
    return unsupported("normalizer", "unknown normaliser " + type_of(normalizer));
  if (file["pre_tokenizer"]["type"].as_string() != "BertPreTokenizer")
    return unsupported("pre_tokenizer", "unknown pre-tokeniser " + type_of(file["pre_tokenizer"]));
  const Json& model = file["model"];
  if (model["continuing_subword_prefix"].as_string("##") != "##" ||
      model["max_input_chars_per_word"].as_integer(100) != 100 || model["unk_token"].as_string() != "[UNK]")
    return unsupported("model", "WordPiece with rules other than BERT's");
  std::vector<std::string_view> lines;
  for (const auto& [text, number] : model["vocab"].members()) {
    KINDLING_TRY(const std::size_t id, read_id(number, text));
    if (id >= lines.size()) lines.resize(id + 1);
    lines[id] = text;
  }
  std::string vocabulary;
  for (const std::string_view line : lines) vocabulary += std::string(line) + "\n";
  WordPieceOptions options;
  options.lower_case = normalizer["lowercase"].as_bool(true);
  options.strip_accents = normalizer["strip_accents"].as_bool(options.lower_case);
  options.split_cjk = normalizer["handle_chinese_chars"].as_bool(true);
  KINDLING_TRY(auto tokenizer, WordPiece::from_vocabulary(vocabulary, options));
  return std::unique_ptr<Tokenizer>(std::move(tokenizer));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> read_tokenizer_json(std::string name, std::string fingerprint,
                                                       const Json& file) {
  const Json& model = file["model"];
  const std::string_view type = model["type"].as_string(model.has("merges") ? "BPE" : "");
  if (type == "WordPiece") return read_wordpiece(file);
  if (type == "Unigram" || (type == "BPE" && !tokenizer_json::is_byte_level(file["pre_tokenizer"])))
    return tokenizer_json::read_piece_tokenizer(std::move(name), std::move(fingerprint), file);
  if (type != "BPE") return unsupported("model", "unknown type " + type_of(model));
  if (model["vocab"].members().empty() || !model["merges"].is_array())
    return malformed("model", "no vocabulary or no merges");
  ByteLevelBpeOptions options{std::move(name), std::move(fingerprint)};
  KINDLING_TRY(NormalSteps steps, tokenizer_json::read_normalizer(file["normalizer"]));
  KINDLING_TRY(const auto pre_tokenizer, tokenizer_json::read_byte_pre_tokenizer(file["pre_tokenizer"]));
  options.pattern = pre_tokenizer.pattern;
  options.blank_in_front = pre_tokenizer.blank_in_front;
  KINDLING_TRY(auto added, tokenizer_json::read_added_tokens(file["added_tokens"], steps));
  options.added = std::move(added.as_it_is);
  options.added_normalised = std::move(added.normalised);
  if (steps.steps().size() == 1 && std::holds_alternative<normal_step::Form>(steps.steps()[0])) {
    options.normal_form = std::get<normal_step::Form>(steps.steps()[0]).form;
  } else if (!steps.empty()) {
    options.normalizer = std::make_shared<const NormalSteps>(std::move(steps));
  }
  KINDLING_TRY(const BpeVocabulary vocabulary, tokenizer_json::read_bpe(model, written_bytes));
  return make_byte_level_bpe(vocabulary, std::move(options));
}

Result<std::unique_ptr<Tokenizer>> read_tekken_json(std::string name, std::string fingerprint,
                                                    const Json& file) {
  const Json& config = file["config"];
  const auto pattern = pattern_of_regex(config["pattern"].as_string());
  if (!pattern) return unsupported("config", "unknown pattern " + quoted(config["pattern"].as_string()));
  const std::int64_t special = config["default_num_special_tokens"].as_integer(-1);
  const std::int64_t kept = config["default_vocab_size"].as_integer(-1) - special;
  const auto most = static_cast<std::int64_t>(vocabulary_entries_max);
  if (special < 0 || kept <= 0 || special + kept > most) return malformed("config", "sizes that do not fit");
  BpeVocabulary vocabulary;  // special tokens come first
  vocabulary.tokens.resize(static_cast<std::size_t>(special + kept));
  for (const Json& entry : file["vocab"].items()) {
    const std::int64_t rank = entry["rank"].as_integer(-1);
    auto bytes = from_base64(entry["token_bytes"].as_string());
    if (rank < 0 || !bytes || bytes->empty())
      return malformed("vocab: rank " + std::to_string(rank), "not a token in base64");
    if (rank < kept) vocabulary.tokens[static_cast<std::size_t>(special + rank)] = std::move(*bytes);
  }
  return make_byte_level_bpe(vocabulary, {std::move(name), std::move(fingerprint), *pattern});
}

}  // namespace kindling
