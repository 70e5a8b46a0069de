#include "tests/index/golden.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "tests/index/collection.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr std::size_t hits_shown = 6;

Status put_random(Writer& writer, std::uint64_t seed, int from, int to) {
  Random random(seed);
  for (int i = from; i < to; ++i) {
    Document document = random_document(random, "/shelf/" + std::to_string(i) + ".txt");
    const SourceRecord source{
        document.source, 100, document.modified_ms, document.digest, 1'700'000'000'000, "", ""};
    KINDLING_TRY_VOID(writer.put(std::move(document)));
    KINDLING_TRY_VOID(writer.put_source(source));
  }
  return writer.commit(never_cancelled());
}

Result<std::unique_ptr<Writer>> new_index(const std::filesystem::path& folder, std::uint32_t dimensions) {
  return Writer::open(system_files(), folder, settings_with(dimensions));
}

// Two segments, one of them with a removed and a replaced document; a part of the vectors is pending.
Status write_grown(const std::filesystem::path& folder) {
  KINDLING_TRY(const auto writer, new_index(folder, 20));
  KINDLING_TRY_VOID(put_random(*writer, 1, 0, 4));
  KINDLING_TRY_VOID(attach_pending(*writer, folder, 7));
  KINDLING_TRY_VOID(writer->remove_document("/shelf/1.txt"));
  KINDLING_TRY_VOID(put_random(*writer, 2, 3, 5));
  return attach_pending(*writer, folder, 5, 2);
}

// One segment, merged of three; everything has its vector; a source that could not be read.
Status write_merged(const std::filesystem::path& folder) {
  KINDLING_TRY(const auto writer, new_index(folder, 16));
  for (int i = 0; i < 3; ++i) {
    KINDLING_TRY_VOID(put_random(*writer, 10 + static_cast<std::uint64_t>(i), i, i + 2));
  }
  KINDLING_TRY_VOID(
      writer->put_source({"/shelf/torn.pdf", 7, 8, "d1ce", 1'700'000'000'000, "malformed", "page 2"}));
  KINDLING_TRY_VOID(writer->commit(never_cancelled()));
  KINDLING_TRY_VOID(attach_pending(*writer, folder));
  return writer->compact(never_cancelled());
}

// Without an encoder.
Status write_words_only(const std::filesystem::path& folder) {
  KINDLING_TRY(const auto writer, new_index(folder, 0));
  return put_random(*writer, 30, 0, 9);
}

std::string chunk_name(const Snapshot& snapshot, ChunkIndex chunk) {
  const DocumentView document = snapshot.document(snapshot.document_of(chunk));
  return std::string(document.uri) + " chunk " +
         std::to_string(position(chunk) - position(document.first_chunk));
}

std::string decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

struct Scored {
  double score = 0;
  std::string chunk;
};

void append_best(std::string& out, std::vector<Scored> hits) {
  std::sort(hits.begin(), hits.end(), [](const Scored& a, const Scored& b) {
    return std::tuple(-a.score, a.chunk) < std::tuple(-b.score, b.chunk);
  });
  if (hits.size() > hits_shown) hits.resize(hits_shown);
  for (const Scored& hit : hits) out += "\n  " + decimals(hit.score) + " " + hit.chunk;
}

// Which chunks hold a word of the question; their scores are the program's to choose.
void append_words(std::string& out, const Snapshot& snapshot, std::string_view question) {
  out.append("\nwords: ").append(question);
  std::vector<std::string> chunks;
  for (const ChunkMatch& match : snapshot.lexical(analyze_question(question, Language::english)).chunks) {
    chunks.push_back(chunk_name(snapshot, match.chunk));
  }
  std::sort(chunks.begin(), chunks.end());
  for (const std::string& chunk : chunks) out += "\n  " + chunk;
}

void append_nearest(std::string& out, const Snapshot& snapshot) {
  if (snapshot.settings().dimensions == 0) return;
  out += "\nnearest to the first axis:";
  std::vector<float> query(snapshot.settings().dimensions, 0.0F);
  query.front() = 1;
  std::vector<float> cosines(snapshot.chunk_slots());
  snapshot.cosines(query, cosines);
  std::vector<Scored> hits;
  for (std::uint32_t c = 0; c < cosines.size(); ++c) {
    if (!std::isnan(cosines[c])) hits.push_back({cosines[c], chunk_name(snapshot, ChunkIndex{c})});
  }
  out += " " + std::to_string(hits.size()) + " vectors";
  append_best(out, std::move(hits));
}

void append_filtered(std::string& out, const Snapshot& snapshot, std::string_view filter) {
  out.append("\nfilter: ").append(filter);
  const auto kept = snapshot.matching(Filter::parse(filter).value()).value();
  std::vector<std::string> uris;
  kept.for_each([&](DocumentIndex document) { uris.emplace_back(snapshot.document(document).uri); });
  std::sort(uris.begin(), uris.end());
  for (const std::string& uri : uris) out += "\n  " + uri;
}

}  // namespace

std::vector<GoldenIndex> golden_indexes() {
  return {{"grown", 20, write_grown}, {"merged", 16, write_merged}, {"words_only", 0, write_words_only}};
}

std::string golden_report(const Snapshot& snapshot) {
  const IndexStatistics& statistics = snapshot.statistics();
  std::string out = "documents " + std::to_string(statistics.documents) + ", chunks " +
                    std::to_string(statistics.chunks) + ", tokens " + std::to_string(statistics.tokens) +
                    ", pending " + std::to_string(statistics.pending_embeddings) + ", removed " +
                    std::to_string(statistics.removed_documents) + ", segments " +
                    std::to_string(statistics.segments);
  for (const std::string_view question :
       {"river bridge", "the keeper of the lantern", "parse_json", "straße"}) {
    append_words(out, snapshot, question);
  }
  append_nearest(out, snapshot);
  for (const std::string_view filter : {"year > 2005", "town = river or page = 2", "not (open = true)"}) {
    append_filtered(out, snapshot, filter);
  }
  for (const auto& [uri, text] : describe(snapshot)) out += "\n\n" + text;
  return out + "\n";
}

}  // namespace kindling
