#include "encoder/text_frame.h"

#include <string>
#include <utility>

namespace kindling {
namespace {

constexpr std::string_view where = "post_processor";

Error not_known(std::string what) {
  return {ErrorCode::unsupported, std::string(where), std::move(what), "use a model of BERT's kind"};
}

Result<TokenId> token_id(const Json& id) {
  const std::int64_t value = id.as_integer(-1);
  if (value < 0 || value > INT32_MAX)
    return Error{ErrorCode::malformed, std::string(where), "a token without an id", ""};
  return static_cast<TokenId>(value);
}

// {"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, ...], "special_tokens": {...}}
Result<TextFrame> read_template(const Json& processor) {
  TextFrame frame;
  bool text_seen = false;
  for (const Json& piece : processor["single"].items()) {
    if (piece.has("Sequence")) {
      if (std::exchange(text_seen, true)) return not_known("a template with the text twice");
      continue;
    }
    const std::string_view name = piece.at("SpecialToken.id").as_string();
    const Json& ids = processor["special_tokens"][name]["ids"];
    if (ids.items().empty())
      return Error{ErrorCode::malformed, std::string(where), "\"" + std::string(name) + "\" has no ids", ""};
    for (const Json& each : ids.items()) {
      KINDLING_TRY(const TokenId id, token_id(each));
      (text_seen ? frame.end : frame.begin).push_back(id);
    }
  }
  if (!text_seen) return not_known("a template without the text");
  return frame;
}

// {"cls": ["<s>", 0], "sep": ["</s>", 2]}
Result<TextFrame> read_bert_processing(const Json& processor) {
  TextFrame frame;
  for (const auto& [name, ids] : {std::pair{"cls", &frame.begin}, std::pair{"sep", &frame.end}}) {
    const Json& pair = processor[name];
    if (pair.items().size() != 2)
      return Error{ErrorCode::malformed, std::string(where), std::string(name) + " is no token with its id",
                   ""};
    KINDLING_TRY(const TokenId id, token_id(pair.items()[1]));
    ids->push_back(id);
  }
  return frame;
}

}  // namespace

Result<std::optional<TextFrame>> read_text_frame(const Json& processor) {
  if (processor.is_null()) return std::optional<TextFrame>();
  const std::string_view type = processor["type"].as_string();
  if (type == "Sequence") {
    std::optional<TextFrame> frame;
    for (const Json& part : processor["processors"].items()) {
      KINDLING_TRY(auto found, read_text_frame(part));
      if (found && frame) return not_known("two post-processors that add tokens");
      if (found) frame = std::move(found);
    }
    return frame;
  }
  if (type == "ByteLevel") return std::optional<TextFrame>();  // changes offsets only
  if (type == "TemplateProcessing") {
    KINDLING_TRY(TextFrame frame, read_template(processor));
    return std::optional(std::move(frame));
  }
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    KINDLING_TRY(TextFrame frame, read_bert_processing(processor));
    return std::optional(std::move(frame));
  }
  return not_known("\"" + std::string(type) + "\" is not known");
}

}  // namespace kindling
