#include "index/store/segment.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/bytes.h"
#include "base/cache_folder.h"
#include "base/checked_files.h"
#include "index/store/extras.h"
#include "index/store/index_files.h"

namespace kindling {
namespace {

constexpr std::size_t metadata_bytes_mostly = 256;

// Offsets that begin at 0, never fall, and end at `end`.
bool are_offsets(std::span<const std::uint32_t> offsets, std::uint64_t end) {
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != end) return false;
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) return false;
  }
  return true;
}

template <typename T>
std::span<const T> slice_of(std::span<const T> items, std::span<const std::uint32_t> offsets, std::uint32_t i) {
  return items.subspan(offsets[i], offsets[i + 1] - offsets[i]);
}

bool inside(std::uint64_t offset, std::uint64_t bytes, std::uint64_t limit) {
  return offset <= limit && bytes <= limit - offset;
}

std::uint64_t strings_bytes(const DocumentRecord& record) {
  return std::uint64_t{record.uri_bytes} + record.name_bytes + record.source_bytes + record.digest_bytes +
         record.format_bytes;
}

}  // namespace

std::string_view place_of(Region region) {
  switch (region) {
    case Region::summary:
      return "region summary";
    case Region::documents:
      return "region documents";
    case Region::strings:
      return "region strings";
    case Region::texts:
      return "region texts";
    case Region::extras:
      return "region extras";
    case Region::sections:
      return "region sections";
    case Region::chunks:
      return "region chunks";
    case Region::sentences:
      return "region sentences";
    case Region::heading_offsets:
      return "region heading_offsets";
    case Region::heading_bytes:
      return "region heading_bytes";
    case Region::path_offsets:
      return "region path_offsets";
    case Region::path_headings:
      return "region path_headings";
    case Region::heading_term_offsets:
      return "region heading_term_offsets";
    case Region::heading_terms:
      return "region heading_terms";
    case Region::chunk_lengths:
      return "region chunk_lengths";
    case Region::section_lengths:
      return "region section_lengths";
    case Region::term_offsets:
      return "region term_offsets";
    case Region::term_bytes:
      return "region term_bytes";
    case Region::block_offsets:
      return "region block_offsets";
    case Region::postings:
      return "region postings";
    case Region::sentence_words:
      return "region sentence_words";
    case Region::heading_lengths:
      return "region heading_lengths";
    case Region::leveled_terms:
      return "region leveled_terms";
    case Region::leveled_blocks:
      return "region leveled_blocks";
    case Region::leveled_words:
      return "region leveled_words";
    case Region::levels:
      return "region levels";
  }
  return "region";
}

Result<Segment> Segment::open(Files& files, const std::filesystem::path& folder, std::uint64_t number,
                              std::uint32_t check, std::uint64_t checked_bytes) {
  const std::filesystem::path path = folder / segment_file_name(number);
  KINDLING_TRY(auto file, RegionFile::open(files, path, FileKind::segment, number));
  if (file.check() != check) return corrupt_index(path, "header", "not the file that the catalog names");
  Segment segment(std::move(file));
  segment.number_ = number;
  CheckedFiles checked(files, cache_folder("checked"));
  const bool large = segment.structure_bytes() > checked_bytes;
  const bool believed = large && checked.contains(path, check);
  if (!believed) KINDLING_TRY_VOID(segment.verify_structure());
  KINDLING_TRY_VOID(segment.read_regions());
  if (believed) return segment;
  KINDLING_TRY_VOID(segment.check_headings());
  KINDLING_TRY_VOID(segment.check_documents());
  KINDLING_TRY_VOID(segment.check_sections());
  KINDLING_TRY_VOID(segment.check_chunks());
  if (!segment.leveled_.intact(segment.summary_.terms))
    return corrupt_index(path, place_of(Region::leveled_terms), "refers outside its place");
  if (large) checked.insert(path, check);
  return segment;
}

std::uint64_t Segment::structure_bytes() const {
  std::uint64_t bytes = 0;
  for (const Region id : all_regions) bytes += is_bulk(id) ? 0 : region(id).size();
  return bytes;
}

Status Segment::verify_structure() const {
  for (const Region id : all_regions) {
    if (is_bulk(id) || is_absent(id)) continue;
    KINDLING_TRY_VOID(file_.verify(static_cast<std::uint32_t>(id), place_of(id)));
  }
  return {};
}

template <typename T>
Status Segment::read_array(Region id, std::uint64_t count, std::span<const T>& array) const {
  const std::string_view bytes = region(id);
  if (bytes.size() != count * sizeof(T))
    return corrupt_index(file_.path(), place_of(id), "is of another length");
  array = {reinterpret_cast<const T*>(bytes.data()), static_cast<std::size_t>(count)};
  return {};
}

template <typename T>
Status Segment::read_array(Region id, std::span<const T>& array) const {
  return read_array(id, region(id).size() / sizeof(T), array);
}

Status Segment::read_leveled() {
  std::span<const LeveledTerm> terms;
  std::span<const LeveledBlock> blocks;
  std::span<const std::uint32_t> words;
  std::span<const std::uint8_t> levels;
  KINDLING_TRY_VOID(read_array(Region::leveled_terms, terms));
  KINDLING_TRY_VOID(read_array(Region::leveled_blocks, blocks));
  KINDLING_TRY_VOID(read_array(Region::leveled_words, words));
  KINDLING_TRY_VOID(read_array(Region::levels, blocks.size() * packed_block_size, levels));
  leveled_ = LeveledPostings(terms, blocks, words, levels);
  return {};
}

Status Segment::read_regions() {
  std::span<const SegmentSummary> summary;
  KINDLING_TRY_VOID(read_array(Region::summary, 1, summary));
  summary_ = summary.front();
  KINDLING_TRY_VOID(read_array(Region::documents, summary_.documents, documents_));
  KINDLING_TRY_VOID(read_array(Region::sections, summary_.sections, sections_));
  KINDLING_TRY_VOID(read_array(Region::chunks, summary_.chunks, chunks_));
  KINDLING_TRY_VOID(read_array(Region::sentences, summary_.sentences, sentences_));
  KINDLING_TRY_VOID(
      read_array(Region::heading_offsets, std::uint64_t{summary_.headings} + 1, heading_offsets_));
  KINDLING_TRY_VOID(read_array(Region::path_offsets, std::uint64_t{summary_.paths} + 1, path_offsets_));
  KINDLING_TRY_VOID(
      read_array(Region::heading_term_offsets, std::uint64_t{summary_.headings} + 1, heading_term_offsets_));
  KINDLING_TRY_VOID(read_array(Region::path_headings, path_offsets_.back(), path_headings_));
  KINDLING_TRY_VOID(read_array(Region::heading_terms, heading_term_offsets_.back(), heading_terms_));
  KINDLING_TRY_VOID(read_array(Region::chunk_lengths, summary_.chunks, chunk_lengths_));
  KINDLING_TRY_VOID(read_array(Region::section_lengths, summary_.sections, section_lengths_));
  if (!region(Region::sentence_words).empty())
    KINDLING_TRY_VOID(read_array(Region::sentence_words, summary_.sentences, sentence_words_));
  if (!region(Region::heading_lengths).empty())
    KINDLING_TRY_VOID(read_array(Region::heading_lengths, summary_.headings, heading_lengths_));
  std::span<const std::uint32_t> term_offsets;
  std::span<const std::uint64_t> block_offsets;
  KINDLING_TRY_VOID(read_array(Region::term_offsets, std::uint64_t{summary_.terms} + 1, term_offsets));
  KINDLING_TRY_VOID(read_array(Region::block_offsets, std::uint64_t{summary_.terms} + 1, block_offsets));
  dictionary_ = Dictionary(term_offsets, region(Region::term_bytes), block_offsets, region(Region::postings));
  KINDLING_TRY_VOID(read_leveled());
  strings_ = region(Region::strings);
  texts_ = region(Region::texts);
  extras_ = region(Region::extras);
  heading_bytes_ = region(Region::heading_bytes);
  return {};
}

Error Segment::corrupt(Region region, std::uint64_t entry, std::string_view why) const {
  return corrupt_index(file_.path(), std::string(place_of(region)) + " entry " + std::to_string(entry), why);
}

Status Segment::check_headings() const {
  if (!are_offsets(heading_offsets_, heading_bytes_.size())) {
    return corrupt(Region::heading_offsets, 0, "offsets out of order");
  }
  if (!are_offsets(path_offsets_, path_headings_.size()))
    return corrupt(Region::path_offsets, 0, "offsets out of order");
  if (!are_offsets(heading_term_offsets_, heading_terms_.size())) {
    return corrupt(Region::heading_term_offsets, 0, "offsets out of order");
  }
  for (std::size_t i = 0; i < path_headings_.size(); ++i) {
    if (path_headings_[i] >= summary_.headings) return corrupt(Region::path_headings, i, "names no heading");
  }
  for (std::size_t i = 0; i < heading_terms_.size(); ++i) {
    if (heading_terms_[i] >= summary_.terms) return corrupt(Region::heading_terms, i, "names no term");
  }
  return {};
}

Status Segment::check_documents() const {
  std::uint64_t sections = 0;
  std::uint64_t chunks = 0;
  std::uint64_t sentences = 0;
  for (std::size_t slot = 0; slot < documents_.size(); ++slot) {
    const DocumentRecord& record = documents_[slot];
    const bool consecutive =
        record.first_section == sections && record.first_chunk == chunks && record.first_sentence == sentences;
    const bool stored = inside(record.text_offset, record.text_bytes, texts_.size()) &&
                        inside(record.strings_offset, strings_bytes(record), strings_.size()) &&
                        inside(record.extras_offset, record.extras_bytes, extras_.size());
    const bool described = record.language < static_cast<std::uint32_t>(language_count) &&
                           (record.title == no_heading || record.title < summary_.headings);
    if (!consecutive || !stored || !described)
      return corrupt(Region::documents, slot, "refers outside its place");
    sections += record.section_count;
    chunks += record.chunk_count;
    sentences += record.sentence_count;
  }
  if (sections != sections_.size() || chunks != chunks_.size() || sentences != sentences_.size()) {
    return corrupt(Region::documents, documents_.size(), "documents do not add up to the segment");
  }
  return {};
}

Status Segment::check_sections() const {
  for (std::uint32_t slot = 0; slot < documents_.size(); ++slot) {
    const DocumentRecord& document = documents_[slot];
    std::uint64_t chunks = document.first_chunk;
    for (std::uint32_t i = 0; i < document.section_count; ++i) {
      const SectionRecord& section = sections_[document.first_section + i];
      const bool holds = section.document == slot && section.path < summary_.paths &&
                         section.first_chunk == chunks && section.span.begin <= section.span.end &&
                         section.span.end <= document.text_bytes;
      if (!holds) return corrupt(Region::sections, document.first_section + i, "refers outside its document");
      chunks += section.chunk_count;
    }
    if (chunks != std::uint64_t{document.first_chunk} + document.chunk_count) {
      return corrupt(Region::sections, document.first_section, "sections do not add up to their document");
    }
  }
  return {};
}

Status Segment::check_chunks() const {
  for (std::uint32_t s = 0; s < sections_.size(); ++s) {
    const SectionRecord& section = sections_[s];
    const DocumentRecord& document = documents_[section.document];
    for (std::uint32_t i = 0; i < section.chunk_count; ++i) {
      const ChunkRecord& chunk = chunks_[section.first_chunk + i];
      const bool holds =
          chunk.section == s && chunk.document == section.document && chunk.span.begin <= chunk.span.end &&
          chunk.span.end <= document.text_bytes && chunk.first_sentence >= document.first_sentence &&
          inside(chunk.first_sentence - document.first_sentence, chunk.sentence_count, document.sentence_count);
      if (!holds) return corrupt(Region::chunks, section.first_chunk + i, "refers outside its section");
    }
  }
  for (const DocumentRecord& document : documents_) {
    for (std::uint32_t i = 0; i < document.sentence_count; ++i) {
      const ByteSpan span = sentences_[document.first_sentence + i].span;
      if (span.begin > span.end || span.end > document.text_bytes) {
        return corrupt(Region::sentences, document.first_sentence + i, "lies outside its text");
      }
    }
  }
  return {};
}

std::string_view Segment::string_of(std::uint32_t slot, std::uint64_t skipped, std::uint32_t bytes) const {
  return strings_.substr(documents_[slot].strings_offset + skipped, bytes);
}

std::string_view Segment::uri(std::uint32_t slot) const {
  return string_of(slot, 0, documents_[slot].uri_bytes);
}

std::string_view Segment::name(std::uint32_t slot) const {
  const DocumentRecord& record = documents_[slot];
  return string_of(slot, record.uri_bytes, record.name_bytes);
}

std::string_view Segment::source(std::uint32_t slot) const {
  const DocumentRecord& record = documents_[slot];
  return string_of(slot, std::uint64_t{record.uri_bytes} + record.name_bytes, record.source_bytes);
}

std::string_view Segment::digest(std::uint32_t slot) const {
  const DocumentRecord& record = documents_[slot];
  const std::uint64_t after = std::uint64_t{record.digest_bytes} + record.format_bytes;
  return string_of(slot, strings_bytes(record) - after, record.digest_bytes);
}

std::string_view Segment::format(std::uint32_t slot) const {
  const DocumentRecord& record = documents_[slot];
  return string_of(slot, strings_bytes(record) - record.format_bytes, record.format_bytes);
}

std::string_view Segment::title(std::uint32_t slot) const {
  const std::uint32_t title = documents_[slot].title;
  return title == no_heading ? std::string_view() : heading(title);
}

std::string_view Segment::text(std::uint32_t slot) const {
  return texts_.substr(documents_[slot].text_offset, documents_[slot].text_bytes);
}

std::string_view Segment::extras(std::uint32_t slot) const {
  return extras_.substr(documents_[slot].extras_offset, documents_[slot].extras_bytes);
}

Segment::NameSources Segment::name_sources(std::uint32_t slot, std::string& copy) const {
  if (!far()) {
    return {uri(slot), source(slot), ByteReader(extras(slot)).string(), documents_[slot].language};
  }
  const auto copied = [&](const void* from, char* to, std::size_t bytes) {
    if (bytes == 0) return;
    const char* const begin = file_.mapped().bytes().data();
    file_.mapped().copy(static_cast<std::size_t>(static_cast<const char*>(from) - begin), {to, bytes});
  };
  DocumentRecord record;
  copied(&documents_[slot], reinterpret_cast<char*>(&record), sizeof record);
  const std::size_t source_at = std::size_t{record.uri_bytes} + record.name_bytes;
  const std::size_t strings = source_at + record.source_bytes;
  const std::string_view extras = extras_.substr(record.extras_offset, record.extras_bytes);
  std::size_t some = std::min(extras.size(), metadata_bytes_mostly);
  copy.resize(strings + some);
  copied(strings_.substr(record.strings_offset, strings).data(), copy.data(), strings);
  copied(extras.data(), copy.data() + strings, some);
  ByteReader beginning(std::string_view(copy).substr(strings));
  if (const std::uint64_t bytes = beginning.varint(); bytes > beginning.remaining() && some < extras.size()) {
    some = extras.size();
    copy.resize(strings + some);
    copied(extras.data(), copy.data() + strings, some);
  }
  const std::string_view all = copy;
  return {all.substr(0, record.uri_bytes), all.substr(source_at, record.source_bytes),
          ByteReader(all.substr(strings)).string(), record.language};
}

std::string_view Segment::heading(std::uint32_t heading) const {
  return heading_bytes_.substr(heading_offsets_[heading],
                               heading_offsets_[heading + 1] - heading_offsets_[heading]);
}

std::span<const std::uint32_t> Segment::path(std::uint32_t path) const {
  return slice_of(path_headings_, path_offsets_, path);
}

std::span<const std::uint32_t> Segment::heading_terms(std::uint32_t heading) const {
  return slice_of(heading_terms_, heading_term_offsets_, heading);
}

Result<Text> Segment::read_structure(std::uint32_t slot) const {
  auto extras = decode_extras(this->extras(slot), documents_[slot].text_bytes);
  if (!extras) return corrupt(Region::extras, slot, "cannot be read");
  Text text;
  text.title = title(slot);
  text.format = format(slot);
  text.blocks = std::move(extras->blocks);
  text.sources = std::move(extras->sources);
  text.pages = std::move(extras->pages);
  text.warnings = std::move(extras->warnings);
  return text;
}

Result<Json> Segment::read_metadata(std::uint32_t slot) const {
  auto metadata = decode_metadata(extras(slot));
  if (!metadata) return corrupt(Region::extras, slot, "its metadata cannot be read");
  return std::move(*metadata);
}

Result<Document> Segment::read_document(std::uint32_t slot) const {
  const DocumentRecord& record = documents_[slot];
  Document document;
  KINDLING_TRY(document.text, read_structure(slot));
  document.text.utf8 = text(slot);
  KINDLING_TRY(document.metadata, read_metadata(slot));
  document.uri = uri(slot);
  document.name = name(slot);
  document.source = source(slot);
  document.digest = digest(slot);
  document.modified_ms = record.modified_ms;
  document.language = static_cast<Language>(record.language);

  std::unordered_map<std::uint32_t, std::uint32_t> paths;
  for (const SectionRecord& section : sections_.subspan(record.first_section, record.section_count)) {
    const auto next = static_cast<std::uint32_t>(document.heading_paths.size());
    const auto [at, inserted] = paths.try_emplace(section.path, next);
    if (inserted) {
      auto& headings = document.heading_paths.emplace_back();
      for (const std::uint32_t h : path(section.path)) headings.emplace_back(heading(h));
    }
    document.sections.push_back({.span = section.span,
                                 .heading_path = at->second,
                                 .first_chunk = section.first_chunk - record.first_chunk,
                                 .chunk_count = section.chunk_count,
                                 .tokens = section.tokens});
  }
  for (const ChunkRecord& chunk : chunks_.subspan(record.first_chunk, record.chunk_count)) {
    document.chunks.push_back({.span = chunk.span,
                               .section = chunk.section - record.first_section,
                               .first_sentence = chunk.first_sentence - record.first_sentence,
                               .sentence_count = chunk.sentence_count,
                               .tokens = chunk.tokens,
                               .page = chunk.page});
  }
  const auto sentences = sentences_.subspan(record.first_sentence, record.sentence_count);
  document.sentences.assign(sentences.begin(), sentences.end());
  return document;
}

Status Segment::verify_bulk() const {
  for (const Region region : all_regions) {
    if (is_bulk(region) && !is_absent(region))
      KINDLING_TRY_VOID(file_.verify(static_cast<std::uint32_t>(region), place_of(region)));
  }
  return {};
}

std::uint64_t Segment::bulk_bytes() const {
  std::uint64_t bytes = 0;
  for (const Region id : all_regions) {
    if (is_bulk(id)) bytes += region(id).size();
  }
  return bytes;
}

}  // namespace kindling
