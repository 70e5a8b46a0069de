#include "tests/house/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kindling {
namespace {

namespace fs = std::filesystem;

bool is_left_out(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name == "build" || name == "__pycache__" || (name.starts_with('.') && name != ".ci");
}

SourceFile read(const fs::path& path, const fs::path& root) {
  SourceFile file;
  file.path = fs::relative(path, root).generic_string();
  file.executable = (fs::status(path).permissions() & fs::perms::owner_exec) != fs::perms::none;
  std::ifstream stream(path, std::ios::binary);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

std::vector<SourceFile> read_tree() {
  const fs::path root = KINDLING_SOURCE_TREE;
  std::vector<SourceFile> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    if (at->is_directory() && is_left_out(at->path())) at.disable_recursion_pending();
    if (at->is_regular_file()) files.push_back(read(at->path(), root));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> files = read_tree();
  return files;
}

const std::set<std::string>& public_headers() {
  static const std::set<std::string> headers = [] {
    std::set<std::string> found;
    for (const SourceFile& file : source_tree()) {
      if (!file.path.ends_with("CMakeLists.txt") && !file.path.ends_with(".cmake")) continue;
      const fs::path folder = fs::path(file.path).parent_path();
      for (const std::string& line : file.lines) {
        std::istringstream words(line);
        for (std::string word; words >> word;) {
          while (word.ends_with(')')) word.pop_back();
          if (word.ends_with(".h")) found.insert((folder / word).lexically_normal().generic_string());
        }
      }
    }
    return found;
  }();
  return headers;
}

std::string room_of(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

std::vector<const SourceFile*> room_code() {
  constexpr std::array<std::string_view, 9> rooms = {"base",  "tokenizer", "formats", "net", "encoder",
                                                     "index", "engine",    "server",  "cli"};
  std::vector<const SourceFile*> files;
  for (const SourceFile& file : source_tree()) {
    if (file.is_code() && std::ranges::find(rooms, room_of(file.path)) != rooms.end()) files.push_back(&file);
  }
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  constexpr std::string_view directive = "#include ";
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.starts_with(directive) || line.size() < directive.size() + 2) continue;
    const char open = line[directive.size()];
    const std::size_t begin = directive.size() + 1;
    const std::size_t end = line.find(open == '<' ? '>' : '"', begin);
    if (end == std::string::npos) continue;
    includes.push_back({static_cast<int>(i) + 1, line.substr(begin, end - begin), open == '"'});
  }
  return includes;
}

}  // namespace kindling
