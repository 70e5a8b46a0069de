// Small collections for tests of the index: documents by hand or by chance, their vectors, and what an index
// holds of them in a form that can be compared.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "index/document.h"
#include "index/snapshot.h"
#include "index/writer.h"

namespace kindling {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // Within [low, high].
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(engine_() % (std::uint64_t{high} - low + 1));
  }
  bool chance(double probability) { return between(0, 999'999) < probability * 1e6; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[between(0, static_cast<std::uint32_t>(from.size() - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

// One section: its heading path and its chunks; a chunk is a list of sentences.
struct SectionOf {
  HeadingPath path;
  std::vector<std::vector<std::string>> chunks;
};

[[nodiscard]] Document make_document(std::string uri, std::string title,
                                     const std::vector<SectionOf>& sections);
// With the same text under no heading: a title and one chunk of one sentence.
[[nodiscard]] Document make_document(std::string uri, std::string title, std::string sentence);

// A few dozen words, so that everything meets everything; headings, pages, metadata, blocks and source map
// included.
[[nodiscard]] Document random_document(Random& random, std::string uri);

[[nodiscard]] IndexSettings settings_with(std::uint32_t dimensions);

// The unit vector that a chunk gets: the same for the same text and place.
[[nodiscard]] std::vector<float> vector_of(std::string_view uri, std::string_view text,
                                           std::uint32_t dimensions);

// Attaches vectors to all pending chunks, `batch` at a time; at most `batches` times.
Status attach_pending(Writer& writer, const std::filesystem::path& folder, std::uint32_t batch = 1000,
                      std::uint32_t batches = 1'000'000);

// Everything an index keeps of a document, as text; by uri. With its vectors ("-" while pending) when asked.
[[nodiscard]] std::string describe(const Document& document);
[[nodiscard]] std::map<std::string, std::string> describe(const std::vector<Document>& documents);
[[nodiscard]] std::map<std::string, std::string> describe(const Snapshot& snapshot);

// What is wrong with the vectors of live chunks: each must be pending (if allowed) or the one of vector_of.
[[nodiscard]] std::string vector_problem(const Snapshot& snapshot, bool pending_allowed);

// The index's state, or fails the test.
[[nodiscard]] std::shared_ptr<const Snapshot> open_snapshot(const std::filesystem::path& folder);
// verify's problems, one a line; empty when clean.
[[nodiscard]] std::string problems_of(const std::filesystem::path& folder);
// Reads everything there is to read: for damaged indexes, which must not crash.
void read_everything(const Snapshot& snapshot);

}  // namespace kindling
