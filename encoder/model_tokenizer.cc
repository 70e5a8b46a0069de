#include "encoder/model_tokenizer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "encoder/text_frame.h"
#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

Error too_many_tokens(const std::string& file, std::size_t tokens, const NetworkShape& shape) {
  return {ErrorCode::configuration, file,
          "has " + std::to_string(tokens) + " tokens, the model " + std::to_string(shape.vocabulary), ""};
}

// A special token is written as its text, or as an object with it.
std::string special_token(const Json& settings, std::string_view name, std::string_view otherwise) {
  const Json& token = settings[name];
  return std::string(token.is_object() ? token["content"].as_string(otherwise) : token.as_string(otherwise));
}

// The number of the line that is `token`.
std::optional<TokenId> line_of(std::string_view vocabulary, std::string_view token) {
  TokenId line = 0;
  while (!vocabulary.empty()) {
    const std::size_t end = std::min(vocabulary.find('\n'), vocabulary.size());
    std::string_view text = vocabulary.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text == token) return line;
    vocabulary.remove_prefix(std::min(end + 1, vocabulary.size()));
    ++line;
  }
  return std::nullopt;
}

std::size_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

// vocab.txt as made of tokenizer.json's token -> id map.
Result<std::string> vocabulary_of(const Json& tokenizer, const std::string& file) {
  const auto& vocabulary = tokenizer.at("model.vocab").members();
  std::vector<std::string_view> tokens(vocabulary.size());
  for (const auto& [token, id] : vocabulary) {
    const auto at = static_cast<std::uint64_t>(id.as_integer(-1));
    if (at >= tokens.size() || !tokens[at].empty() || token.empty() || token.find('\n') != std::string::npos) {
      return Error{ErrorCode::malformed, file, "the ids of the vocabulary have holes or repeat", ""};
    }
    tokens[at] = token;
  }
  std::string lines;
  for (const std::string_view token : tokens) lines.append(token).append(1, '\n');
  return lines;
}

// tokenizer_config.json decides, as it does in transformers; then the normaliser.
WordPieceOptions wordpiece_options(const Json& settings, const Json& normalizer) {
  WordPieceOptions options;
  options.lower_case = settings["do_lower_case"].as_bool(normalizer["lowercase"].as_bool(true));
  // null: as lower-casing
  options.strip_accents =
      settings["strip_accents"].as_bool(normalizer["strip_accents"].as_bool(options.lower_case));
  options.split_cjk =
      settings["tokenize_chinese_chars"].as_bool(normalizer["handle_chinese_chars"].as_bool(true));
  return options;
}

// One more than the largest id.
std::size_t ids_of_file(const Json& tokenizer) {
  const Json& vocabulary = tokenizer.at("model.vocab");
  std::int64_t end = static_cast<std::int64_t>(vocabulary.items().size());
  for (const auto& [token, id] : vocabulary.members()) end = std::max(end, id.as_integer(0) + 1);
  for (const Json& token : tokenizer["added_tokens"].items())
    end = std::max(end, token["id"].as_integer(0) + 1);
  return static_cast<std::size_t>(end);
}

Status expect_type(const Json& part, std::string_view name, std::string_view type) {
  if (part.is_null() || part["type"].as_string() == type) return {};
  return Error{ErrorCode::unsupported, std::string(name),
               "\"" + std::string(part["type"].as_string()) + "\" is not known with WordPiece",
               "use a tokenizer of BERT's kind"};
}

}  // namespace

Result<ModelTokenizer> ModelTokenizer::read(ModelFiles& files, const std::string& folder,
                                            const NetworkShape& shape) {
  KINDLING_TRY(const Json settings, files.json_if_there(in_module(folder, "tokenizer_config.json")));
  const std::string word_file = in_module(folder, "vocab.txt"), json_file = in_module(folder, "tokenizer.json");
  ModelTokenizer model;
  // Absurdly large numbers stand for "no limit".
  const std::int64_t length = settings["model_max_length"].as_integer(0);
  if (length > 0 && length < 10'000'000) model.length_max_ = static_cast<std::size_t>(length);
  if (files.has(word_file)) {
    KINDLING_TRY(const std::string vocabulary, files.text(word_file));
    KINDLING_TRY_VOID(
        model.read_vocabulary(vocabulary, wordpiece_options(settings, Json()), word_file, settings, shape));
    return model;
  }
  if (!files.has(json_file)) {
    return Error{ErrorCode::not_found, word_file, "is not there, nor is tokenizer.json",
                 "fetch the model again, or save it with a fast tokenizer"};
  }
  KINDLING_TRY(const std::string bytes, files.text(json_file));
  KINDLING_TRY(const Json tokenizer, parse_json(bytes).within(json_file));
  KINDLING_TRY_VOID(model.read_json(bytes, tokenizer, settings, shape).within(json_file));
  return model;
}

Status ModelTokenizer::read_vocabulary(std::string_view vocabulary, WordPieceOptions options,
                                       const std::string& file, const Json& settings,
                                       const NetworkShape& shape) {
  if (const std::size_t lines = count_lines(vocabulary); lines > shape.vocabulary)
    return too_many_tokens(file, lines, shape);
  KINDLING_TRY(auto wordpiece, WordPiece::from_vocabulary(vocabulary, options).within(file));
  const bool as_bert = shape.first_position == 0;
  for (const auto& [name, otherwise, ids] : {std::tuple{"cls_token", as_bert ? "[CLS]" : "<s>", &begin_},
                                             std::tuple{"sep_token", as_bert ? "[SEP]" : "</s>", &end_}}) {
    const std::string token = special_token(settings, name, otherwise);
    const auto id = line_of(vocabulary, token);
    if (!id) return Error{ErrorCode::configuration, file, "has no token \"" + token + "\"", ""};
    *ids = {*id};
  }
  wordpiece_ = wordpiece.get();
  tokenizer_ = std::move(wordpiece);
  lower_cases_ = options.lower_case;
  return {};
}

Status ModelTokenizer::read_json(const std::string& bytes, const Json& tokenizer, const Json& settings,
                                 const NetworkShape& shape) {
  if (tokenizer.at("model.type").as_string() == "WordPiece") {
    KINDLING_TRY_VOID(expect_type(tokenizer["normalizer"], "normalizer", "BertNormalizer"));
    KINDLING_TRY_VOID(expect_type(tokenizer["pre_tokenizer"], "pre_tokenizer", "BertPreTokenizer"));
    KINDLING_TRY(const std::string vocabulary, vocabulary_of(tokenizer, ""));
    KINDLING_TRY_VOID(read_vocabulary(vocabulary, wordpiece_options(settings, tokenizer["normalizer"]), "vocab",
                                      settings, shape));
  } else {
    if (const std::size_t ids = ids_of_file(tokenizer); ids > shape.vocabulary)
      return too_many_tokens("vocab", ids, shape);
    KINDLING_TRY(tokenizer_, open_tokenizer_json("tokenizer.json", bytes, tokenizer));
  }
  KINDLING_TRY(const auto frame, read_text_frame(tokenizer["post_processor"]));
  if (!frame && wordpiece_ == nullptr) {
    return Error{ErrorCode::unsupported, "post_processor", "does not say which tokens stand around a text",
                 "save the model with a fast tokenizer"};
  }
  if (frame) begin_ = frame->begin, end_ = frame->end;
  for (const auto* ids : {&begin_, &end_}) {
    for (const TokenId id : *ids)
      if (static_cast<std::size_t>(id) >= shape.vocabulary)
        return too_many_tokens("post_processor", static_cast<std::size_t>(id) + 1, shape);
  }
  return {};
}

std::vector<TokenId> ModelTokenizer::ids_of(std::string_view text, std::size_t tokens_max) const {
  std::vector<TokenId> ids = begin_;
  const std::size_t room = tokens_max - around();
  if (wordpiece_ != nullptr) {
    wordpiece_->encode_into(text, ids, room);
  } else {
    // A vocabulary that is read from a file is open: this cannot fail.
    const std::vector<TokenId> own = tokenizer_->encode(text).value();
    ids.insert(ids.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(std::min(own.size(), room)));
  }
  ids.insert(ids.end(), end_.begin(), end_.end());
  return ids;
}

}  // namespace kindling
