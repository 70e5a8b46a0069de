#include "engine/endpoint/probe_samples.h"

#include <array>
#include <string>
#include <utility>

namespace kindling {

const std::string_view probe_prose =
    "You are asked a question about a canal. The canal was dug by hand between 1791 and 1794, and it is 38 "
    "kilometres "
    "long. It has twelve locks; the longest is 62.5 metres. In winter it freezes about every third year, and "
    "then the "
    "barges are laid up in the basin below the mill. The tolls were abolished in 1905.";

namespace {

// A PNG of 32 x 32 white pixels, one bit each.
constexpr std::array<unsigned char, 72> white_square = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
    0x00, 0x20, 0x00, 0x00, 0x00, 0x20, 0x01, 0x00, 0x00, 0x00, 0x00, 0x5b, 0x01, 0x47, 0x59, 0x00, 0x00, 0x00,
    0x0f, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0x0f, 0x04, 0x0c, 0x83, 0x97, 0x00, 0x00, 0xda, 0xe9,
    0x7f, 0x81, 0x26, 0xf2, 0xfa, 0x63, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

// A WAV of one channel, one byte a sample.
std::string silence(std::uint32_t samples, std::uint32_t rate) {
  return "RIFF" + little_endian(36 + samples, 4) + "WAVEfmt " + little_endian(16, 4) + little_endian(1, 2) +
         little_endian(1, 2) + little_endian(rate, 4) + little_endian(rate, 4) + little_endian(1, 2) +
         little_endian(8, 2) + "data" + little_endian(samples, 4) + std::string(samples, '\x80');
}

}  // namespace

Json sample_of(std::string_view parameter) {
  const std::array<std::pair<std::string_view, Json>, 14> samples = {{
      {"stop", Json(Json::Array{Json("zebra")})},
      {"logprobs", true},
      {"top_logprobs", 1},
      {"n", 2},
      {"seed", 1},
      {"temperature", .5},
      {"top_p", .9},
      {"frequency_penalty", .1},
      {"presence_penalty", .1},
      {"logit_bias", Json::object()},
      {"reasoning_effort", "low"},
      {"response_format", Json::object({{"type", "text"}})},
      {"parallel_tool_calls", false},
      {"user", "probe"},
  }};
  for (const auto& [name, value] : samples) {
    if (name == parameter) return value;
  }
  return {};
}

Json sample_tools() {
  Json parameters = Json::object({{"type", "object"},
                                  {"properties", Json::object({{"query", Json::object({{"type", "string"}})}})},
                                  {"required", Json(Json::Array{Json("query")})},
                                  {"additionalProperties", false}});
  Json function = Json::object({{"name", "search"},
                                {"description", "Searches a collection of documents."},
                                {"parameters", std::move(parameters)}});
  return Json(Json::Array{Json::object({{"type", "function"}, {"function", std::move(function)}})});
}

Medium sample_medium(MediumKind kind) {
  Medium medium;
  medium.kind = kind;
  if (kind == MediumKind::image) {
    medium.format = "png";
    medium.width = medium.height = 32;
    medium.bytes = std::make_shared<const std::string>(white_square.begin(), white_square.end());
  } else {
    constexpr std::uint32_t rate = 8'000;
    medium.format = "wav";
    medium.seconds = .1;
    medium.bytes = std::make_shared<const std::string>(silence(rate / 10, rate));
  }
  return medium;
}

}  // namespace kindling
