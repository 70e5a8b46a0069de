// What a pack says of the documents' pictures: those that are sent, and those that are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace kindling {

struct FigureOptions {
  bool wanted = false;  // when the profile takes pictures
  std::optional<std::uint64_t> tokens =
      std::nullopt;                   // for all of them; default: a quarter of what evidence has
  std::filesystem::path worker = {};  // as Decoder::start takes it
};

struct SentFigure {
  std::uint32_t passage = 0;            // that it stands beside
  std::string document;                 // its name
  std::string source;                   // as the document writes it: "img/flow.png"; of a page "page 3"
  std::string words;                    // alternative text and caption
  std::uint32_t width = 0, height = 0;  // pixels, as sent
  std::uint64_t tokens = 0;             // at most, with the line before it
};

struct OmittedFigure {
  std::string document;
  std::string source;
  std::string reason;  // "budget", "number of pictures", "not a local picture", "not there", ...
};

inline constexpr std::size_t omitted_figures_max = 100;

}  // namespace kindling
