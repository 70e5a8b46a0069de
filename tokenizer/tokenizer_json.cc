#include "tokenizer/tokenizer_json.h"

#include <algorithm>
#include <unordered_map>

#include "tokenizer/byte_alphabet.h"
#include "tokenizer/byte_level_bpe.h"
#include "tokenizer/rank_file.h"
#include "tokenizer/wordpiece.h"

namespace kindling {
namespace {

Error unsupported(std::string where, std::string why) {
  return {ErrorCode::unsupported, std::move(where), std::move(why),
          "count with --model and its estimate, or use the model's SentencePiece or rank file"};
}

Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why), "get the tokenizer's file again"};
}

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 200)) + "'"; }

std::string type_of(const Json& part) {
  const std::string_view type = part["type"].as_string();
  return type.empty() ? "of no type" : quoted(type);
}

// The members of a sequence one by one; any other part is a sequence of itself.
std::vector<const Json*> in_sequence(const Json& part, std::string_view members) {
  std::vector<const Json*> parts;
  if (part.is_null()) return parts;
  if (part["type"].as_string() != "Sequence") return {&part};
  for (const Json& member : part[members].items()) parts.push_back(&member);
  return parts;
}

Result<NormalForm> read_normalizer(const Json& normalizer) {
  NormalForm form = NormalForm::none;
  for (const Json* part : in_sequence(normalizer, "normalizers")) {
    const std::string_view type = (*part)["type"].as_string();
    if ((type != "NFC" && type != "NFKC") || form != NormalForm::none)
      return unsupported("normalizer", "unknown normaliser " + type_of(*part));
    form = type == "NFC" ? NormalForm::nfc : NormalForm::nfkc;
  }
  return form;
}

struct PreTokenizer {
  PretokenPattern pattern = PretokenPattern::gpt2;
  bool blank_in_front = false;
};

// The three splits of DeepSeek-V3 (pretoken_deepseek.h).
bool is_deepseek(const std::vector<const Json*>& splits) {
  static constexpr std::string_view regexes[] = {
      R"(\p{N}{1,3})", "[一-龥\u3040-ゟ゠-ヿ]+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
      "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"};
  if (splits.size() != std::size(regexes)) return false;
  for (std::size_t i = 0; i < splits.size(); ++i)
    if ((*splits[i]).at("pattern.Regex").as_string() != regexes[i]) return false;
  return true;
}

Result<PreTokenizer> read_pre_tokenizer(const Json& pre_tokenizer) {
  PreTokenizer result;
  const std::string where = "pre_tokenizer";
  std::vector<const Json*> splits;
  const Json* byte_level = nullptr;
  for (const Json* part : in_sequence(pre_tokenizer, "pretokenizers")) {
    const std::string_view type = (*part)["type"].as_string();
    if (type == "ByteLevel" && byte_level == nullptr) {
      byte_level = part;
    } else if (type == "Split" && byte_level == nullptr) {
      const bool pieces_stay = (*part)["behavior"].as_string() == "Isolated" ||
                               ((*part)["behavior"].as_string() == "Removed" && (*part)["invert"].as_bool());
      if (!pieces_stay) return unsupported(where, "a Split that is not Isolated");
      splits.push_back(part);
    } else {
      return unsupported(where, "unknown pre-tokeniser " + type_of(*part));
    }
  }
  if (byte_level == nullptr) return unsupported(where, "BPE that is not ByteLevel");
  const bool own_pattern = (*byte_level)["use_regex"].as_bool(true);
  result.blank_in_front = (*byte_level)["add_prefix_space"].as_bool(true);
  if (splits.empty() && own_pattern) return result;
  if (splits.empty() || own_pattern || result.blank_in_front)
    return unsupported(where, "a ByteLevel that does not fit its Splits");
  if (is_deepseek(splits)) {
    result.pattern = PretokenPattern::deepseek;
    return result;
  }
  for (const Json* split : splits) {
    const std::string_view regex =
        split->at("pattern.Regex").as_string(split->at("pattern.String").as_string());
    const auto pattern = pattern_of_regex(regex);
    if (!pattern || splits.size() != 1) return unsupported(where, "unknown pattern " + quoted(regex));
    result.pattern = *pattern;
  }
  return result;
}

// Whether an added token speaks to the model, as those do that begin with a bracket or a bar.
bool is_control(std::string_view content) {
  for (const std::string_view mark : {"<", "[", "|", "\uff5c"})
    if (content.size() > mark.size() && content.starts_with(mark)) return true;
  return false;
}

// Ordinary text among the added tokens would be cut out before the pattern runs.
Status check_added_tokens(const Json& added) {
  for (const Json& token : added.items()) {
    const std::string_view content = token["content"].as_string();
    if (!token["special"].as_bool() && !content.empty() && !is_control(content))
      return unsupported("added_tokens", "the ordinary text " + quoted(content) + " as a token");
  }
  return {};
}

Result<std::size_t> read_id(const Json& id, std::string_view token) {
  const std::int64_t value = id.as_integer(-1);
  if (value < 0) return malformed("vocab: " + quoted(token), "its id is not a number");
  if (value > static_cast<std::int64_t>(vocabulary_entries_max))
    return Error{ErrorCode::too_large, "vocab: " + quoted(token), "an id beyond two million", ""};
  return static_cast<std::size_t>(value);
}

using IdsByText = std::unordered_map<std::string_view, TokenId>;

Result<BpeVocabulary::Merge> read_merge(const Json& merge, const IdsByText& ids, std::size_t number) {
  const std::string where = "merges: " + std::to_string(number);
  std::string_view left, right;
  if (merge.is_string()) {
    const std::string_view text = merge.as_string();
    const std::size_t blank = text.find(' ');
    if (blank != std::string_view::npos) left = text.substr(0, blank), right = text.substr(blank + 1);
  } else if (merge.items().size() == 2) {
    left = merge.items()[0].as_string(), right = merge.items()[1].as_string();
  }
  if (left.empty() || right.empty()) return malformed(where, "not a pair of tokens");
  const std::string together = std::string(left) + std::string(right);
  BpeVocabulary::Merge result{};
  for (const auto& [text, id] : {std::pair<std::string_view, TokenId*>{left, &result.left},
                                 std::pair<std::string_view, TokenId*>{right, &result.right},
                                 std::pair<std::string_view, TokenId*>{together, &result.result}}) {
    const auto found = ids.find(text);
    if (found == ids.end()) return malformed(where, quoted(text) + " is not in the vocabulary");
    *id = found->second;
  }
  return result;
}

Result<BpeVocabulary> read_bpe(const Json& model) {
  for (const std::string_view affix : {"continuing_subword_prefix", "end_of_word_suffix"})
    if (!model[affix].as_string().empty()) return unsupported("model", std::string(affix));
  if (model["dropout"].as_double() != 0) return unsupported("model", "dropout");
  const ByteAlphabet alphabet;
  BpeVocabulary vocabulary;
  IdsByText ids;
  ids.reserve(model["vocab"].members().size());
  for (const auto& [text, number] : model["vocab"].members()) {
    auto bytes = alphabet.bytes_of(text);
    if (!bytes || bytes->empty()) continue;  // an added token
    KINDLING_TRY(const std::size_t id, read_id(number, text));
    if (id >= vocabulary.tokens.size()) vocabulary.tokens.resize(id + 1);
    if (!vocabulary.tokens[id].empty()) return malformed("vocab: " + quoted(text), "its id stands twice");
    vocabulary.tokens[id] = std::move(*bytes);
    ids.emplace(text, static_cast<TokenId>(id));
  }
  std::vector<BpeVocabulary::Merge> merges;
  merges.reserve(model["merges"].items().size());
  for (const Json& merge : model["merges"].items()) {
    KINDLING_TRY(const auto read, read_merge(merge, ids, merges.size()));
    merges.push_back(read);
  }
  vocabulary.merges = std::move(merges);
  vocabulary.whole_first = model["ignore_merges"].as_bool();
  return vocabulary;
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
  if (type != "BPE") return unsupported("model", "unknown type " + type_of(model));
  if (model["vocab"].members().empty() || !model["merges"].is_array())
    return malformed("model", "no vocabulary or no merges");
  ByteLevelBpeOptions options{std::move(name), std::move(fingerprint)};
  KINDLING_TRY(options.normal_form, read_normalizer(file["normalizer"]));
  KINDLING_TRY(const PreTokenizer pre_tokenizer, read_pre_tokenizer(file["pre_tokenizer"]));
  options.pattern = pre_tokenizer.pattern;
  options.blank_in_front = pre_tokenizer.blank_in_front;
  KINDLING_TRY_VOID(check_added_tokens(file["added_tokens"]));
  KINDLING_TRY(const BpeVocabulary vocabulary, read_bpe(model));
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
