#include "index/terms/lexical_search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "base/parallel.h"
#include "index/terms/named_documents.h"
#include "index/terms/section_matches.h"

namespace kindling {
namespace {

constexpr std::size_t records_ahead = 16;  // that are fetched while others are worked on
constexpr std::size_t names_ahead = 8;
constexpr std::size_t shared_chunks = 512;    // that are worth a thread
constexpr std::size_t worth_two_steps = 128;  // candidates beyond those that would be worked out anyway

void add_all(std::span<const LexicalSegment> segments, std::size_t s, const AskedQuestion& asked,
             LexicalMatches& matches) {
  const LexicalSegment& part = segments[s];
  const Segment& segment = *part.segment;
  std::vector<std::uint32_t> sections(segment.sections().size());
  std::iota(sections.begin(), sections.end(), 0u);
  SectionMatches found(segments, s, asked, sections);
  for (std::size_t place = 0; place < sections.size(); ++place) {
    const SectionRecord& section = segment.sections()[sections[place]];
    if (!part.is_live(section.document)) continue;
    if (found.has_section(place)) matches.sections.push_back(found.section(place));
    const std::size_t slot = found.first_slot(place);
    for (std::size_t i = slot; i < slot + section.chunk_count; ++i) {
      if (!found.has_chunk(i)) continue;
      matches.chunks.push_back(found.chunk(place, i));
      matches.coverage_max = std::max(matches.coverage_max, matches.chunks.back().coverage);
    }
  }
}

// A chunk that may be among the best, or that is given in any case.
struct Worked {
  ChunkMatch match;
  SectionIndex section{};
  float value = 0;
  bool candidate = false;
  bool also = false;
};

class Selecting {
 public:
  Selecting(std::span<const LexicalSegment> segments, const AskedQuestion& asked,
            const LexicalSelection& selection)
      : segments_(segments), asked_(asked), selection_(selection) {}

  void run(const ChunkCandidates& found, LexicalMatches& matches) {
    const std::uint32_t promising = promising_bound(found.chunks);
    if (promising == 0) {
      work_out(found.chunks, selection_.also);
    } else {
      work_out(between(found.chunks, promising, everything), selection_.also);
      work_out(between(found.chunks, needed_bound(found), promising), {});
      join();
    }
    give(matches);
  }

 private:
  static constexpr std::uint32_t everything = std::numeric_limits<std::uint32_t>::max();

  // Where candidates are many: a bound that twice as many as are wanted reach. What these turn out to be worth
  // spares most of the others. Zero: all are worked out at once.
  [[nodiscard]] std::uint32_t promising_bound(std::span<const ChunkCandidate> candidates) const {
    const std::size_t some = 2 * selection_.count;
    if (some == 0 || candidates.size() < 2 * some + worth_two_steps) return 0;
    std::vector<std::uint32_t> bounds;
    bounds.reserve(candidates.size());
    for (const ChunkCandidate& each : candidates) bounds.push_back(each.upper);
    const auto last = bounds.begin() + static_cast<std::ptrdiff_t>(some - 1);
    std::nth_element(bounds.begin(), last, bounds.end(), std::greater<>());
    return *last;
  }

  // What the upper bound of any further one of the best must reach.
  [[nodiscard]] std::uint32_t needed_bound(const ChunkCandidates& found) const {
    std::vector<float> values;
    for (const Worked& each : worked_) {
      if (each.candidate) values.push_back(each.value);
    }
    if (values.size() < selection_.count) return 0;
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(selection_.count - 1);
    std::nth_element(values.begin(), last, values.end(), std::greater<>());
    return static_cast<std::uint32_t>(std::max(0.0, double{*last} * found.units - 2.0 * found.margin));
  }

  static std::vector<ChunkCandidate> between(std::span<const ChunkCandidate> candidates, std::uint32_t least,
                                             std::uint32_t below) {
    std::vector<ChunkCandidate> chosen;
    for (const ChunkCandidate& each : candidates) {
      if (each.upper >= least && each.upper < below) chosen.push_back(each);
    }
    return chosen;
  }

  // Two steps' chunks and sections become one list, each of them once.
  void join() {
    std::sort(worked_.begin(), worked_.end(), [](const Worked& a, const Worked& b) {
      return a.match.chunk != b.match.chunk ? a.match.chunk < b.match.chunk : a.candidate > b.candidate;
    });
    std::size_t kept = 0;
    for (const Worked& each : worked_) {
      if (kept > 0 && worked_[kept - 1].match.chunk == each.match.chunk) {
        worked_[kept - 1].also |= each.also;
      } else {
        worked_[kept++] = each;
      }
    }
    worked_.resize(kept);
    std::sort(sections_.begin(), sections_.end(),
              [](const SectionMatch& a, const SectionMatch& b) { return a.section < b.section; });
    const auto again =
        std::unique(sections_.begin(), sections_.end(),
                    [](const SectionMatch& a, const SectionMatch& b) { return a.section == b.section; });
    sections_.erase(again, sections_.end());
  }

  // Both ascend.
  void work_out(std::span<const ChunkCandidate> candidates, std::span<const ChunkIndex> also) {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      const auto past = std::find_if(candidates.begin(), candidates.end(),
                                     [s](const ChunkCandidate& each) { return each.segment != s; });
      const auto here = candidates.first(static_cast<std::size_t>(past - candidates.begin()));
      const ChunkIndex end{segments_[s].first_chunk + segments_[s].segment->summary().chunks};
      const auto also_end = std::lower_bound(also.begin(), also.end(), end);
      const auto also_here = also.first(static_cast<std::size_t>(also_end - also.begin()));
      if (!here.empty() || !also_here.empty()) work_out(s, here, also_here);
      candidates = candidates.subspan(here.size());
      also = also.subspan(also_here.size());
    }
  }

  void work_out(std::size_t s, std::span<const ChunkCandidate> candidates, std::span<const ChunkIndex> also) {
    const LexicalSegment& part = segments_[s];
    const Segment& segment = *part.segment;
    std::vector<Wanted> wanted = wanted_chunks(part, candidates, also);
    std::vector<std::uint32_t> sections;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      // Each lies on a page of its own in a large index.
      if (i + records_ahead < wanted.size())
        __builtin_prefetch(&segment.chunks()[wanted[i + records_ahead].chunk]);
      const std::uint32_t section = wanted[i].section = segment.chunks()[wanted[i].chunk].section;
      if (sections.empty() || sections.back() != section) sections.push_back(section);
    }
    SectionMatches found(segments_, s, asked_, sections, threads_for(wanted.size()));
    std::size_t place = 0;
    SectionMatch section;
    bool known = false;
    for (const Wanted& each : wanted) {
      for (; sections[place] != each.section; ++place) known = false;
      if (!known && found.has_section(place)) {
        section = found.section(place);
        sections_.push_back(section);
      }
      known = true;
      const std::size_t slot = found.first_slot(place) + (each.chunk - found.first_chunk(place));
      Worked& worked = worked_.emplace_back();
      worked.section = SectionIndex{part.first_section + each.section};
      worked.also = each.also;
      worked.candidate = each.candidate && found.has_chunk(slot);
      worked.match.chunk = ChunkIndex{part.first_chunk + each.chunk};
      if (!found.has_chunk(slot)) continue;
      worked.match = found.chunk(place, slot);
      worked.value = worked.match.score + selection_.bigram_weight * worked.match.bigram;
      worked.value += selection_.named_weight * section.named_heading;
    }
  }

  struct Wanted {
    std::uint32_t chunk = 0;  // of the segment
    bool candidate = false;
    bool also = false;
    std::uint32_t section = 0;
  };

  [[nodiscard]] unsigned threads_for(std::size_t chunks) const {
    return chunks < shared_chunks ? 1 : selection_.threads;
  }

  // Both ascend; removed documents are left out.
  static std::vector<Wanted> wanted_chunks(const LexicalSegment& part,
                                           std::span<const ChunkCandidate> candidates,
                                           std::span<const ChunkIndex> also) {
    std::vector<Wanted> wanted;
    wanted.reserve(candidates.size() + also.size());
    auto candidate = candidates.begin();
    for (const ChunkIndex index : also) {
      const std::uint32_t chunk = position(index) - part.first_chunk;
      for (; candidate != candidates.end() && candidate->chunk < chunk; ++candidate)
        wanted.push_back({candidate->chunk, true, false});
      const bool both = candidate != candidates.end() && candidate->chunk == chunk;
      if (part.is_live(part.segment->chunks()[chunk].document)) wanted.push_back({chunk, both, true});
      if (both) ++candidate;
    }
    for (; candidate != candidates.end(); ++candidate) wanted.push_back({candidate->chunk, true, false});
    return wanted;
  }

  // The best candidates and the others that were asked for, with their sections.
  void give(LexicalMatches& matches) {
    std::vector<const Worked*> ranked;
    for (const Worked& each : worked_) {
      if (each.candidate) ranked.push_back(&each);
    }
    const auto better = [](const Worked* a, const Worked* b) {
      return a->value != b->value ? a->value > b->value : a->match.chunk < b->match.chunk;
    };
    const Worked* last = nullptr;  // of the best
    if (selection_.count < ranked.size() && selection_.count > 0) {
      const auto nth = ranked.begin() + static_cast<std::ptrdiff_t>(selection_.count - 1);
      std::nth_element(ranked.begin(), nth, ranked.end(), better);
      last = *nth;
    }
    auto section = sections_.begin();
    for (const Worked& each : worked_) {
      const bool best = each.candidate && selection_.count > 0 && (last == nullptr || !better(last, &each));
      if (!best && !each.also) continue;
      if (best || each.match.score > 0) matches.chunks.push_back(each.match);
      while (section != sections_.end() && section->section < each.section) ++section;
      if (section != sections_.end() && section->section == each.section)
        matches.sections.push_back(*section++);
    }
  }

  std::span<const LexicalSegment> segments_;
  const AskedQuestion& asked_;
  const LexicalSelection& selection_;
  std::vector<Worked> worked_;          // by chunk
  std::vector<SectionMatch> sections_;  // of these that match
};

// What the names of their documents add to the sections that are given, which are of one segment: no other
// document's are looked at.
void add_document_names(std::span<const LexicalSegment> segments, std::size_t s, const AskedQuestion& asked,
                        std::span<SectionMatch> sections) {
  const LexicalSegment& part = segments[s];
  const std::span<const SectionRecord> records = part.segment->sections();
  NamedDocuments documents(segments, s, asked);
  const auto document_of = [&](std::size_t i) {
    return records[position(sections[i].section) - part.first_section].document;
  };
  // A document's record, and then its names, lie on pages of their own in a large index; far ones are copied,
  // and to look where they lie would be the fault that copying avoids.
  const bool far = part.segment->far();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!far && i + records_ahead < sections.size())
      __builtin_prefetch(&part.segment->documents()[document_of(i + records_ahead)]);
    if (!far && i + names_ahead < sections.size()) {
      __builtin_prefetch(part.segment->uri(document_of(i + names_ahead)).data());
      __builtin_prefetch(part.segment->extras(document_of(i + names_ahead)).data());
    }
    sections[i].named = std::max(sections[i].named, documents.named(document_of(i)));
  }
}

// The same of all segments, shared out among the threads.
void add_document_names(std::span<const LexicalSegment> segments, const AskedQuestion& asked, unsigned threads,
                        std::span<SectionMatch> sections) {
  for (std::size_t s = 0; s < segments.size() && !sections.empty(); ++s) {
    const SectionIndex end{segments[s].first_section +
                           static_cast<std::uint32_t>(segments[s].segment->sections().size())};
    const auto past = std::find_if(sections.begin(), sections.end(),
                                   [end](const SectionMatch& each) { return each.section >= end; });
    const auto here = sections.first(static_cast<std::size_t>(past - sections.begin()));
    sections = sections.subspan(here.size());
    const std::size_t shares = std::clamp<std::size_t>(here.size() / shared_chunks, 1, threads);
    parallel_for(shares, threads, [&](std::size_t i) {
      const std::size_t first = i * here.size() / shares, last = (i + 1) * here.size() / shares;
      add_document_names(segments, s, asked, here.subspan(first, last - first));
    });
  }
}

}  // namespace

LexicalMatches search_terms(std::span<const LexicalSegment> segments, std::span<const Term> question,
                            const LexicalSelection* selection, std::uint32_t window) {
  LexicalMatches matches;
  if (question.empty()) return matches;
  const AskedQuestion asked = ask_collection(segments, question);
  matches.upper_bound = asked.chunks.upper_bound;
  matches.idf = asked.chunks.idf;
  if (selection == nullptr) {
    for (std::size_t s = 0; s < segments.size(); ++s) add_all(segments, s, asked, matches);
  } else {
    ChunkCandidates found;
    if (!selection->candidates) found = find_candidates(segments, asked, *selection, window);
    const ChunkCandidates& candidates = selection->candidates ? *selection->candidates : found;
    matches.coverage_max = candidates.coverage_max;
    Selecting(segments, asked, *selection).run(candidates, matches);
  }
  add_document_names(segments, asked, selection == nullptr ? 1 : selection->threads, matches.sections);
  return matches;
}

LexicalCandidates find_lexical_candidates(std::span<const LexicalSegment> segments,
                                          std::span<const Term> question, const LexicalSelection& selection) {
  if (question.empty()) return nullptr;
  const AskedQuestion asked = ask_collection(segments, question);
  return std::make_shared<const ChunkCandidates>(find_candidates(segments, asked, selection, candidate_window));
}

}  // namespace kindling
