// Which of the documents' pictures are worth their tokens: those of the best passages first, until the tokens,
// the number of pictures or the time for them are used up. Each is checked, made fit for the profile's model
// (engine/media/media_fit.h) and paid for at the size that is sent; whatever is left out is listed with its
// reason.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "engine/media/figure_sources.h"
#include "engine/media/media.h"
#include "engine/media/pack_figures.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

inline constexpr double figure_seconds_max = 3;               // for all of them together, reading included
inline constexpr std::uint64_t figure_bytes_max = 16u << 20;  // of all that are sent
inline constexpr std::uint64_t figure_pixels_min = 2'500;     // smaller ones are marks and buttons

struct FigureBudget {
  std::uint64_t tokens = 0;          // for pictures and the lines before them
  std::uint64_t request_tokens = 0;  // of the whole request, for Tokenizer::part
  std::size_t images = 0;
  double seconds = figure_seconds_max;
};

struct ChosenFigure {
  FoundFigure found;
  Medium medium;             // with a caption for a long number
  std::uint64_t tokens = 0;  // at most, caption included
};

struct FigureChoice {
  std::vector<ChosenFigure> chosen;  // best first
  std::vector<OmittedFigure> omitted;
};

// Errors: as find_figures.
[[nodiscard]] Result<FigureChoice> choose_figures(Files& files, const Snapshot& snapshot,
                                                  std::string_view question, std::span<const FigureSite> sites,
                                                  const ModelProfile& profile, const Tokenizer& tokenizer,
                                                  const FigureBudget& budget,
                                                  const std::filesystem::path& worker,
                                                  const Cancellation& cancellation);

// "[figure 2 of passage 12: A lock seen from above]\n". The words are a document's: they are cut, kept on one
// line, and lose brackets, angles and what cannot be seen, so that they can end or feign nothing.
[[nodiscard]] std::string figure_caption(std::uint32_t figure, std::uint32_t passage, std::string_view words);

// How a list calls it: its source, or "page 3".
[[nodiscard]] std::string figure_name(const Figure& figure);

}  // namespace kindling
