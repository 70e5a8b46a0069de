#include "tokenizer/tokenizer_json_bpe.h"

#include <unordered_map>

#include "tokenizer/tokenizer_json_error.h"

namespace kindling::tokenizer_json {

Result<std::size_t> read_id(const Json& id, std::string_view token) {
  const std::int64_t value = id.as_integer(-1);
  if (value < 0) return malformed("vocab: " + quoted(token), "its id is not a number");
  if (value > static_cast<std::int64_t>(vocabulary_entries_max))
    return Error{ErrorCode::too_large, "vocab: " + quoted(token), "an id beyond two million", ""};
  return static_cast<std::size_t>(value);
}

namespace {

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

}  // namespace

Result<BpeVocabulary> read_bpe(const Json& model, SpellingOf spelling_of) {
  for (const std::string_view affix : {"continuing_subword_prefix", "end_of_word_suffix"})
    if (!model[affix].as_string().empty()) return unsupported("model", std::string(affix));
  if (model["dropout"].as_double() != 0) return unsupported("model", "dropout");
  BpeVocabulary vocabulary;
  IdsByText ids;
  ids.reserve(model["vocab"].members().size());
  for (const auto& [text, number] : model["vocab"].members()) {
    auto bytes = spelling_of(text);
    if (!bytes || bytes->empty()) continue;  // an added token, most likely
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

}  // namespace kindling::tokenizer_json
