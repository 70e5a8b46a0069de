// Patterns on paths, as people know them from shells and .gitignore.
//
//   *  any characters of one name      **  any characters, across folders ("**/" also stands for no folder at
//   all) ?  one character of a name         [a-z] [!a-z]  one of a set, or one outside of it
//
// A pattern without a slash is matched against the last name of the path, at any depth; one with a slash
// against the whole path. "docs/" means everything below docs. A set that is not closed is taken literally.
// Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindling {

class Glob {
 public:
  explicit Glob(std::string_view pattern);

  // `path`: relative, names joined by '/'. Time is the length of the path times that of the pattern.
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  enum class Kind : std::uint8_t { literal, any, star, folders, set };
  struct Part {
    Kind kind = Kind::literal;
    char32_t literal = 0;
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;  // of a set, ends included
  };

  [[nodiscard]] static bool accepts(const Part& part, char32_t c);
  void enter(std::size_t part, bool skip_folders, std::vector<bool>& active) const;
  bool parse_set(std::string_view pattern, std::size_t& at);

  std::vector<Part> parts_;
  bool whole_path_ = false;
};

}  // namespace kindling
