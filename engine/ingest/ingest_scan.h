// Which files a run is about: the paths that were given, folders walked in sorted order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "engine/ingest.h"

namespace kindling {

struct ScannedFile {
  std::string uri;  // absolute, without "." and "..": the bytes of the path, whatever their encoding
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;
  bool named = false;  // given itself, or chosen by an --include pattern: then not to be passed over in silence
  bool standard_input = false;
};

struct Scan {
  std::vector<ScannedFile> files;       // each once, in the order of the paths given
  std::vector<IngestFailure> failures;  // folders that cannot be listed, named things that are no files
  std::vector<std::string> roots;       // the paths given, absolute, standard input left out
  std::vector<std::string> missing;     // of them, those that do not exist
  std::vector<std::string> empty;       // of them, folders in which there is no file at all
};

inline constexpr std::size_t scanned_files_max = 5'000'000;

// Lists; reads no file. Skipped: hidden entries of folders, symbolic links to folders (so that no loop is
// possible), what is neither file nor folder, the folder `index`. Include and exclude patterns are matched
// against the path below the folder given, or against the name of a file given. `on_found` is called now and
// then with the number of files found. Errors: `too_large` past `scanned_files_max`, `cancelled`.
[[nodiscard]] Result<Scan> scan(Files& files, const IngestOptions& options, const std::filesystem::path& index,
                                const std::function<void(std::uint64_t)>& on_found,
                                const Cancellation& cancellation);

// The absolute, lexically normal form of a path, without a slash at its end.
[[nodiscard]] std::string uri_of_path(const std::filesystem::path& path);

// Whether `uri` is the path `root` or lies below it.
[[nodiscard]] bool lies_under(std::string_view uri, std::string_view root);

}  // namespace kindling
