#include "tokenizer/byte_level_bpe.h"

#include "base/utf8.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/piece_counts.h"
#include "tokenizer/scratch_pool.h"

namespace kindling {
namespace {

// What one call needs; kept by the tokenizer between calls, so that what was learned of a text serves the next.
struct Scratch {
  PieceCounts counts;
  BpeModel::Scratch model;
};

class ByteLevelBpe final : public Tokenizer {
 public:
  ByteLevelBpe(const BpeVocabulary& vocabulary, BpeMerges merges, ByteLevelBpeOptions options)
      : options_(std::move(options)), model_(vocabulary, std::move(merges)) {}

  [[nodiscard]] std::string_view name() const override { return options_.name; }
  [[nodiscard]] std::string_view fingerprint() const override { return options_.fingerprint; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    scratches_.with([&](Scratch& scratch) {
      each_section(
          text, [&](std::string_view section) { tokens += count_pieces(section, scratch); },
          [&](TokenId) { ++tokens; });
    });
    return {tokens, tokens};
  }

  [[nodiscard]] bool each_piece(std::string_view text, const PieceSink& sink) const override {
    if (options_.blank_in_front || options_.normalizer || !options_.added.empty() ||
        !options_.added_normalised.empty() || !is_valid_utf8(text) ||
        !is_normalised(text, options_.normal_form))
      return false;
    scratches_.with([&](Scratch& scratch) {
      const char* last_readable = last_readable_in(text);
      scan(text, [&](std::string_view piece) {
        const auto end = static_cast<std::size_t>(piece.data() + piece.size() - text.data());
        return sink(end, count_remembered(piece, last_readable, scratch));
      });
    });
    return true;
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 4);
    scratches_.with([&](Scratch& scratch) {
      each_section(
          text,
          [&](std::string_view section) {
            scan(section, [&](std::string_view piece) {
              model_.encode(piece, scratch.model, ids);
              return true;
            });
          },
          [&](TokenId id) { ids.push_back(id); });
    });
    return ids;
  }

 private:
  // The text as the pattern sees it, in parts between added tokens; copied only where it must differ.
  template <typename Section, typename Added>
  void each_section(std::string_view text, Section use_section, Added use_added) const {
    std::string valid, changed, led;
    if (!is_valid_utf8(text)) text = valid = valid_utf8(text);
    const auto lead = [&](std::string_view part) {
      if (options_.blank_in_front && part[0] != ' ') part = led = " " + std::string(part);
      use_section(part);
    };
    options_.added.each(
        text,
        [&](std::string_view part) {
          if (!is_normalised(part, options_.normal_form))
            part = changed = normalised(part, options_.normal_form);
          if (options_.normalizer) part = changed = options_.normalizer->apply(std::string(part));
          options_.added_normalised.each(part, lead, use_added);
        },
        use_added);
  }

  // The pieces of `text`, one after the other, while `use` returns true.
  template <typename Use>
  void scan(std::string_view text, Use use) const {
    const char* p = text.data();
    const char* end = p + text.size();
    with_scanner(options_.pattern, end, [&](const auto& scanner) {
      while (p < end) {
        const char* next = scanner.piece_end(p);
        if (!use(std::string_view(p, static_cast<std::size_t>(next - p)))) return;
        p = next;
      }
    });
  }

  // Where a load of 16 bytes may begin at the latest.
  static const char* last_readable_in(std::string_view text) {
    return text.size() < 16 ? nullptr : text.data() + text.size() - 16;
  }

  std::uint64_t count_pieces(std::string_view text, Scratch& scratch) const {
    std::uint64_t tokens = 0;
    const char* last_readable = last_readable_in(text);
    scan(text, [&](std::string_view piece) {
      tokens += count_remembered(piece, last_readable, scratch);
      return true;
    });
    return tokens;
  }

  // The hot path.
  std::size_t count_remembered(std::string_view piece, const char* last_readable, Scratch& scratch) const {
    if (piece.size() > PieceCounts::bytes_max || last_readable == nullptr || piece.data() > last_readable)
      return model_.count(piece, scratch.model);
    const PieceCounts::Key key = PieceCounts::key_of(piece.data(), piece.size());
    PieceCounts::Cell& cell = scratch.counts.cell_of(key);
    if (!PieceCounts::holds(cell, key)) PieceCounts::put(cell, key, model_.count(piece, scratch.model));
    return PieceCounts::count_in(cell);
  }

  ByteLevelBpeOptions options_;
  BpeModel model_;
  ScratchPool<Scratch> scratches_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> make_byte_level_bpe(const BpeVocabulary& vocabulary,
                                                       ByteLevelBpeOptions options) {
  KINDLING_TRY(BpeMerges merges, BpeMerges::from(vocabulary));
  return std::unique_ptr<Tokenizer>(
      std::make_unique<ByteLevelBpe>(vocabulary, std::move(merges), std::move(options)));
}

}  // namespace kindling
