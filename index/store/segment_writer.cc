#include "index/store/segment_writer.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/env.h"
#include "base/parallel.h"
#include "index/store/extras.h"
#include "index/terms/leveled_builder.h"

namespace kindling {
namespace {

// Documents analysed at once: enough to keep all threads busy, few enough that their terms are small beside the
// segment.
constexpr std::size_t window = 32;

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();

template <typename T>
std::uint32_t size_of(const T& container) {
  return static_cast<std::uint32_t>(container.size());
}

}  // namespace

void check_document(const Document& document) {
  const std::uint64_t text_bytes = document.text.utf8.size();
  KINDLING_CHECK(text_bytes <= u32_max);
  const auto inside = [&](ByteSpan span) { return span.begin <= span.end && span.end <= text_bytes; };
  std::uint32_t next_chunk = 0;
  for (const Section& section : document.sections) {
    KINDLING_CHECK(inside(section.span) && section.heading_path < document.heading_paths.size());
    KINDLING_CHECK(section.first_chunk == next_chunk &&
                   section.chunk_count <= document.chunks.size() - next_chunk);
    next_chunk += section.chunk_count;
  }
  KINDLING_CHECK(next_chunk == document.chunks.size());
  for (std::uint32_t c = 0; c < document.chunks.size(); ++c) {
    const Chunk& chunk = document.chunks[c];
    KINDLING_CHECK(inside(chunk.span) && chunk.section < document.sections.size());
    const Section& section = document.sections[chunk.section];
    KINDLING_CHECK(c - section.first_chunk < section.chunk_count);
    KINDLING_CHECK(std::uint64_t{chunk.first_sentence} + chunk.sentence_count <= document.sentences.size());
  }
  for (const Sentence& sentence : document.sentences) KINDLING_CHECK(inside(sentence.span));
}

Status SegmentWriter::add(std::span<const Document> documents, const Cancellation& cancellation) {
  const unsigned threads = machine().threads;
  while (!documents.empty()) {
    KINDLING_TRY_VOID(cancellation.check());
    const auto batch = documents.first(std::min(window, documents.size()));
    std::vector<DocumentHeadings> headings(batch.size());
    std::vector<AnalyzedDocument> analyzed(batch.size());
    parallel_for(batch.size(), threads, [&](std::size_t i) {
      headings[i] = document_headings(batch[i]);
      analyzed[i] = analyze_document(batch[i], headings[i]);
    });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      KINDLING_TRY_VOID(add_one(batch[i], headings[i], analyzed[i]).within(batch[i].uri));
    }
    documents = documents.subspan(batch.size());
  }
  return {};
}

bool SegmentWriter::has_room_for(const Document& document) const {
  std::uint64_t heading_bytes = document.text.title.size();
  std::uint64_t path_entries = 0;
  for (const HeadingPath& path : document.heading_paths) {
    path_entries += path.size();
    for (const std::string& heading : path) heading_bytes += heading.size();
  }
  return documents_.size() + 1 < u32_max && sections_.size() + document.sections.size() < u32_max &&
         chunks_.size() + document.chunks.size() < u32_max &&
         sentences_.size() + document.sentences.size() < u32_max &&
         heading_bytes_.size() + heading_bytes < u32_max && path_headings_.size() + path_entries < u32_max;
}

Status SegmentWriter::add_one(const Document& document, const DocumentHeadings& headings,
                              const AnalyzedDocument& analyzed) {
  if (!has_room_for(document)) {
    return Error{ErrorCode::too_large, "", "a segment would hold more than 2^32 entries",
                 "commit fewer documents at once"};
  }
  const auto provisional = dictionary_.add(analyzed, size_of(chunks_), size_of(sections_));

  DocumentRecord record;
  record.text_offset = texts_.size();
  record.strings_offset = strings_.size();
  record.extras_offset = extras_.size();
  record.modified_ms = document.modified_ms;
  record.text_bytes = size_of(document.text.utf8);
  record.uri_bytes = size_of(document.uri);
  record.name_bytes = size_of(document.name);
  record.source_bytes = size_of(document.source);
  record.digest_bytes = size_of(document.digest);
  record.format_bytes = size_of(document.text.format);
  record.first_section = size_of(sections_);
  record.section_count = size_of(document.sections);
  record.first_chunk = size_of(chunks_);
  record.chunk_count = size_of(document.chunks);
  record.first_sentence = size_of(sentences_);
  record.sentence_count = size_of(document.sentences);
  record.language = static_cast<std::uint32_t>(document.language);
  for (const Chunk& chunk : document.chunks) record.tokens += chunk.tokens;

  texts_ += document.text.utf8;
  strings_.append(document.uri).append(document.name).append(document.source).append(document.digest);
  strings_.append(document.text.format);
  const std::string extras = encode_extras(document.text, document.metadata);
  record.extras_bytes = size_of(extras);
  extras_ += extras;

  const auto heading_numbers = add_headings(document, headings, analyzed, provisional);
  if (headings.title) record.title = heading_numbers[*headings.title];
  std::vector<std::uint32_t> path_numbers;
  for (const auto& path : headings.paths) {
    path_numbers.push_back(size_of(path_offsets_) - 1);
    for (const std::uint32_t heading : path) path_headings_.push_back(heading_numbers[heading]);
    path_offsets_.push_back(size_of(path_headings_));
  }
  add_spans(document, path_numbers);
  chunk_lengths_.insert(chunk_lengths_.end(), analyzed.chunk_lengths.begin(), analyzed.chunk_lengths.end());
  section_lengths_.insert(section_lengths_.end(), analyzed.section_lengths.begin(),
                          analyzed.section_lengths.end());
  sentence_words_.insert(sentence_words_.end(), analyzed.sentence_words.begin(), analyzed.sentence_words.end());
  documents_.push_back(record);
  return {};
}

void SegmentWriter::add_spans(const Document& document, std::span<const std::uint32_t> path_numbers) {
  const std::uint32_t slot = size_of(documents_);
  const std::uint32_t first_section = size_of(sections_);
  const std::uint32_t first_chunk = size_of(chunks_);
  const std::uint32_t first_sentence = size_of(sentences_);
  for (const Section& section : document.sections) {
    sections_.push_back({.span = section.span,
                         .document = slot,
                         .path = path_numbers[section.heading_path],
                         .first_chunk = first_chunk + section.first_chunk,
                         .chunk_count = section.chunk_count,
                         .tokens = section.tokens});
  }
  for (const Chunk& chunk : document.chunks) {
    chunks_.push_back({.span = chunk.span,
                       .document = slot,
                       .section = first_section + chunk.section,
                       .first_sentence = first_sentence + chunk.first_sentence,
                       .sentence_count = chunk.sentence_count,
                       .tokens = chunk.tokens,
                       .page = chunk.page});
  }
  sentences_.insert(sentences_.end(), document.sentences.begin(), document.sentences.end());
}

std::vector<std::uint32_t> SegmentWriter::add_headings(const Document& document,
                                                       const DocumentHeadings& headings,
                                                       const AnalyzedDocument& analyzed,
                                                       std::span<const std::uint32_t> provisional_terms) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < headings.headings.size(); ++i) {
    const auto next = size_of(heading_offsets_) - 1;
    const auto [at, inserted] =
        heading_numbers_.try_emplace({document.language, std::string(headings.headings[i])}, next);
    numbers.push_back(at->second);
    if (!inserted) continue;
    heading_bytes_ += headings.headings[i];
    heading_offsets_.push_back(size_of(heading_bytes_));
    for (const std::uint32_t term : analyzed.heading_terms[i])
      heading_terms_.push_back(provisional_terms[term]);
    heading_term_offsets_.push_back(size_of(heading_terms_));
    heading_lengths_.push_back(analyzed.heading_lengths[i]);
  }
  return numbers;
}

SegmentSummary SegmentWriter::summary(std::uint32_t terms) const {
  SegmentSummary summary;
  for (const DocumentRecord& document : documents_) {
    summary.tokens += document.tokens;
    ++summary.documents_by_language[document.language];
  }
  summary.chunk_lengths = std::accumulate(chunk_lengths_.begin(), chunk_lengths_.end(), std::uint64_t{0});
  summary.section_lengths = std::accumulate(section_lengths_.begin(), section_lengths_.end(), std::uint64_t{0});
  summary.documents = size_of(documents_);
  summary.sections = size_of(sections_);
  summary.chunks = size_of(chunks_);
  summary.sentences = size_of(sentences_);
  summary.headings = size_of(heading_offsets_) - 1;
  summary.paths = size_of(path_offsets_) - 1;
  summary.terms = terms;
  return summary;
}

LeveledRegions SegmentWriter::leveled_postings(const DictionaryRegions& dictionary,
                                               const SegmentSummary& totals) const {
  LeveledBuilder leveled(sections_, chunk_lengths_, totals);
  const Dictionary terms(dictionary.term_offsets, dictionary.term_bytes, dictionary.block_offsets,
                         dictionary.postings);
  for (std::uint32_t term = 0; term < terms.size(); ++term) {
    const PostingBlock block = terms.block(term);
    if (block.chunk_frequency() >= leveled_postings_min) leveled.add(term, block);
  }
  return std::move(leveled).regions();
}

Result<WrittenFile> SegmentWriter::write(Files& files, const std::filesystem::path& path,
                                         std::uint64_t segment) {
  std::vector<std::uint32_t> final_numbers;
  KINDLING_TRY(const DictionaryRegions dictionary, dictionary_.finish(final_numbers));
  for (std::uint32_t& term : heading_terms_) term = final_numbers[term];
  for (std::size_t h = 0; h + 1 < heading_term_offsets_.size(); ++h) {
    std::sort(heading_terms_.begin() + heading_term_offsets_[h],
              heading_terms_.begin() + heading_term_offsets_[h + 1]);
  }

  const std::vector<SegmentSummary> totals{summary(size_of(final_numbers))};
  const LeveledRegions leveled = leveled_postings(dictionary, totals.front());
  const auto region = [](Region id, std::string_view bytes) {
    return RegionContent{static_cast<std::uint32_t>(id), {bytes}};
  };
  const std::vector<RegionContent> regions{
      region(Region::summary, bytes_of(totals)),
      region(Region::documents, bytes_of(documents_)),
      region(Region::strings, strings_),
      region(Region::texts, texts_),
      region(Region::extras, extras_),
      region(Region::sections, bytes_of(sections_)),
      region(Region::chunks, bytes_of(chunks_)),
      region(Region::sentences, bytes_of(sentences_)),
      region(Region::heading_offsets, bytes_of(heading_offsets_)),
      region(Region::heading_bytes, heading_bytes_),
      region(Region::path_offsets, bytes_of(path_offsets_)),
      region(Region::path_headings, bytes_of(path_headings_)),
      region(Region::heading_term_offsets, bytes_of(heading_term_offsets_)),
      region(Region::heading_terms, bytes_of(heading_terms_)),
      region(Region::chunk_lengths, bytes_of(chunk_lengths_)),
      region(Region::section_lengths, bytes_of(section_lengths_)),
      region(Region::term_offsets, bytes_of(dictionary.term_offsets)),
      region(Region::term_bytes, dictionary.term_bytes),
      region(Region::block_offsets, bytes_of(dictionary.block_offsets)),
      region(Region::postings, dictionary.postings),
      region(Region::sentence_words, bytes_of(sentence_words_)),
      region(Region::heading_lengths, bytes_of(heading_lengths_)),
      region(Region::leveled_terms, bytes_of(leveled.terms)),
      region(Region::leveled_blocks, bytes_of(leveled.blocks)),
      region(Region::leveled_words, bytes_of(leveled.words)),
      region(Region::levels, bytes_of(leveled.levels)),
  };
  return write_region_file(files, path, FileKind::segment, segment, regions);
}

}  // namespace kindling
