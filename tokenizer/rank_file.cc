#include "tokenizer/rank_file.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace kindling {
namespace {

constexpr std::array<std::int8_t, 256> digit_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

struct Line {
  std::string bytes;
  std::size_t id = 0;
};

std::optional<Line> read_line(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  Line line;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + blank + 1, end, line.id);
  auto bytes = from_base64(text.substr(0, blank));
  if (error != std::errc() || stop != end || !bytes || bytes->empty()) return std::nullopt;
  line.bytes = std::move(*bytes);
  return line;
}

std::string_view cut_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (int pad = 0; pad < 2 && text.ends_with('='); ++pad) text.remove_suffix(1);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = digit_values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) bytes.push_back(static_cast<char>(bits >> (count -= 8)));
  }
  return bytes;
}

bool looks_like_rank_file(std::string_view bytes) {
  std::string_view rest = bytes.substr(0, 4096);
  return read_line(cut_line(rest)).has_value();
}

Result<BpeVocabulary> read_rank_file(std::string_view bytes) {
  BpeVocabulary vocabulary;
  std::string_view rest = bytes;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view text = cut_line(rest);
    if (text.empty()) continue;
    auto line = read_line(text);
    const std::string where = "line " + std::to_string(number);
    if (!line)
      return Error{ErrorCode::malformed, where, "not a token in base64 and its number",
                   "get the rank file again"};
    if (line->id > vocabulary_entries_max)
      return Error{ErrorCode::too_large, where, "more than two million entries", "get the rank file again"};
    if (line->id >= vocabulary.tokens.size()) vocabulary.tokens.resize(line->id + 1);
    if (!vocabulary.tokens[line->id].empty())
      return Error{ErrorCode::malformed, where, "its number stands twice", "get the rank file again"};
    vocabulary.tokens[line->id] = std::move(line->bytes);
  }
  return vocabulary;
}

}  // namespace kindling
