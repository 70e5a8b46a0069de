#include "engine/retrieve/sentence_cosines.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

// Of fewer tokens a sentence is a number in a list or the rest of a table's row.
constexpr std::uint32_t sentence_tokens_min = 3;

// The texts of one call of the encoder: the sentences of the chunks, one chunk after another, then the titles.
struct Texts {
  std::vector<std::string_view> all;
  std::vector<std::size_t> first_sentence;  // of each chunk, and the end of the last
  std::vector<std::size_t> title;           // of each chunk, index into `all`; `none` without one
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

Texts texts_of(const Snapshot& snapshot, std::span<const ChunkIndex> chunks) {
  Texts texts;
  for (const ChunkIndex index : chunks) {
    const ChunkView chunk = snapshot.chunk(index);
    const std::string_view document = snapshot.document(chunk.document).text;
    texts.first_sentence.push_back(texts.all.size());
    for (const Sentence& sentence : chunk.sentences) {
      if (sentence.tokens < sentence_tokens_min) continue;
      texts.all.push_back(document.substr(sentence.span.begin, sentence.span.end - sentence.span.begin));
    }
  }
  texts.first_sentence.push_back(texts.all.size());
  std::map<DocumentIndex, std::size_t> titles;
  for (const ChunkIndex index : chunks) {
    const DocumentIndex document = snapshot.document_of(index);
    const std::string_view title = snapshot.document(document).title;
    if (title.empty()) {
      texts.title.push_back(Texts::none);
      continue;
    }
    const auto [at, is_new] = titles.try_emplace(document, texts.all.size());
    if (is_new) texts.all.push_back(title);
    texts.title.push_back(at->second);
  }
  return texts;
}

// cos(question, sentence + .6 title) of unit vectors.
float sentence_cosine(std::span<const float> question, std::span<const float> sentence,
                      std::span<const float> title) {
  const float own = inner_product(question, sentence);
  if (title.empty()) return own;
  constexpr float a = sentence_title_weight;
  const float length = std::sqrt(1 + a * a + 2 * a * inner_product(sentence, title));
  return (own + a * inner_product(question, title)) / std::max(length, 1e-6f);
}

// The chunks that rank best and have vectors, in index order.
std::vector<ChunkIndex> best_chunks(const Snapshot& snapshot, const Scores& scores) {
  std::vector<ChunkIndex> chunks;
  for (const RankedChunk& ranked : rank_chunks(snapshot, scores, sentence_chunks)) {
    const ScoredChunk* scored = scores.find(ranked.chunk);
    if (scored != nullptr && scored->cosine != 0) chunks.push_back(ranked.chunk);
  }
  std::sort(chunks.begin(), chunks.end());
  return chunks;
}

Status compare_sentences(const Snapshot& snapshot, const Encoder& encoder, const Query& query,
                         const Scores& scores, Candidates& candidates, const Cancellation& cancellation) {
  const std::vector<ChunkIndex> chunks = best_chunks(snapshot, scores);
  const Texts texts = texts_of(snapshot, chunks);
  if (texts.all.empty()) return {};
  KINDLING_TRY(const Embeddings vectors,
               encoder.encode(texts.all, {.threads = machine().threads}, cancellation));

  double change = 0;
  std::size_t compared = 0;
  auto candidate = candidates.chunks.begin();  // chunks and candidates both ascend
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    while (candidate->chunk < chunks[i]) ++candidate;
    const std::span<const float> title =
        texts.title[i] == Texts::none ? std::span<const float>{} : vectors.row(texts.title[i]);
    float best = -1;
    for (std::size_t s = texts.first_sentence[i]; s < texts.first_sentence[i + 1]; ++s)
      best = std::max(best, sentence_cosine(query.vector, vectors.row(s), title));
    if (best == -1) continue;
    candidate->sentence = best;
    change += best - candidate->cosine;
    ++compared;
  }
  if (compared == 0) return {};
  const auto mean_change = static_cast<float>(change / static_cast<double>(compared));
  for (CandidateChunk& one : candidates.chunks)
    if (std::isnan(one.sentence)) one.sentence = one.cosine + mean_change;  // NaN where there is no vector
  return {};
}

}  // namespace

Result<Scores> score_closely(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                             const Query& query, Candidates& candidates, const Cancellation& cancellation) {
  Scores scores = score(snapshot, query, candidates, question.mode);
  const bool counts = question.mode == SearchMode::vector || scores.gate > 0;
  if (!question.effort.quality || encoder == nullptr || !candidates.has_vectors || !counts) return scores;
  KINDLING_TRY_VOID(compare_sentences(snapshot, *encoder, query, scores, candidates, cancellation));
  return score(snapshot, query, candidates, question.mode);
}

}  // namespace kindling
