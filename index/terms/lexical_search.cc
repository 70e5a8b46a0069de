#include "index/terms/lexical_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

#include "index/terms/document_headings.h"

namespace kindling {
namespace {

constexpr float k1 = 0.9F;
constexpr float b = 0.6F;

float idf_of(std::uint64_t count, std::uint64_t frequency) {
  const auto n = static_cast<double>(count);
  // A damaged frequency must not turn the logarithm's argument negative.
  const auto df = std::min(static_cast<double>(frequency), n);
  return static_cast<float>(std::log(1.0 + (n - df + 0.5) / (df + 0.5)));
}

// One of the two levels: chunks or sections.
struct Level {
  std::uint64_t count = 0;
  float mean_length = 1;
  std::vector<float> idf;  // of each question term
  float upper_bound = 0;   // U
};

Level make_level(std::uint64_t count, std::uint64_t lengths) {
  Level level;
  level.count = count;
  if (lengths > 0)
    level.mean_length = static_cast<float>(static_cast<double>(lengths) / static_cast<double>(count));
  return level;
}

struct Collection {
  Level chunks;
  Level sections;
  double question_idf2 = 0;  // sum of squared section idf over the question's terms
};

std::uint64_t section_frequency(std::span<const LexicalSegment> segments, std::string_view term) {
  std::uint64_t frequency = 0;
  for (const LexicalSegment& part : segments) {
    const Dictionary& dictionary = part.segment->dictionary();
    if (const auto number = dictionary.find(term)) frequency += dictionary.block(*number).section_frequency();
  }
  return frequency;
}

Collection collection_statistics(std::span<const LexicalSegment> segments, std::span<const Term> question) {
  std::uint64_t chunks = 0;
  std::uint64_t sections = 0;
  std::uint64_t chunk_lengths = 0;
  std::uint64_t section_lengths = 0;
  for (const LexicalSegment& part : segments) {
    const SegmentSummary& summary = part.segment->summary();
    chunks += summary.chunks;
    sections += summary.sections;
    chunk_lengths += summary.chunk_lengths;
    section_lengths += summary.section_lengths;
  }
  Collection collection{make_level(chunks, chunk_lengths), make_level(sections, section_lengths), 0};
  for (const Term& term : question) {
    std::uint64_t chunk_df = 0;
    std::uint64_t section_df = 0;
    for (const LexicalSegment& part : segments) {
      const Dictionary& dictionary = part.segment->dictionary();
      const auto number = dictionary.find(term.text);
      if (!number) continue;
      const PostingBlock block = dictionary.block(*number);
      chunk_df += block.chunk_frequency();
      section_df += block.section_frequency();
    }
    collection.chunks.idf.push_back(idf_of(chunks, chunk_df));
    collection.sections.idf.push_back(idf_of(sections, section_df));
    collection.chunks.upper_bound += collection.chunks.idf.back();
    collection.sections.upper_bound += collection.sections.idf.back();
    collection.question_idf2 += std::pow(collection.sections.idf.back(), 2.0);
  }
  return collection;
}

// What the terms of one question add up to, for each chunk or section of a segment.
struct Sums {
  explicit Sums(std::size_t size) : bm(size), bigram(size), present(size), pair_stamp(size) {}
  std::vector<float> bm;
  std::vector<float> bigram;
  std::vector<float> present;             // idf of the terms that stand there
  std::vector<std::uint32_t> pair_stamp;  // the last pair counted, so that each counts once

  void add_term(std::uint32_t place, float idf, std::uint32_t frequency, float relative_length) {
    const auto tf = static_cast<float>(frequency);
    bm[place] += idf * tf / (tf + k1 * (1 - b + b * relative_length));
    present[place] += idf;
  }
  void add_pair(std::uint32_t place, std::uint32_t pair, float weight) {
    if (pair_stamp[place] == pair) return;
    pair_stamp[place] = pair;
    bigram[place] += weight;
  }
};

// Whether some position of `second` follows one of `first` at a distance of 1 or 2. Both ascend.
bool stand_close(std::span<const std::uint32_t> first, std::span<const std::uint32_t> second) {
  std::size_t i = 0;
  for (const std::uint32_t later : second) {
    while (i < first.size() && std::uint64_t{first[i]} + 2 < later) ++i;
    if (i < first.size() && first[i] < later) return true;
  }
  return false;
}

// Calls found(place) for each place in which the pair stands close.
template <typename Found>
void for_each_close_pair(const PostingList& first, const PostingList& second, Found found) {
  std::size_t i = 0;
  for (std::size_t j = 0; j < second.places.size(); ++j) {
    while (i < first.places.size() && first.places[i] < second.places[j]) ++i;
    if (i == first.places.size()) return;
    if (first.places[i] == second.places[j] && stand_close(first.at(i), second.at(j))) found(second.places[j]);
  }
}

struct TermPostings {
  bool known = false;
  PostingList bodies;
  PostingList headings;
};

class SegmentSearch {
 public:
  SegmentSearch(std::span<const LexicalSegment> segments, const LexicalSegment& part,
                const Collection& collection, std::span<const Term> question)
      : segments_(segments),
        part_(part),
        segment_(*part.segment),
        collection_(collection),
        question_(question),
        chunks_(segment_.chunks().size()),
        sections_(segment_.sections().size()),
        under_asked_heading_(segment_.sections().size()),
        named_headings_(segment_.summary().headings, -1.0F) {}

  void run(LexicalMatches& matches) {
    TermPostings previous, current;
    for (std::uint32_t i = 0; i < question_.size(); ++i) {
      read(i, current);
      if (current.known) {
        add_to_chunks(i, current);
        add_to_sections(i, current);
        if (previous.known) add_pair(i, previous, current);
      }
      std::swap(previous, current);
    }
    std::sort(known_terms_.begin(), known_terms_.end());
    collect(matches);
  }

 private:
  void read(std::uint32_t i, TermPostings& postings) {
    const Dictionary& dictionary = segment_.dictionary();
    const auto number = dictionary.find(question_[i].text);
    postings.known = number.has_value();
    if (!number) return;
    const PostingBlock block = dictionary.block(*number);
    // Damage ends a list early; `verify` reports it.
    (void)block.read_bodies(segment_.summary().chunks, question_.size() > 1, postings.bodies);
    (void)block.read_headings(segment_.summary().sections, postings.headings);
    known_terms_.emplace_back(*number, i);
  }

  // Occurrences in a chunk's body and in its section's headings count together, so both lists are walked side
  // by side.
  void add_to_chunks(std::uint32_t i, const TermPostings& postings) {
    const float idf = collection_.chunks.idf[i];
    const auto lengths = segment_.chunk_lengths();
    const auto add = [&](std::uint32_t chunk, std::uint32_t frequency) {
      chunks_.add_term(chunk, idf, frequency,
                       static_cast<float>(lengths[chunk]) / collection_.chunks.mean_length);
    };
    std::size_t body = 0;
    const auto& places = postings.bodies.places;
    for (std::size_t h = 0; h < postings.headings.places.size(); ++h) {
      const SectionRecord& section = segment_.sections()[postings.headings.places[h]];
      for (; body < places.size() && places[body] < section.first_chunk; ++body) {
        add(places[body], postings.bodies.frequency(body));
      }
      for (std::uint32_t c = section.first_chunk; c < section.first_chunk + section.chunk_count; ++c) {
        std::uint32_t frequency = postings.headings.frequency(h);
        if (body < places.size() && places[body] == c) frequency += postings.bodies.frequency(body++);
        add(c, frequency);
      }
    }
    for (; body < places.size(); ++body) add(places[body], postings.bodies.frequency(body));
  }

  void add_to_sections(std::uint32_t i, const TermPostings& postings) {
    const float idf = collection_.sections.idf[i];
    const auto lengths = segment_.section_lengths();
    const auto add = [&](std::uint32_t section, std::uint32_t frequency) {
      sections_.add_term(section, idf, frequency,
                         static_cast<float>(lengths[section]) / collection_.sections.mean_length);
    };
    std::size_t heading = 0;
    const auto& headings = postings.headings;
    const auto& bodies = postings.bodies;
    for (std::size_t body = 0; body < bodies.places.size();) {
      const std::uint32_t section = segment_.chunks()[bodies.places[body]].section;
      std::uint32_t frequency = 0;
      for (; body < bodies.places.size() && segment_.chunks()[bodies.places[body]].section == section; ++body) {
        frequency += bodies.frequency(body);
      }
      for (; heading < headings.places.size() && headings.places[heading] < section; ++heading) {
        add(headings.places[heading], headings.frequency(heading));
      }
      if (heading < headings.places.size() && headings.places[heading] == section) {
        frequency += headings.frequency(heading++);
      }
      add(section, frequency);
    }
    for (; heading < headings.places.size(); ++heading)
      add(headings.places[heading], headings.frequency(heading));
    for (const std::uint32_t section : headings.places) under_asked_heading_[section] = true;
  }

  // Term i and the one before it. Pair numbers begin at 1, for stamps begin at 0.
  void add_pair(std::uint32_t i, const TermPostings& first, const TermPostings& second) {
    const float chunk_weight = collection_.chunks.idf[i - 1] + collection_.chunks.idf[i];
    const float section_weight = collection_.sections.idf[i - 1] + collection_.sections.idf[i];
    for_each_close_pair(first.bodies, second.bodies, [&](std::uint32_t chunk) {
      chunks_.add_pair(chunk, i, chunk_weight);
      sections_.add_pair(segment_.chunks()[chunk].section, i, section_weight);
    });
    for_each_close_pair(first.headings, second.headings, [&](std::uint32_t s) {
      const SectionRecord& section = segment_.sections()[s];
      for (std::uint32_t c = 0; c < section.chunk_count; ++c) {
        chunks_.add_pair(section.first_chunk + c, i, chunk_weight);
      }
      sections_.add_pair(s, i, section_weight);
    });
  }

  void collect(LexicalMatches& matches) {
    const auto found = [](float present) { return present != 0; };
    const auto count = [&](const Sums& sums) {
      return static_cast<std::size_t>(std::count_if(sums.present.begin(), sums.present.end(), found));
    };
    if (matches.chunks.empty()) matches.chunks.reserve(count(chunks_));
    if (matches.sections.empty()) matches.sections.reserve(count(sections_));
    for (std::uint32_t c = 0; c < chunks_.present.size(); ++c) {
      if (chunks_.present[c] == 0 || !is_live(segment_.chunks()[c].document)) continue;
      const float bound = collection_.chunks.upper_bound;
      matches.chunks.push_back({.chunk = ChunkIndex{part_.first_chunk + c},
                                .score = chunks_.bm[c] / bound,
                                .bigram = chunks_.bigram[c] / (2 * bound),
                                .coverage = std::min(1.0F, chunks_.present[c] / bound)});
    }
    for (std::uint32_t s = 0; s < sections_.present.size(); ++s) {
      if (sections_.present[s] == 0 || !is_live(segment_.sections()[s].document)) continue;
      const float bound = collection_.sections.upper_bound;
      matches.sections.push_back({.section = SectionIndex{part_.first_section + s},
                                  .score = sections_.bm[s] / bound,
                                  .bigram = sections_.bigram[s] / (2 * bound),
                                  .named = under_asked_heading_[s] ? named(s) : 0});
    }
  }

  [[nodiscard]] bool is_live(std::uint32_t document) const {
    return part_.live.empty() || part_.live[document];
  }

  float named(std::uint32_t s) {
    const SectionRecord& section = segment_.sections()[s];
    const std::uint32_t title = segment_.documents()[section.document].title;
    float best = title == no_heading ? 0 : named_heading(title);
    for (const std::uint32_t heading : segment_.path(section.path))
      best = std::max(best, named_heading(heading));
    return best;
  }

  // The same few headings stand over many sections.
  float named_heading(std::uint32_t heading) {
    float& named = named_headings_[heading];
    if (named >= 0) return named;
    named = 0;
    double shared = 0;
    for (const std::uint32_t term : segment_.heading_terms(heading)) {
      const auto known =
          std::lower_bound(known_terms_.begin(), known_terms_.end(), std::pair{term, std::uint32_t{0}});
      if (known == known_terms_.end() || known->first != term) continue;
      const double idf = collection_.sections.idf[known->second];
      shared += idf * idf;
    }
    if (shared > 0) {
      named = static_cast<float>(shared * shared / (collection_.question_idf2 * heading_weight(heading)));
    }
    return named;
  }

  // The sum of squared idf over all terms of the heading.
  double heading_weight(std::uint32_t heading) {
    double weight = part_.heading_weights == nullptr ? 0 : part_.heading_weights->at(heading);
    if (weight > 0) return weight;
    for (const std::uint32_t term : segment_.heading_terms(heading)) {
      const double idf = section_idf(term);
      weight += idf * idf;
    }
    if (part_.heading_weights != nullptr) part_.heading_weights->keep(heading, weight);
    return weight;
  }

  double section_idf(std::uint32_t term) {
    const auto [at, inserted] = section_idfs_.try_emplace(term, 0.0F);
    if (inserted) {
      const std::uint64_t frequency = segments_.size() == 1
                                          ? segment_.dictionary().block(term).section_frequency()
                                          : section_frequency(segments_, segment_.dictionary().term(term));
      at->second = idf_of(collection_.sections.count, frequency);
    }
    return at->second;
  }

  std::span<const LexicalSegment> segments_;
  const LexicalSegment& part_;
  const Segment& segment_;
  const Collection& collection_;
  std::span<const Term> question_;
  Sums chunks_;
  Sums sections_;
  std::vector<bool> under_asked_heading_;  // sections of which a heading holds a term
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      known_terms_;                                        // number in the dictionary, place in the question
  std::vector<float> named_headings_;                      // below zero: not known yet
  std::unordered_map<std::uint32_t, float> section_idfs_;  // by number in the dictionary
};

}  // namespace

LexicalMatches search_terms(std::span<const LexicalSegment> segments, std::span<const Term> question) {
  LexicalMatches matches;
  if (question.empty()) return matches;
  const Collection collection = collection_statistics(segments, question);
  for (const LexicalSegment& part : segments) SegmentSearch(segments, part, collection, question).run(matches);
  matches.upper_bound = collection.chunks.upper_bound;
  matches.idf = collection.chunks.idf;
  return matches;
}

}  // namespace kindling
