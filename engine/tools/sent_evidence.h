// The passages that a conversation with a model has seen, by the documents' bytes that they are: what was sent
// is not sent again.
//
// Not thread-safe. Borrows the snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/ask.h"
#include "engine/tools/tool.h"
#include "index/snapshot.h"

namespace kindling {

class SentEvidence {
 public:
  explicit SentEvidence(const Snapshot& snapshot) : snapshot_(&snapshot) {}

  void add(std::uint32_t number, DocumentRun run);

  // The number of the last passage.
  [[nodiscard]] std::uint32_t last() const { return last_; }
  // The document that a passage is of.
  [[nodiscard]] std::optional<DocumentIndex> document_of(std::uint32_t passage) const;

  // What of a run is new, in order and without the white space around it, and the passages that hold the rest,
  // in order.
  struct News {
    std::vector<ByteSpan> spans;
    std::vector<std::uint32_t> passages;
  };
  [[nodiscard]] News news(DocumentRun run) const;

 private:
  struct Sent {
    std::uint32_t number = 0;
    ByteSpan span;
  };

  const Snapshot* snapshot_;
  std::map<std::uint32_t, std::vector<Sent>> sent_;  // by document
  std::map<std::uint32_t, DocumentIndex> document_;  // of each passage
  std::uint32_t last_ = 0;
};

}  // namespace kindling
