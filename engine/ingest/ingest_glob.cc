#include "engine/ingest/ingest_glob.h"

#include <algorithm>

#include "base/utf8.h"

namespace kindling {

Glob::Glob(std::string_view pattern) {
  whole_path_ = pattern.find('/') != std::string_view::npos;
  const bool below = pattern.ends_with('/');
  while (pattern.starts_with("./")) pattern.remove_prefix(2);
  while (pattern.starts_with('/')) pattern.remove_prefix(1);
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern.substr(at).starts_with("**")) {
      parts_.push_back({.kind = Kind::folders, .ranges = {}});
      while (at < pattern.size() && pattern[at] == '*') ++at;
    } else if (pattern[at] == '*') {
      parts_.push_back({.kind = Kind::star, .ranges = {}});
      ++at;
    } else if (pattern[at] == '?') {
      parts_.push_back({.kind = Kind::any, .ranges = {}});
      ++at;
    } else if (pattern[at] != '[' || !parse_set(pattern, at)) {
      parts_.push_back({.kind = Kind::literal, .literal = next_code_point(pattern, at), .ranges = {}});
    }
  }
  if (below) parts_.push_back({.kind = Kind::folders, .ranges = {}});
}

// [abc], [a-z], [!a-z], [^a-z]; a ']' that comes first is a member. False, and `at` where it was, if the set
// never closes.
bool Glob::parse_set(std::string_view pattern, std::size_t& at) {
  Part part{.kind = Kind::set, .ranges = {}};
  std::size_t next = at + 1;
  if (next < pattern.size() && (pattern[next] == '!' || pattern[next] == '^')) {
    part.negated = true;
    ++next;
  }
  bool first = true;
  while (next < pattern.size() && (first || pattern[next] != ']')) {
    first = false;
    const char32_t low = next_code_point(pattern, next);
    char32_t high = low;
    if (next + 1 < pattern.size() && pattern[next] == '-' && pattern[next + 1] != ']')
      high = next_code_point(pattern, ++next);
    part.ranges.emplace_back(low, high);
  }
  if (next >= pattern.size()) return false;
  at = next + 1;
  parts_.push_back(std::move(part));
  return true;
}

bool Glob::accepts(const Part& part, char32_t c) {
  switch (part.kind) {
    case Kind::literal:
      return c == part.literal;
    case Kind::any:
    case Kind::star:
      return c != '/';
    case Kind::folders:
      return true;
    case Kind::set:
      return c != '/' &&
             part.negated != std::any_of(part.ranges.begin(), part.ranges.end(), [c](const auto& range) {
               return range.first <= c && c <= range.second;
             });
  }
  return false;
}

// Marks `part` as the one to be matched next, and those after it that may be reached without a character. A
// "**/" that is come upon at the beginning of a name may stand for nothing.
void Glob::enter(std::size_t part, bool skip_folders, std::vector<bool>& active) const {
  for (;; ++part) {
    active[part] = true;
    if (part == parts_.size()) return;
    const Kind kind = parts_[part].kind;
    if (kind != Kind::star && kind != Kind::folders) return;
    const auto slash = [this](std::size_t i) {
      return parts_[i].kind == Kind::literal && parts_[i].literal == '/';
    };
    const bool begins_name = part == 0 || slash(part - 1);
    if (kind == Kind::folders && skip_folders && begins_name && part + 1 < parts_.size() && slash(part + 1)) {
      enter(part + 2, true, active);
    }
  }
}

bool Glob::matches(std::string_view path) const {
  if (!whole_path_) path = path.substr(path.find_last_of('/') + 1);  // npos + 1 == 0
  std::vector<bool> active(parts_.size() + 1);
  enter(0, true, active);
  for (std::size_t at = 0; at < path.size();) {
    const char32_t c = next_code_point(path, at);
    std::vector<bool> next(parts_.size() + 1);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      if (!active[part] || !accepts(parts_[part], c)) continue;
      const bool stays = parts_[part].kind == Kind::star || parts_[part].kind == Kind::folders;
      enter(stays ? part : part + 1, !stays, next);
    }
    active = std::move(next);
  }
  return active[parts_.size()];
}

}  // namespace kindling
