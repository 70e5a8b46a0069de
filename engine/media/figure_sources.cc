#include "engine/media/figure_sources.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/env.h"
#include "formats/decode.h"

namespace kindling {
namespace {

constexpr std::chrono::milliseconds document_time_max{5'000};

bool overlap(ByteSpan a, ByteSpan b) { return a.begin < b.end && b.begin < a.end; }

std::uint32_t distance(ByteSpan span, std::uint32_t at) {
  return at < span.begin ? span.begin - at : at > span.end ? at - span.end : 0;
}

bool holds_image_tag(std::string_view html) {
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const std::string_view tag = html.substr(at, 4);
    if (tag.size() == 4 && (tag[1] | 0x20) == 'i' && (tag[2] | 0x20) == 'm' && (tag[3] | 0x20) == 'g')
      return true;
  }
  return false;
}

// The section of a document that holds the place, its end included.
ByteSpan section_at(const Snapshot& snapshot, const DocumentView& document, std::uint32_t at) {
  ByteSpan found{at, at};
  for (std::uint32_t i = 0; i < document.section_count; ++i) {
    const ByteSpan span = snapshot.section(SectionIndex{position(document.first_section) + i}).span;
    if (span.begin > at) break;
    if (at <= span.end) found = span;
  }
  return found;
}

ByteSpan reach_of_page(const Text& text, std::uint32_t number) {
  for (std::size_t i = 0; i < text.pages.size(); ++i) {
    if (text.pages[i].number != number) continue;
    return {text.pages[i > 0 ? i - 1 : 0].span.begin,
            text.pages[std::min(i + 1, text.pages.size() - 1)].span.end};
  }
  return {};
}

ByteSpan around(std::uint32_t at, std::size_t text_bytes) {
  return {at > near_bytes ? at - near_bytes : 0,
          static_cast<std::uint32_t>(std::min<std::size_t>(text_bytes, std::size_t{at} + near_bytes))};
}

// Of three bytes and more, in small letters as far as they are ASCII.
std::set<std::string> words_of(std::string_view text) {
  constexpr std::size_t word_bytes_min = 3;
  std::set<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const bool in_word =
        (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (in_word) {
      word += small;
    } else {
      if (word.size() >= word_bytes_min) words.insert(word);
      word.clear();
    }
  }
  return words;
}

std::size_t words_shared(const std::set<std::string>& words, std::string_view text) {
  const std::set<std::string> others = words_of(text);
  return static_cast<std::size_t>(std::count_if(
      words.begin(), words.end(), [&](const std::string& word) { return others.contains(word); }));
}

class FigureFinder {
 public:
  FigureFinder(Files& files, const Snapshot& snapshot, std::string_view question,
               std::span<const FigureSite> sites, const std::filesystem::path& worker,
               const Cancellation& cancellation)
      : files_(files),
        snapshot_(snapshot),
        words_(words_of(question)),
        sites_(sites),
        worker_(worker),
        cancellation_(cancellation) {}

  Result<FigureSearch> run(double seconds_max) {
    const Stopwatch watch;
    std::size_t read = 0;
    for (const std::string_view uri : documents_by_value()) {
      KINDLING_TRY_VOID(cancellation_.check());
      KINDLING_TRY(const DocumentIndex index, snapshot_.find(uri));
      KINDLING_TRY(const bool promising, may_have_figures(index));
      if (!promising) continue;
      const DocumentView document = snapshot_.document(index);
      if (read++ == figure_documents_max || search_.found.size() >= figures_found_max) {
        omit(document, "", "too many documents with pictures");
        break;
      }
      if (watch.seconds() > seconds_max) {
        omit(document, "", "time");
        break;
      }
      KINDLING_TRY_VOID(look_into(document));
    }
    order_by_value();
    return std::move(search_);
  }

 private:
  std::vector<std::string_view> documents_by_value() const {
    std::vector<const FigureSite*> best;
    for (const FigureSite& site : sites_) best.push_back(&site);
    std::stable_sort(best.begin(), best.end(), [](auto* a, auto* b) { return a->value > b->value; });
    std::vector<std::string_view> uris;
    for (const FigureSite* site : best) {
      if (std::find(uris.begin(), uris.end(), site->uri) == uris.end()) uris.push_back(site->uri);
    }
    return uris;
  }

  // As far as the index can tell; reading a file again is dear.
  Result<bool> may_have_figures(DocumentIndex index) const {
    const DocumentView document = snapshot_.document(index);
    if (!std::filesystem::path(document.uri).is_absolute()) return false;
    if (document.format == "html") return true;
    if (document.format == "markdown")
      return document.text.find("![") != std::string_view::npos || holds_image_tag(document.text);
    if (document.format != "pdf") return false;
    KINDLING_TRY(const Text text, snapshot_.structure_of(index));
    return std::any_of(text.warnings.begin(), text.warnings.end(), [](const std::string& warning) {
      return warning.find("without a text layer") != std::string::npos ||
             warning.find("no text layer") != std::string::npos;
    });
  }

  Status look_into(const DocumentView& document) {
    const std::string uri(document.uri);
    const auto bytes = files_.read(uri, figure_document_bytes_max);
    if (!bytes) {
      omit(document, "",
           bytes.error().code == ErrorCode::too_large ? "the document is too large"
                                                      : "the document is not there any more");
      return {};
    }
    const bool packed = bytes->starts_with("\x1f\x8b");
    if (document.format == "html" && !packed && !holds_image_tag(*bytes)) return {};
    if (!decoder_) {
      DecodeLimits limits;
      limits.source_bytes_max = figure_document_bytes_max;
      limits.time_max = document_time_max;
      KINDLING_TRY(decoder_, Decoder::start(limits, worker_));
    }
    Text text;
    const Status read = decoder_->decode(
        uri, *bytes, [&](DecodedDocument decoded) { return text = std::move(decoded.text), Status(); },
        [](const Error&) {}, cancellation_);
    if (!read && read.error().code == ErrorCode::cancelled) return read;
    if (!read || text.utf8 != document.text) {
      omit(document, "", "the document has changed since it was indexed");
      return {};
    }
    if (packed) std::erase_if(text.figures, [](const Figure& figure) { return figure.page > 0; });
    take(document, text);
    return {};
  }

  void take(const DocumentView& document, const Text& text) {
    std::uint32_t before = 0;  // where the last picture stood
    for (const Figure& figure : text.figures) {
      FoundFigure found{std::string(document.uri), std::string(document.name), figure, {}};
      const std::uint32_t begin = std::max(before, around(figure.at, text.utf8.size()).begin);
      before = figure.at;
      found.match =
          words_shared(words_, figure.words + " " + std::string(slice(text.utf8, {begin, figure.at})));
      if (figure.page > 0) {
        found.reach = reach_of_page(text, figure.page);
      } else {
        const ByteSpan section = section_at(snapshot_, document, figure.at);
        const ByteSpan near = around(figure.at, text.utf8.size());
        found.reach = {std::min(section.begin, near.begin), std::max(section.end, near.end)};
      }
      if (nearest_site(found, sites_) && search_.found.size() < figures_found_max)
        search_.found.push_back(std::move(found));
    }
  }

  void order_by_value() {
    std::stable_sort(search_.found.begin(), search_.found.end(),
                     [&](const FoundFigure& a, const FoundFigure& b) {
                       const float value_a = sites_[*nearest_site(a, sites_)].value,
                                   value_b = sites_[*nearest_site(b, sites_)].value;
                       return value_a != value_b ? value_a > value_b : a.match > b.match;
                     });
  }

  void omit(const DocumentView& document, std::string source, std::string reason) {
    search_.omitted.push_back({std::string(document.name), std::move(source), std::move(reason)});
  }

  Files& files_;
  const Snapshot& snapshot_;
  std::set<std::string> words_;  // of the question
  std::span<const FigureSite> sites_;
  const std::filesystem::path& worker_;
  const Cancellation& cancellation_;
  std::unique_ptr<Decoder> decoder_;
  FigureSearch search_;
};

}  // namespace

std::optional<std::size_t> nearest_site(const FoundFigure& figure, std::span<const FigureSite> sites) {
  std::optional<std::size_t> best;
  const auto nearer = [&](std::size_t a, std::size_t b) {
    const std::uint32_t near_a = distance(sites[a].text_span, figure.figure.at);
    const std::uint32_t near_b = distance(sites[b].text_span, figure.figure.at);
    return near_a != near_b ? near_a < near_b : sites[a].value > sites[b].value;
  };
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].uri != figure.uri || !overlap(sites[i].text_span, figure.reach)) continue;
    if (!best || nearer(i, *best)) best = i;
  }
  return best;
}

Result<FigureSearch> find_figures(Files& files, const Snapshot& snapshot, std::string_view question,
                                  std::span<const FigureSite> sites, const std::filesystem::path& worker,
                                  double seconds_max, const Cancellation& cancellation) {
  return FigureFinder(files, snapshot, question, sites, worker, cancellation).run(seconds_max);
}

}  // namespace kindling
