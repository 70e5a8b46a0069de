#include "formats/parse/front_matter.h"

#include <algorithm>
#include <charconv>

namespace kindling {
namespace {

constexpr std::size_t bytes_max = 64u << 10;
constexpr std::size_t keys_max = 256;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view unquoted(std::string_view value) {
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

Json scalar(std::string_view value) {
  if (value != unquoted(value)) return unquoted(value);
  if (value == "true") return true;
  if (value == "false") return false;
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), integer);
  if (error == std::errc() && end == value.data() + value.size() && !value.empty()) return integer;
  return value;
}

// "[a, 'b']" to "a, b".
std::string joined_list(std::string_view list) {
  std::string out;
  list = list.substr(1, list.size() - 2);
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = unquoted(trim(list.substr(0, comma)));
    if (!item.empty()) out += (out.empty() ? "" : ", ") + std::string(item);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

void read_yaml(std::string_view lines, Json& metadata) {
  std::string key;  // of the line before, while it may still be followed by list items
  while (!lines.empty() && metadata.members().size() < keys_max) {
    const std::size_t newline = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, newline);
    lines.remove_prefix(std::min(newline + 1, lines.size()));
    const std::string_view words = trim(line);
    if (words.starts_with("- ") && !key.empty()) {
      const std::string before(metadata[key].as_string());
      metadata.set(key, (before.empty() ? "" : before + ", ") + std::string(unquoted(trim(words.substr(2)))));
      continue;
    }
    const std::size_t colon = line.find(':');
    const bool top = !line.empty() && line.front() != ' ' && line.front() != '\t' && line.front() != '#' &&
                     line.front() != '-';
    if (!top || colon == std::string_view::npos) continue;
    key = unquoted(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    if (key.empty() || value.starts_with('|') || value.starts_with('>') || value.starts_with('{')) {
      key.clear();
    } else if (value.starts_with('[') && value.ends_with(']')) {
      metadata.set(key, joined_list(value));
    } else if (!value.empty()) {
      metadata.set(key, scalar(value));
    }
  }
}

void read_toml(std::string_view lines, Json& metadata) {
  const Result<Json> parsed = parse_toml(lines);
  if (!parsed) return;
  for (const auto& [key, value] : parsed->members()) {
    if (metadata.members().size() >= keys_max) return;
    if (!value.is_object() && !value.is_array() && !value.is_null()) metadata.set(key, value);
  }
}

}  // namespace

FrontMatter read_front_matter(std::string_view utf8) {
  FrontMatter front;
  const std::string_view head = utf8.substr(0, bytes_max);
  const std::string_view fence = head.substr(0, 3);
  if (fence != "---" && fence != "+++") return front;
  const std::size_t first_end = head.find('\n');
  if (first_end == std::string_view::npos || !trim(head.substr(3, first_end - 3)).empty()) return front;
  for (std::size_t at = first_end + 1; at < head.size();) {
    const std::size_t newline = std::min(head.find('\n', at), head.size());
    const std::string_view line = trim(head.substr(at, newline - at));
    if (line == fence || (fence == "---" && line == "...")) {
      const std::string_view lines = head.substr(first_end + 1, at - first_end - 1);
      // A rule at the top of a page, then prose, then a rule: that is no front matter.
      if (trim(lines.substr(0, lines.find('\n'))).empty()) return front;
      Json metadata = Json::object();
      fence == "---" ? read_yaml(lines, metadata) : read_toml(lines, metadata);
      if (metadata.members().empty()) return front;
      front.bytes = std::min(newline + 1, utf8.size());
      for (const auto& [key, value] : metadata.members()) {
        if (key == "title" && value.is_string())
          front.title = value.as_string();
        else
          front.metadata.set(key, value);
      }
      return front;
    }
    at = newline + 1;
  }
  return front;
}

}  // namespace kindling
