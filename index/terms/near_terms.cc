#include "index/terms/near_terms.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "index/terms/edit_distance.h"
#include "index/terms/posting_cursors.h"

namespace kindling {
namespace {

constexpr std::size_t letters_min = 3;       // of a term that is corrected, and of what it is corrected to
constexpr std::size_t one_edit_letters = 5;  // up to so many letters: one edit
constexpr std::size_t family_letters = 5;    // that words of a family have in common at least

struct Near {
  unsigned edits = 0;
  std::uint64_t frequency = 0;
};
// By text: a term may stand in several segments.
using Found = std::map<std::string, Near, std::less<>>;

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }

std::uint32_t first_not_below(const Dictionary& dictionary, std::string_view text) {
  std::uint32_t low = 0, high = dictionary.size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (dictionary.term(middle) < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The first term after `number` that does not begin with `beginning`, as that term does: by steps that double,
// then halve.
std::uint32_t past_beginning(const Dictionary& dictionary, std::uint32_t number, std::string_view beginning) {
  const auto inside = [&](std::uint32_t n) { return dictionary.term(n).starts_with(beginning); };
  const std::uint32_t size = dictionary.size();
  std::uint32_t step = 1;
  std::uint32_t low = number;  // inside
  while (size - low > step && inside(low + step)) {
    low += step;
    if (step < size / 2) step *= 2;
  }
  std::uint32_t high = size - low > step ? low + step : size;
  while (low + 1 < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    (inside(middle) ? low : high) = middle;
  }
  return high;
}

void add(Found& found, const Dictionary& dictionary, std::uint32_t number, unsigned edits) {
  Near& near = found[std::string(dictionary.term(number))];
  near.edits = edits;
  near.frequency += dictionary.block(number).chunk_frequency();
}

void find_edited(const Dictionary& dictionary, EditDistance& distance, Found& found) {
  for (std::uint32_t number = 0; number < dictionary.size();) {
    const std::string_view term = dictionary.term(number);
    if (const auto edits = distance.to(term)) add(found, dictionary, number, *edits);
    const std::size_t hopeless = distance.hopeless_bytes();
    number = hopeless == 0 ? number + 1 : past_beginning(dictionary, number, term.substr(0, hopeless));
  }
}

// So many letters more or less are so many edits.
void find_family(const Dictionary& dictionary, std::string_view term, std::size_t letters, Found& found) {
  const auto related = [](std::size_t common, std::size_t longer) {
    return common >= family_letters && 3 * common >= 2 * longer;
  };
  if (letters < family_letters) return;
  for (std::uint32_t number = first_not_below(dictionary, term); number < dictionary.size(); ++number) {
    const std::string_view known = dictionary.term(number);
    if (!known.starts_with(term)) break;
    const std::size_t longer = code_points_of(known).size();
    if (related(letters, longer)) add(found, dictionary, number, static_cast<unsigned>(longer - letters));
  }
  std::size_t common = letters;
  for (std::size_t bytes = term.size(); bytes-- > 0;) {
    if ((static_cast<unsigned char>(term[bytes]) & 0xc0) == 0x80) continue;  // amid a code point
    if (!related(--common, letters)) return;
    if (const auto number = dictionary.find(term.substr(0, bytes)))
      add(found, dictionary, *number, static_cast<unsigned>(letters - common));
  }
}

class Examples {
 public:
  Examples(std::span<const LexicalSegment> segments, const DocumentSet& allowed)
      : segments_(segments), allowed_(allowed) {}

  // The first allowed chunk that holds the term.
  [[nodiscard]] std::optional<ChunkIndex> of(std::string_view term) const {
    for (const LexicalSegment& part : segments_) {
      const auto number = part.segment->dictionary().find(term);
      if (!number) continue;
      const PostingBlock block = part.segment->dictionary().block(*number);
      if (const auto chunk = in_bodies(part, block)) return chunk;
      if (const auto chunk = in_headings(part, block)) return chunk;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool is_allowed(const LexicalSegment& part, std::uint32_t document) const {
    return part.is_live(document) && allowed_.contains(DocumentIndex{part.first_document + document});
  }

  [[nodiscard]] std::optional<ChunkIndex> in_bodies(const LexicalSegment& part,
                                                    const PostingBlock& block) const {
    const Segment& segment = *part.segment;
    BodyCursor cursor(block, segment.summary().chunks);
    std::array<std::uint32_t, 64> chunks{}, frequencies{};
    while (const std::size_t count = cursor.read(segment.summary().chunks, chunks, frequencies)) {
      for (std::size_t i = 0; i < count; ++i) {
        if (is_allowed(part, segment.chunks()[chunks[i]].document))
          return ChunkIndex{part.first_chunk + chunks[i]};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ChunkIndex> in_headings(const LexicalSegment& part,
                                                      const PostingBlock& block) const {
    const Segment& segment = *part.segment;
    for (HeadingCursor cursor(block, segment.summary().sections); !cursor.done(); cursor.next()) {
      const SectionRecord& section = segment.sections()[cursor.section()];
      if (section.chunk_count > 0 && is_allowed(part, section.document))
        return ChunkIndex{part.first_chunk + section.first_chunk};
    }
    return std::nullopt;
  }

  std::span<const LexicalSegment> segments_;
  const DocumentSet& allowed_;
};

using Ranked = std::vector<std::pair<std::string_view, Near>>;

// The first `count` that stand in an allowed document.
std::vector<KnownTerm> with_examples(const Ranked& ranked, std::size_t count, const Examples& examples) {
  std::vector<KnownTerm> known;
  for (const auto& [text, near] : ranked) {
    if (known.size() == count) break;
    if (const auto example = examples.of(text)) known.push_back({std::string(text), near.frequency, *example});
  }
  return known;
}

}  // namespace

std::uint64_t chunk_frequency(std::span<const LexicalSegment> segments, std::string_view term) {
  std::uint64_t frequency = 0;
  for (const LexicalSegment& part : segments) {
    const Dictionary& dictionary = part.segment->dictionary();
    if (const auto number = dictionary.find(term)) frequency += dictionary.block(*number).chunk_frequency();
  }
  return frequency;
}

std::vector<KnownTerm> near_terms(std::span<const LexicalSegment> segments, std::string_view term,
                                  std::size_t count, const DocumentSet& allowed) {
  const std::u32string letters = code_points_of(term);
  if (letters.size() < letters_min || has_digit(term)) return {};
  EditDistance distance(term, letters.size() <= one_edit_letters ? 1 : 2);
  Found found;
  for (const LexicalSegment& part : segments) find_edited(part.segment->dictionary(), distance, found);
  Found family;
  for (const LexicalSegment& part : segments)
    find_family(part.segment->dictionary(), term, letters.size(), family);
  found.merge(family);  // those that are there stay
  Ranked ranked;
  for (const auto& [text, near] : found) {
    if (text != term && !has_digit(text) && code_points_of(text).size() >= letters_min)
      ranked.emplace_back(text, near);
  }
  const auto other_beginning = [&](std::string_view text) {
    return code_points_of(text).front() != letters.front();
  };
  std::stable_sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    if (a.second.edits != b.second.edits) return a.second.edits < b.second.edits;
    const bool a_other = other_beginning(a.first), b_other = other_beginning(b.first);
    if (a_other != b_other) return b_other;
    return a.second.frequency > b.second.frequency;
  });
  return with_examples(ranked, count, Examples(segments, allowed));
}

std::vector<KnownTerm> terms_beginning(std::span<const LexicalSegment> segments, std::string_view prefix,
                                       std::size_t count, const DocumentSet& allowed) {
  Found found;
  for (const LexicalSegment& part : segments) {
    const Dictionary& dictionary = part.segment->dictionary();
    for (std::uint32_t number = first_not_below(dictionary, prefix);
         number < dictionary.size() && dictionary.term(number).starts_with(prefix); ++number)
      add(found, dictionary, number, 0);
  }
  Ranked ranked(found.begin(), found.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second.frequency > b.second.frequency; });
  return with_examples(ranked, count, Examples(segments, allowed));
}

}  // namespace kindling
