#include "engine/ingest/ingest_scan.h"

#include <algorithm>
#include <unordered_map>

#include "engine/ingest/ingest_glob.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

std::vector<Glob> globs(const std::vector<std::string>& patterns) { return {patterns.begin(), patterns.end()}; }

bool any_matches(const std::vector<Glob>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&path](const Glob& glob) { return glob.matches(path); });
}

class Scanner {
 public:
  Scanner(Files& files, const IngestOptions& options, const fs::path& index,
          const std::function<void(std::uint64_t)>& on_found, const Cancellation& cancellation)
      : files_(files),
        standard_input_name_(options.standard_input_name),
        include_(globs(options.include)),
        exclude_(globs(options.exclude)),
        index_(uri_of_path(index)),
        on_found_(on_found),
        cancellation_(cancellation) {}

  Status add_root(const std::string& path) {
    if (path == "-") return add_standard_input();
    const std::string uri = uri_of_path(path);
    scan_.roots.push_back(uri);
    const Result<FileInfo> info = files_.info(uri);
    if (!info && info.error().code == ErrorCode::not_found) {
      scan_.missing.push_back(uri);
      return {};
    }
    if (!info) return fail(uri, info.error());
    const std::string name = fs::path(uri).filename().string();
    switch (info->kind) {
      case FileInfo::Kind::directory:
        return walk(uri);
      case FileInfo::Kind::regular:
        return wanted(name) ? add_file(uri, *info, true) : Status();
      case FileInfo::Kind::other:
        break;
    }
    return fail(
        uri, {ErrorCode::unreadable, "", "not a regular file", "save its content to a file, or pipe it to -"});
  }

  Scan finish() && { return std::move(scan_); }

 private:
  struct Folder {
    std::string path;
    std::string below_root;  // "" or "a/b/"
  };

  // Depth first, each folder's entries in order of their bytes, without recursion: a tree may be deep.
  Status walk(const std::string& root) {
    seen_in_root_ = 0;
    std::vector<Folder> open{{root, ""}};
    while (!open.empty()) {
      KINDLING_TRY_VOID(cancellation_.check());
      const Folder folder = std::move(open.back());
      open.pop_back();
      Result<std::vector<std::string>> names = files_.list(folder.path);
      if (!names) {
        KINDLING_TRY_VOID(fail(folder.path, names.error()));
        continue;
      }
      std::vector<Folder> inner;
      for (const std::string& name : *names) KINDLING_TRY_VOID(visit(folder, name, inner));
      open.insert(open.end(), std::make_move_iterator(inner.rbegin()), std::make_move_iterator(inner.rend()));
    }
    if (seen_in_root_ == 0) scan_.empty.push_back(root);
    return {};
  }

  Status visit(const Folder& folder, const std::string& name, std::vector<Folder>& inner) {
    if (name.starts_with('.')) return {};
    const std::string path = (folder.path == "/" ? "" : folder.path) + "/" + name;
    const std::string below_root = folder.below_root + name;
    const Result<FileInfo> info = files_.info(path);
    if (!info) {
      // Gone since it was listed, or a link to nothing: not a file that anybody misses.
      return info.error().code == ErrorCode::not_found ? Status() : fail(path, info.error());
    }
    if (info->kind == FileInfo::Kind::directory) {
      const bool excluded = any_matches(exclude_, below_root) || any_matches(exclude_, below_root + "/");
      if (!info->symbolic_link && !excluded && path != index_) inner.push_back({path, below_root + "/"});
      return {};
    }
    if (info->kind != FileInfo::Kind::regular) return {};
    ++seen_in_root_;
    return wanted(below_root) ? add_file(path, *info, !include_.empty()) : Status();
  }

  [[nodiscard]] bool wanted(const std::string& path) const {
    return (include_.empty() || any_matches(include_, path)) && !any_matches(exclude_, path);
  }

  Status add_file(const std::string& uri, const FileInfo& info, bool named) {
    const auto [entry, is_new] = positions_.try_emplace(uri, scan_.files.size());
    if (!is_new) {
      scan_.files[entry->second].named |= named;
      return {};
    }
    if (scan_.files.size() >= scanned_files_max) {
      return Error{ErrorCode::too_large, uri,
                   "more than " + std::to_string(scanned_files_max) + " files in one run",
                   "index the folders one by one, or choose with --include"};
    }
    scan_.files.push_back({uri, info.bytes, info.modified_ms, named, false});
    if (scan_.files.size() % 256 == 0) on_found_(scan_.files.size());
    return {};
  }

  Status add_standard_input() {
    const auto [entry, is_new] = positions_.try_emplace(standard_input_name_, scan_.files.size());
    if (is_new) scan_.files.push_back({standard_input_name_, 0, 0, true, true});
    return {};
  }

  Status fail(const std::string& uri, Error error) {
    error.where.clear();  // the uri says it
    scan_.failures.push_back({uri, error.code, error.sentence()});
    return {};
  }

  Files& files_;
  std::string standard_input_name_;
  std::vector<Glob> include_;
  std::vector<Glob> exclude_;
  std::string index_;
  const std::function<void(std::uint64_t)>& on_found_;
  const Cancellation& cancellation_;
  std::unordered_map<std::string, std::size_t> positions_;  // of what is in scan_.files
  std::uint64_t seen_in_root_ = 0;
  Scan scan_;
};

}  // namespace

std::string uri_of_path(const fs::path& path) {
  std::error_code ignored;  // the working folder may be gone: then the path stays as it is, and is not found
  const fs::path absolute = fs::absolute(path, ignored);
  std::string uri = (absolute.empty() ? path : absolute).lexically_normal().string();
  while (uri.size() > 1 && uri.ends_with('/')) uri.pop_back();
  return uri;
}

bool lies_under(std::string_view uri, std::string_view root) {
  if (root == "/") return uri.starts_with('/');
  return uri.starts_with(root) && (uri.size() == root.size() || uri[root.size()] == '/');
}

Result<Scan> scan(Files& files, const IngestOptions& options, const fs::path& index,
                  const std::function<void(std::uint64_t)>& on_found, const Cancellation& cancellation) {
  Scanner scanner(files, options, index, on_found, cancellation);
  for (const std::string& path : options.paths) KINDLING_TRY_VOID(scanner.add_root(path));
  return std::move(scanner).finish();
}

}  // namespace kindling
