// A real index of a few documents in a temporary folder, vectors attached, opened for reading.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/ingest/chunker.h"
#include "index/snapshot.h"
#include "index/writer.h"
#include "tests/support/hash_encoder.h"
#include "tests/support/temporary_folder.h"

namespace kindling {

struct SmallDocument {
  std::string uri;
  std::string text;  // paragraphs separated by blank lines; lines that begin with '#' are headings
  std::string title;
};

class SmallIndex {
 public:
  explicit SmallIndex(const std::vector<SmallDocument>& documents);
  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] const Encoder& encoder() const { return encoder_; }

 private:
  TemporaryFolder folder_;
  HashEncoder encoder_;
  std::shared_ptr<const Snapshot> snapshot_;
};

// Documents of words about canals, bakeries and towers, with headings, odd characters and repeated sentences.
[[nodiscard]] std::vector<SmallDocument> random_documents(std::mt19937& random, std::size_t count);

}  // namespace kindling
