#include "engine/record/message_reader.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tokenizer/rank_file.h"

namespace kindling {
namespace {

Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why), ""};
}

// A data URI holds the bytes; any other address stays one.
Result<Medium> read_image(std::string_view address) {
  constexpr std::string_view scheme = "data:image/";
  constexpr std::string_view encoding = ";base64,";
  Medium medium;
  medium.kind = MediumKind::image;
  if (!address.starts_with(scheme)) {
    medium.url = address;
    return medium;
  }
  const std::size_t comma = address.find(encoding);
  if (comma == std::string_view::npos) return malformed("image_url", "is a data URI without base64");
  medium.format = address.substr(scheme.size(), comma - scheme.size());
  auto bytes = from_base64(address.substr(comma + encoding.size()));
  if (!bytes) return malformed("image_url", "is no base64");
  medium.bytes = std::make_shared<const std::string>(*std::move(bytes));
  return medium;
}

Result<Medium> read_audio(const Json& json) {
  Medium medium;
  medium.kind = MediumKind::audio;
  medium.format = json["format"].as_string();
  auto bytes = from_base64(json["data"].as_string());
  if (!bytes) return malformed("input_audio", "is no base64");
  medium.bytes = std::make_shared<const std::string>(*std::move(bytes));
  return medium;
}

// The first part is the text; a later text is what is said before the next medium.
Status read_parts(const Json& parts, ChatMessage& message) {
  std::string caption;
  for (std::size_t i = 0; i < parts.items().size(); ++i) {
    const Json& part = parts.items()[i];
    const std::string_view type = part["type"].as_string();
    if (type == "text") {
      (i == 0 ? message.content : caption) = part["text"].as_string();
      continue;
    }
    std::optional<Medium> medium;
    if (type == "image_url") {
      KINDLING_TRY(medium, read_image(part.at("image_url.url").as_string()));
    } else if (type == "input_audio") {
      KINDLING_TRY(medium, read_audio(part["input_audio"]));
    } else {
      return malformed("content", "holds a part of an unknown type");
    }
    medium->caption = std::exchange(caption, {});
    message.media.push_back(*std::move(medium));
  }
  return {};
}

}  // namespace

Result<ChatMessage> read_message(const Json& json) {
  if (!json["role"].is_string()) return malformed("role", "is missing");
  ChatMessage message;
  message.role = json["role"].as_string();
  if (json["content"].is_array()) {
    KINDLING_TRY_VOID(read_parts(json["content"], message));
  } else {
    message.content = json["content"].as_string();
  }
  message.tool_call_id = json["tool_call_id"].as_string();
  for (const Json& call : json["tool_calls"].items()) {
    message.tool_calls.push_back({std::string(call["id"].as_string()),
                                  std::string(call.at("function.name").as_string()),
                                  std::string(call.at("function.arguments").as_string())});
  }
  return message;
}

}  // namespace kindling
