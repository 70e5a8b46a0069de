// The pictures that stand in or right beside chosen passages, found by reading their documents once more.
//
// An index keeps no pictures. So the documents of the passages are decoded again, those of the best passages
// first and within bounds, and believed only where they still give the text that the index holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "engine/media/pack_figures.h"
#include "formats/text.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::uint32_t near_bytes = 400;         // of text between a passage and a picture
inline constexpr std::size_t figure_documents_max = 32;  // read again
inline constexpr std::uint64_t figure_document_bytes_max = 64u << 20;  // of one of them
inline constexpr std::size_t figures_found_max = 200;

// What a passage is to its pictures.
struct FigureSite {
  std::uint32_t number = 0;  // of the passage
  std::string_view uri;      // of its document
  ByteSpan text_span;
  float value = 0;
};

struct FoundFigure {
  std::string uri;       // of the document; an absolute path
  std::string document;  // its name
  Figure figure;
  // A passage that has part in it may have the picture: its section, `near_bytes` around it; of a page without
  // text also the pages next to it.
  ByteSpan reach;
  // Words of the question in what is said of it: its own words, and the text since the picture before it,
  // `near_bytes` at most. Decides between pictures of passages of equal value: a document that is sent whole
  // has but one.
  std::size_t match = 0;
};

// The passage that a picture is sent with: the nearest within reach, then the more valuable.
[[nodiscard]] std::optional<std::size_t> nearest_site(const FoundFigure& figure,
                                                      std::span<const FigureSite> sites);

struct FigureSearch {
  std::vector<FoundFigure> found;  // of the best passage first, then the best match, then in text order
  std::vector<OmittedFigure> omitted;
};

// The pictures that have a site. `seconds_max`: no document is begun after that time. Errors: `cancelled`,
// `index_corrupt`, and those of Decoder::start. A document that cannot be read any more is an omission.
[[nodiscard]] Result<FigureSearch> find_figures(Files& files, const Snapshot& snapshot,
                                                std::string_view question, std::span<const FigureSite> sites,
                                                const std::filesystem::path& worker, double seconds_max,
                                                const Cancellation& cancellation);

}  // namespace kindling
