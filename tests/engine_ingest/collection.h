// A folder of files and an index of it, for tests of whole runs: the real decoder, vectors without meaning.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "engine/ingest.h"
#include "index/snapshot.h"
#include "tests/support/hash_encoder.h"
#include "tests/support/temporary_folder.h"

namespace kindling {

class Collection {
 public:
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / "files" / name;
  }
  [[nodiscard]] std::filesystem::path index() const { return folder_.path() / "index"; }

  // Files are written as if an hour ago, so that their time alone tells that they are unchanged.
  void write(const std::string& name, const std::string& content, int hours_ago = 1) {
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    set_age(name, hours_ago);
  }
  void set_age(const std::string& name, int hours_ago) {
    std::filesystem::last_write_time(
        path(name), std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours_ago));
  }
  void remove(const std::string& name) { std::filesystem::remove_all(path(name)); }

  [[nodiscard]] IngestOptions options() const {
    IngestOptions options;
    options.paths = {path("").string()};
    return options;
  }

  [[nodiscard]] Result<IngestReport> try_ingest(const IngestOptions& options,
                                                const OnIngestProgress& on_progress = {},
                                                const Cancellation& cancellation = never_cancelled()) const {
    return ingest(index(), options, encoder_, on_progress, cancellation);
  }
  [[nodiscard]] IngestReport ingest_with(const IngestOptions& options) const {
    return try_ingest(options).value();
  }
  [[nodiscard]] IngestReport ingest_all() const { return ingest_with(options()); }

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const {
    return Snapshot::open(system_files(), index()).value();
  }

  // Uris of live documents below the folder, in index order.
  [[nodiscard]] std::vector<std::string> documents() const {
    const auto snapshot = this->snapshot();
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < snapshot->document_slots(); ++i) {
      if (!snapshot->live(DocumentIndex{i})) continue;
      std::string uri(snapshot->document(DocumentIndex{i}).uri);
      const std::string root = path("").string();
      names.push_back(uri.starts_with(root) ? uri.substr(root.size()) : uri);
    }
    return names;
  }

  // Everything that a search could see, as one text.
  [[nodiscard]] std::string contents() const {
    const auto snapshot = this->snapshot();
    std::ostringstream out;
    for (std::uint32_t i = 0; i < snapshot->document_slots(); ++i) {
      if (!snapshot->live(DocumentIndex{i})) continue;
      const DocumentView document = snapshot->document(DocumentIndex{i});
      out << document.uri << '|' << document.name << '|' << document.title << '|' << document.format << '|'
          << to_string(document.language) << '|' << to_string(snapshot->metadata_of(DocumentIndex{i}).value())
          << '\n';
      for (std::uint32_t c = 0; c < document.chunk_count; ++c) {
        const ChunkView chunk = snapshot->chunk(ChunkIndex{position(document.first_chunk) + c});
        out << "  " << chunk.span.begin << '-' << chunk.span.end << ' ' << chunk.tokens << ' ' << chunk.text
            << '\n';
        for (const float value : snapshot->vector(chunk.index)) out << ' ' << value;
        out << '\n';
      }
    }
    return out.str();
  }

  // Uris of documents that hold the word, in index order.
  [[nodiscard]] std::size_t count_found(std::string_view word) const {
    const auto snapshot = this->snapshot();
    return snapshot->lexical(analyze_question(word, Language::english)).chunks.size();
  }

  [[nodiscard]] std::string text_of(const std::string& name) const {
    const auto snapshot = this->snapshot();
    const auto document = snapshot->find(path(name).string());
    return document ? std::string(snapshot->document(*document).text) : "";
  }

 private:
  TemporaryFolder folder_;
  HashEncoder encoder_;
};

// "added updated unchanged removed failed"
inline std::string counts(const IngestReport& report) {
  std::ostringstream out;
  out << report.added << ' ' << report.updated << ' ' << report.unchanged << ' ' << report.removed << ' '
      << report.failed;
  return out.str();
}

}  // namespace kindling
