// How often chunks of a collection are reported as hidden or instruction-like, and what looking costs.
//
//   kindling-suspicions INDEX [EXAMPLES]
//
// stdout: how many chunks of about 128 tokens there are, how many in 10,000 hold each kind of suspicion, CPU
// time a megabyte of cleaning and of looking; then up to EXAMPLES of what was found.
#include <time.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/files.h"
#include "engine/pack/clean_text.h"
#include "index/snapshot.h"

namespace kindling {
namespace {

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

constexpr std::array kinds{SuspicionKind::invisible, SuspicionKind::template_token, SuspicionKind::fence_marker,
                           SuspicionKind::instruction};

std::vector<std::string_view> live_chunks(const Snapshot& snapshot) {
  std::vector<std::string_view> chunks;
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d) {
    if (!snapshot.live(DocumentIndex{d})) continue;
    const DocumentView document = snapshot.document(DocumentIndex{d});
    for (std::uint32_t c = 0; c < document.chunk_count; ++c)
      chunks.push_back(
          slice(document.text, snapshot.chunk(ChunkIndex{position(document.first_chunk) + c}).span));
  }
  return chunks;
}

Status run(const char* folder, std::size_t examples) {
  KINDLING_TRY(const auto snapshot, Snapshot::open(system_files(), folder));
  const std::vector<std::string_view> chunks = live_chunks(*snapshot);
  double bytes = 0;
  for (const std::string_view chunk : chunks) bytes += static_cast<double>(chunk.size());
  std::string sent;
  const double begin = cpu_ms();
  for (const std::string_view chunk : chunks) {
    sent.clear();
    append_clean(sent, chunk);
  }
  const double cleaned = cpu_ms();
  std::array<std::size_t, kinds.size()> counts{};
  std::size_t any = 0;
  std::vector<std::string> shown;
  for (const std::string_view chunk : chunks) {
    const std::vector<Finding> findings = findings_in(chunk);
    any += findings.empty() ? 0 : 1;
    for (const Finding& finding : findings) {
      ++counts[static_cast<std::size_t>(finding.kind)];
      if (shown.size() < examples)
        shown.push_back(std::string(to_string(finding.kind)) + ": " + std::string(slice(chunk, finding.span)));
    }
  }
  const double looked = cpu_ms();
  const auto share = [&](std::size_t count) {
    return 1e4 * static_cast<double>(count) / static_cast<double>(chunks.size());
  };
  std::printf("%zu chunks, %.1f MB: %zu reported, %.2f in 10,000 (", chunks.size(), bytes / 1e6, any,
              share(any));
  for (const SuspicionKind kind : kinds)
    std::printf("%s %.2f%s", std::string(to_string(kind)).c_str(),
                share(counts[static_cast<std::size_t>(kind)]), kind == kinds.back() ? "" : ", ");
  std::printf("); clean %.2f ms/MB, look %.2f ms/MB\n", 1e6 * (cleaned - begin) / bytes,
              1e6 * (looked - cleaned) / bytes);
  for (const std::string& example : shown) std::printf("  %s\n", example.c_str());
  return {};
}

}  // namespace
}  // namespace kindling

int main(int count, char** arguments) {
  if (count < 2 || count > 3) {
    std::fputs("usage: kindling-suspicions INDEX [EXAMPLES]\n", stderr);
    return 2;
  }
  if (const auto done = kindling::run(arguments[1], count == 3 ? std::stoul(arguments[2]) : 0); !done.ok()) {
    std::fprintf(stderr, "%s\n", done.error().sentence().c_str());
    return 1;
  }
  return 0;
}
