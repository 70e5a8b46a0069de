#include "index/store/verify_segment.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"
#include "index/store/extras.h"
#include "index/terms/document_headings.h"
#include "index/terms/leveled_builder.h"

namespace kindling {
namespace {

class SegmentVerification {
 public:
  SegmentVerification(const Segment& segment, const Cancellation& cancellation, const OnProblem& on_problem)
      : segment_(segment),
        cancellation_(cancellation),
        on_problem_(on_problem),
        has_levels_(!segment.leveled().terms().empty()) {}

  Status run() {
    for (const Region region : all_regions) {
      const auto id = static_cast<std::uint32_t>(region);
      const bool absent = is_optional(region) && segment_.file().region(id).empty();
      if (is_bulk(region) && !absent) report(segment_.file().verify(id, place_of(region)), region);
    }
    for (std::uint32_t slot = 0; slot < segment_.documents().size(); ++slot) {
      KINDLING_TRY_VOID(cancellation_.check());
      verify_document(slot);
    }
    verify_totals();
    return verify_postings();
  }

 private:
  void problem(Region region, std::uint64_t entry, std::string message) const {
    on_problem_(std::string(place_of(region)) + " entry " + std::to_string(entry), std::move(message));
  }
  void report(const Status& status, Region region) const {
    if (!status.ok()) on_problem_(std::string(place_of(region)), status.error().why);
  }

  void verify_document(std::uint32_t slot) const {
    const DocumentRecord& document = segment_.documents()[slot];
    const std::string_view text = segment_.text(slot);
    if (!is_valid_utf8(text)) problem(Region::texts, slot, "the text is not valid UTF-8");
    if (!decode_extras(segment_.extras(slot), document.text_bytes))
      problem(Region::extras, slot, "cannot be read");

    std::uint64_t tokens = 0;
    std::uint32_t section_begin = 0;
    for (std::uint32_t s = document.first_section; s < document.first_section + document.section_count; ++s) {
      const SectionRecord& section = segment_.sections()[s];
      if (section.span.begin < section_begin)
        problem(Region::sections, s, "begins before the section in front of it");
      section_begin = section.span.begin;
      tokens += verify_chunks(section);
    }
    if (static_cast<std::uint32_t>(tokens) != document.tokens) {
      problem(Region::documents, slot, "its token count is not that of its chunks");
    }
  }

  // Returns the tokens of the section's chunks.
  std::uint64_t verify_chunks(const SectionRecord& section) const {
    std::uint64_t tokens = 0;
    std::uint32_t previous_begin = section.span.begin;
    for (std::uint32_t c = section.first_chunk; c < section.first_chunk + section.chunk_count; ++c) {
      const ChunkRecord& chunk = segment_.chunks()[c];
      tokens += chunk.tokens;
      if (!section.span.contains(chunk.span)) problem(Region::chunks, c, "reaches outside its section");
      if (chunk.span.begin < previous_begin)
        problem(Region::chunks, c, "begins before the chunk in front of it");
      previous_begin = chunk.span.begin;
      std::uint32_t sentence_end = chunk.span.begin;
      for (const Sentence& sentence :
           segment_.sentences().subspan(chunk.first_sentence, chunk.sentence_count)) {
        if (sentence.span.begin < sentence_end || sentence.span.end > chunk.span.end) {
          problem(Region::chunks, c, "its sentences are out of order or outside");
          break;
        }
        sentence_end = sentence.span.end;
      }
    }
    return tokens;
  }

  void verify_totals() const {
    SegmentSummary totals;
    for (const DocumentRecord& document : segment_.documents()) {
      totals.tokens += document.tokens;
      ++totals.documents_by_language[document.language];
    }
    for (const std::uint32_t length : segment_.chunk_lengths()) totals.chunk_lengths += length;
    for (const std::uint32_t length : segment_.section_lengths()) totals.section_lengths += length;
    const SegmentSummary& summary = segment_.summary();
    if (totals.tokens != summary.tokens || totals.chunk_lengths != summary.chunk_lengths ||
        totals.section_lengths != summary.section_lengths ||
        totals.documents_by_language != summary.documents_by_language) {
      on_problem_(std::string(place_of(Region::summary)), "its sums are not those of the segment");
    }
  }

  Status verify_postings() {
    chunk_lengths_.assign(segment_.chunks().size(), 0);
    section_lengths_.assign(segment_.sections().size(), 0);
    std::string_view previous;
    for (std::uint32_t term = 0; term < segment_.dictionary().size(); ++term) {
      if (term % 1024 == 0) KINDLING_TRY_VOID(cancellation_.check());
      const std::string_view text = segment_.dictionary().term(term);
      if (term > 0 && text <= previous) problem(Region::term_bytes, term, "the dictionary is out of order");
      previous = text;
      verify_term(term);
    }
    for (std::uint32_t c = 0; c < chunk_lengths_.size(); ++c) verify_sentence_words(c);
    for (std::uint32_t s = 0; s < section_lengths_.size(); ++s) verify_lengths(s);
    verify_headings();
    return {};
  }

  void verify_term(std::uint32_t term) {
    const PostingBlock block = segment_.dictionary().block(term);
    const bool readable = block.intact() && block.read_bodies(segment_.summary().chunks, true, bodies_) &&
                          block.read_headings(segment_.summary().sections, headings_);
    if (!readable) return problem(Region::postings, term, "cannot be read");

    // The chunks and sections that hold the term, as the postings tell.
    std::vector<std::uint32_t> chunks = bodies_.places;
    std::vector<std::uint32_t> sections = headings_.places;
    for (std::size_t i = 0; i < bodies_.places.size(); ++i) {
      const std::uint32_t section = segment_.chunks()[bodies_.places[i]].section;
      chunk_lengths_[bodies_.places[i]] += bodies_.frequency(i);
      sections.push_back(section);
    }
    for (std::size_t i = 0; i < headings_.places.size(); ++i) {
      const SectionRecord& section = segment_.sections()[headings_.places[i]];
      section_lengths_[headings_.places[i]] += headings_.frequency(i);
      for (std::uint32_t c = 0; c < section.chunk_count; ++c) chunks.push_back(section.first_chunk + c);
    }
    if (distinct(chunks) != block.chunk_frequency() || distinct(sections) != block.section_frequency()) {
      problem(Region::postings, term, "its frequencies are not those of its postings");
    }
    if (has_levels_ && block.chunk_frequency() >= leveled_postings_min) verify_levels(term, block);
  }

  static bool same_block(const LeveledList& found, const LeveledList& wanted, std::size_t block) {
    std::array<std::uint32_t, packed_block_size> numbers{}, wanted_numbers{};
    const auto same_numbers = [&](std::uint32_t count, std::uint32_t wanted_count) {
      return count == wanted_count && numbers == wanted_numbers;
    };
    return found.blocks()[block].positions == wanted.blocks()[block].positions &&
           same_numbers(found.read_chunks(block, numbers), wanted.read_chunks(block, wanted_numbers)) &&
           same_numbers(found.read_frequencies(block, numbers),
                        wanted.read_frequencies(block, wanted_numbers)) &&
           std::ranges::equal(found.levels(block), wanted.levels(block));
  }

  // Made once more from the postings.
  void verify_levels(std::uint32_t term, const PostingBlock& block) const {
    LeveledBuilder builder(segment_.sections(), segment_.chunk_lengths(), segment_.summary());
    builder.add(term, block);
    const LeveledRegions& wanted = builder.regions();
    const LeveledList found = segment_.leveled().list(term);
    bool same = !found.empty() && found.term().postings == wanted.terms[0].postings &&
                found.term().share_max == wanted.terms[0].share_max &&
                found.blocks().size() == wanted.blocks.size();
    const LeveledList list =
        LeveledPostings(wanted.terms, wanted.blocks, wanted.words, wanted.levels).list(term);
    for (std::size_t i = 0; same && i < wanted.blocks.size(); ++i) same = same_block(found, list, i);
    if (!same) problem(Region::leveled_terms, term, "is not what its postings give");
  }

  static std::size_t distinct(std::vector<std::uint32_t>& places) {
    std::sort(places.begin(), places.end());
    return static_cast<std::size_t>(std::unique(places.begin(), places.end()) - places.begin());
  }

  void verify_sentence_words(std::uint32_t c) const {
    const ChunkRecord& chunk = segment_.chunks()[c];
    if (segment_.sentence_words().empty() || chunk.sentence_count == 0) return;
    const auto words = segment_.sentence_words().subspan(chunk.first_sentence, chunk.sentence_count);
    std::uint64_t terms = 0;
    bool whole = segment_.sentences()[chunk.first_sentence].span.begin == chunk.span.begin;
    for (std::size_t i = 0; i < words.size(); ++i) {
      whole &= words[i].count != SentenceWords::unlike;
      terms += words[i].count;
      if (i > 0 && words[i].first < words[i - 1].first)
        problem(Region::sentence_words, chunk.first_sentence + i, "begins before the sentence in front of it");
    }
    if (whole && terms != chunk_lengths_[c])
      problem(Region::sentence_words, chunk.first_sentence, "the chunk has another number of terms");
  }

  // So far chunk_lengths_ holds the terms of bodies, section_lengths_ those of headings.
  void verify_lengths(std::uint32_t s) const {
    const SectionRecord& section = segment_.sections()[s];
    std::uint64_t length = section_lengths_[s];
    for (std::uint32_t c = section.first_chunk; c < section.first_chunk + section.chunk_count; ++c) {
      length += chunk_lengths_[c];
      if (segment_.chunk_lengths()[c] != chunk_lengths_[c] + section_lengths_[s]) {
        problem(Region::chunk_lengths, c, "is not the number of its postings");
      }
    }
    if (segment_.section_lengths()[s] != length)
      problem(Region::section_lengths, s, "is not the number of its postings");
  }

  void verify_headings() const {
    for (std::uint32_t h = 0; h < segment_.summary().headings; ++h) {
      const auto terms = segment_.heading_terms(h);
      if (!segment_.heading_lengths().empty()) {
        const std::uint32_t length = segment_.heading_lengths()[h];
        const bool fits =
            (length & repeats_a_term) != 0 ? (length & ~repeats_a_term) > terms.size() : length == terms.size();
        if (!fits) problem(Region::heading_lengths, h, "is not the number of its terms");
      }
      for (std::size_t i = 1; i < terms.size(); ++i) {
        if (terms[i] <= terms[i - 1]) {
          problem(Region::heading_terms, h, "its terms are out of order");
          break;
        }
      }
    }
  }

  const Segment& segment_;
  const Cancellation& cancellation_;
  const OnProblem& on_problem_;
  bool has_levels_;  // files of early programs have none
  PostingList bodies_;
  PostingList headings_;
  std::vector<std::uint32_t> chunk_lengths_;
  std::vector<std::uint32_t> section_lengths_;
};

}  // namespace

Status verify_segment(const Segment& segment, const Cancellation& cancellation, const OnProblem& on_problem) {
  return SegmentVerification(segment, cancellation, on_problem).run();
}

}  // namespace kindling
