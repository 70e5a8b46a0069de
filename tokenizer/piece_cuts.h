// Pre-tokenisers of tokenizer.json without patterns: how a normalised text is cut into the pieces that the
// model sees one by one, and how words get their blank as U+2581.
//
// Private to tokenizer/. Immutable; safe from any thread. Time is linear in the text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kindling {

namespace piece_cut {

struct WhiteSpace {};  // white space separates and is dropped

enum class Prefix : std::uint8_t { always, first, never };

// Blanks become `mark`, the text (only the first part of it, with `first`) gets one in front, and with `split`
// each mark begins a piece.
struct Metaspace {
  std::string mark;
  Prefix prefix = Prefix::always;
  bool split = true;
};

enum class Behaviour : std::uint8_t { isolated, removed, with_previous, with_next };

// Cuts at each place of a string.
struct Literal {
  std::string text;  // not empty
  Behaviour behaviour = Behaviour::isolated;
};

}  // namespace piece_cut

using PieceCut = std::variant<piece_cut::WhiteSpace, piece_cut::Metaspace, piece_cut::Literal>;

class PieceCuts {
 public:
  PieceCuts() = default;
  explicit PieceCuts(std::vector<PieceCut> cuts) : cuts_(std::move(cuts)) {}

  [[nodiscard]] const std::vector<PieceCut>& cuts() const { return cuts_; }

  using Sink = std::function<void(std::string_view piece)>;
  // The pieces of `text`, none empty, in order; each lives as long as the call of `sink`. `first`: this is the
  // beginning of what was given to the tokenizer.
  void each(std::string_view text, bool first, const Sink& sink) const { cut(0, text, first, sink); }

 private:
  void cut(std::size_t step, std::string_view text, bool first, const Sink& sink) const;
  void apply(const piece_cut::WhiteSpace& cut, std::size_t step, std::string_view text, const Sink& sink) const;
  void apply(const piece_cut::Metaspace& cut, std::size_t step, std::string_view text, bool first,
             const Sink& sink) const;
  void apply(const piece_cut::Literal& cut, std::size_t step, std::string_view text, const Sink& sink) const;

  std::vector<PieceCut> cuts_;
};

}  // namespace kindling
