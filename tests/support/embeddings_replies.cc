#include "tests/support/embeddings_replies.h"

#include <openssl/evp.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>

namespace kindling {
namespace {

std::uint32_t word_number(std::string_view word, std::uint32_t number) {
  for (const char c : word) number = number * 16'777'619u ^ static_cast<unsigned char>(c);
  return number;
}

// By OpenSSL, so that our own reading of it has a twin.
std::string base64_of(const std::vector<float>& numbers) {
  const std::size_t size = numbers.size() * sizeof(float);
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(numbers.data()), static_cast<int>(size));
  text.pop_back();
  return text;
}

Json list_of(const std::vector<float>& numbers) {
  Json list = Json::array();
  for (const float number : numbers) list.push(number);
  return list;
}

}  // namespace

std::vector<float> scripted_vector(std::string_view text, const EmbeddingsScript& script) {
  std::vector<float> sum(script.dimensions, 0.f);
  sum[0] = .5f;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    std::minstd_rand random(word_number(word, script.weights * 2'166'136'261u) | 1u);
    random.discard(3);
    for (float& value : sum) value += static_cast<float>(random() % 2'001) / 1'000.f - 1;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += i % 2 == 0 ? script.wobble : -script.wobble;
  return sum;
}

Json embeddings_json(const RecordedRequest& request, const EmbeddingsScript& script) {
  EmbeddingsScript shortened = script;
  if (script.knows_dimensions && request.json.has("dimensions"))
    shortened.dimensions = static_cast<std::size_t>(request.json["dimensions"].as_integer());
  const bool base64 = script.knows_base64 && request.json["encoding_format"].as_string() == "base64";
  Json::Array data;
  std::int64_t tokens = 0;
  for (const Json& text : request.json["input"].items()) {
    const std::vector<float> vector = scripted_vector(text.as_string(), shortened);
    tokens += static_cast<std::int64_t>(text.as_string().size() / 4 + 1);
    data.push_back(Json::object({{"object", "embedding"},
                                 {"index", data.size()},
                                 {"embedding", base64 ? Json(base64_of(vector)) : list_of(vector)}}));
  }
  if (script.reversed) std::reverse(data.begin(), data.end());
  return Json::object({{"object", "list"},
                       {"data", std::move(data)},
                       {"model", request.json["model"]},
                       {"usage", Json::object({{"prompt_tokens", tokens}, {"total_tokens", tokens}})}});
}

Reply embeddings_reply(const RecordedRequest& request, const EmbeddingsScript& script) {
  if (!request.target.ends_with("/embeddings"))
    return error_reply(404, "no such path", "invalid_request_error", "");
  if (!script.takes_format && request.json.has("encoding_format"))
    return error_reply(400, "unknown parameter: encoding_format", "invalid_request_error", "unknown_parameter");
  for (const Json& text : request.json["input"].items()) {
    if (text.as_string().empty())
      return error_reply(400, "input cannot be an empty string", "invalid_request_error", "");
    if (script.bytes_max > 0 && text.as_string().size() > script.bytes_max)
      return error_reply(400,
                         "This model's maximum context length is 512 tokens, however you requested 900 tokens.",
                         "invalid_request_error", "");
  }
  return json_reply(200, embeddings_json(request, script));
}

}  // namespace kindling
