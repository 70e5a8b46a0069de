// The files of this repository, as the tests of the house read them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

struct SourceFile {
  std::string path;  // from the root of the repository: "engine/pack/fill.h"
  std::vector<std::string> lines;
  bool executable = false;

  [[nodiscard]] bool is_header() const { return path.ends_with(".h"); }
  [[nodiscard]] bool is_code() const { return is_header() || path.ends_with(".cc"); }
};

// Every file that is meant to be committed, by path: not what is built, cached or hidden.
[[nodiscard]] const std::vector<SourceFile>& source_tree();

// Code of the rooms (not of tests and benchmarks).
[[nodiscard]] std::vector<const SourceFile*> room_code();

// Headers that a room shows to others: those that its CMake files list (as HEADERS, each compiled alone). By
// path.
[[nodiscard]] const std::set<std::string>& public_headers();

struct Include {
  int line = 0;
  std::string name;   // as between the quotes or brackets
  bool ours = false;  // in quotes
};

[[nodiscard]] std::vector<Include> includes_of(const SourceFile& file);

// "engine/endpoint/retry.h" -> "engine"; "CMakeLists.txt" -> "".
[[nodiscard]] std::string room_of(std::string_view path);

}  // namespace kindling
