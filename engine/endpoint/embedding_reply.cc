#include "engine/endpoint/embedding_reply.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace kindling {
namespace {

Error wrong(std::string why) {
  return {ErrorCode::endpoint_refused, "", "the answer of the embedding model is wrong: " + std::move(why),
          "check that the address and the model after '#' are those of an embedding model"};
}

// RFC 4648 section 4; the padding may be left out.
std::optional<std::vector<unsigned char>> bytes_of_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::vector<unsigned char> bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      return std::nullopt;
    }
    held = held << 6 | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<unsigned char>(held >> bits & 0xff));
  }
  return bytes;
}

Result<std::vector<float>> numbers_of_base64(std::string_view text) {
  const auto bytes = bytes_of_base64(text);
  if (!bytes || bytes->size() % sizeof(float) != 0) return wrong("a vector is not base64 of 32-bit numbers");
  std::vector<float> numbers;
  numbers.reserve(bytes->size() / sizeof(float));
  for (std::size_t at = 0; at < bytes->size(); at += sizeof(float)) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < sizeof(float); ++i)
      word |= static_cast<std::uint32_t>((*bytes)[at + i]) << (8 * i);
    numbers.push_back(std::bit_cast<float>(word));
  }
  return numbers;
}

Result<std::vector<float>> numbers_of_list(const Json::Array& list) {
  constexpr double most = std::numeric_limits<float>::max();
  std::vector<float> numbers;
  numbers.reserve(list.size());
  for (const Json& number : list) {
    const double value = number.as_double();
    if (!number.is_number() || !(std::abs(value) <= most))
      return wrong("a vector holds something that is not a finite number");
    numbers.push_back(static_cast<float>(value));
  }
  return numbers;
}

Result<std::vector<float>> numbers_of(const Json& embedding) {
  if (embedding.is_string()) return numbers_of_base64(embedding.as_string());
  if (embedding.is_array()) return numbers_of_list(embedding.items());
  return wrong("a vector is neither a list of numbers nor base64");
}

Status normalise(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (!std::isfinite(squares)) return wrong("a vector holds a number that is not finite");
  const double length = std::sqrt(squares);
  if (!(length > 0)) return wrong("a vector of zeros");
  for (float& value : vector) value = static_cast<float>(value / length);
  return {};
}

Result<std::size_t> index_of(const Json& item, const std::vector<bool>& seen) {
  if (!item["index"].is_integer()) return wrong("a vector without an index");
  const std::int64_t index = item["index"].as_integer();
  if (index < 0 || static_cast<std::size_t>(index) >= seen.size())
    return wrong(fmt::format("a vector of index {} for {} texts", index, seen.size()));
  if (seen[static_cast<std::size_t>(index)]) return wrong(fmt::format("two vectors of index {}", index));
  return static_cast<std::size_t>(index);
}

}  // namespace

Result<EmbeddingReply> read_embedding_reply(const Json& body, std::size_t count) {
  if (!body["data"].is_array()) return wrong("no list 'data'");
  const Json::Array& data = body["data"].items();
  if (data.size() != count) return wrong(fmt::format("{} vectors for {} texts", data.size(), count));
  EmbeddingReply reply;
  std::vector<bool> seen(count);
  for (const Json& item : data) {
    KINDLING_TRY(const std::size_t index, index_of(item, seen));
    seen[index] = true;
    KINDLING_TRY(std::vector<float> vector, numbers_of(item["embedding"]));
    if (reply.values.empty()) {
      if (vector.empty() || vector.size() > remote_dimensions_max)
        return wrong(fmt::format("a vector of {} numbers", vector.size()));
      reply.dimensions = vector.size();
      reply.values.resize(count * reply.dimensions);
    }
    if (vector.size() != reply.dimensions)
      return wrong(fmt::format("vectors of {} and of {} numbers", reply.dimensions, vector.size()));
    KINDLING_TRY_VOID(normalise(vector));
    std::copy(vector.begin(), vector.end(),
              reply.values.begin() + static_cast<std::ptrdiff_t>(index * reply.dimensions));
  }
  const std::int64_t tokens = body["usage"]["prompt_tokens"].as_integer();
  reply.prompt_tokens = tokens > 0 ? static_cast<std::uint64_t>(tokens) : 0;
  return reply;
}

}  // namespace kindling
