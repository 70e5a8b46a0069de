#include "tokenizer/byte_level_bpe.h"

#include <mutex>
#include <optional>

#include "base/utf8.h"
#include "tokenizer/bpe_encoder.h"
#include "tokenizer/bpe_greedy.h"
#include "tokenizer/piece_counts.h"
#include "tokenizer/spelling_index.h"

namespace kindling {
namespace {

// What one call needs; kept by the tokenizer between calls, so that what was learned of a text serves the next.
struct Scratch {
  PieceCounts counts;
  BpeEncoder::Scratch encoder;
  std::vector<TokenId> ids;
};

class ByteLevelBpe final : public Tokenizer {
 public:
  ByteLevelBpe(const BpeVocabulary& vocabulary, BpeMerges merges, ByteLevelBpeOptions options)
      : options_(std::move(options)) {
    if (!vocabulary.merges || vocabulary.whole_first) keep_whole(vocabulary, merges);
    if (!merges.late().empty()) {
      greedy_.emplace(vocabulary);
      late_spellings_ = merges.late();
      std::vector<ByteTrie::Entry> entries;
      for (const std::string& spelling : late_spellings_) entries.push_back({spelling, 0});
      late_.emplace(std::move(entries));
    }
    encoder_.emplace(std::move(merges));
  }

  [[nodiscard]] std::string_view name() const override { return options_.name; }
  [[nodiscard]] std::string_view fingerprint() const override { return options_.fingerprint; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    with_scratch([&](Scratch& scratch) { tokens = count_pieces(Prepared(text, options_).text, scratch); });
    return {tokens, tokens};
  }

  [[nodiscard]] bool each_piece(std::string_view text, const PieceSink& sink) const override {
    if (options_.blank_in_front || !is_valid_utf8(text) || !is_normalised(text, options_.normal_form))
      return false;
    with_scratch([&](Scratch& scratch) {
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
    with_scratch([&](Scratch& scratch) {
      const Prepared prepared(text, options_);
      scan(prepared.text, [&](std::string_view piece) {
        encode_piece(piece, scratch, ids);
        return true;
      });
    });
    return ids;
  }

 private:
  // The text as the pattern sees it; a copy only where it must differ.
  struct Prepared {
    Prepared(std::string_view original, const ByteLevelBpeOptions& options) : text(original) {
      if (!is_valid_utf8(text)) text = copy = valid_utf8(text);
      if (!is_normalised(text, options.normal_form)) text = copy = normalised(text, options.normal_form);
      if (options.blank_in_front && !text.empty() && text[0] != ' ') text = copy = " " + std::string(text);
    }
    std::string copy;
    std::string_view text;
  };

  // Tokens that no merges make, but that a piece may be as a whole.
  void keep_whole(const BpeVocabulary& vocabulary, const BpeMerges& merges) {
    std::vector<bool> made(vocabulary.tokens.size());
    for (std::size_t token = 0; token < merges.size(); ++token)
      if (merges.outer(static_cast<BpeMerges::Token>(token)) >= 0)
        made[static_cast<std::size_t>(merges.outer(static_cast<BpeMerges::Token>(token)))] = true;
    std::size_t kept = 0;
    for (std::size_t id = 0; id < made.size(); ++id) kept += made[id] || vocabulary.tokens[id].empty() ? 0 : 1;
    if (kept == 0) return;
    whole_spellings_.reserve(kept);
    whole_.emplace(kept);
    for (std::size_t id = 0; id < made.size(); ++id) {
      if (made[id] || vocabulary.tokens[id].empty()) continue;
      whole_spellings_.push_back(vocabulary.tokens[id]);
      whole_->add(whole_spellings_.back(), static_cast<std::uint32_t>(id));
    }
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
      return count_piece(piece, scratch);
    const PieceCounts::Key key = PieceCounts::key_of(piece.data(), piece.size());
    PieceCounts::Cell& cell = scratch.counts.cell_of(key);
    if (!PieceCounts::holds(cell, key)) PieceCounts::put(cell, key, count_piece(piece, scratch));
    return PieceCounts::count_in(cell);
  }

  [[nodiscard]] std::optional<TokenId> whole(std::string_view piece) const {
    if (!whole_) return std::nullopt;
    const std::uint32_t found = whole_->find(piece);
    return found == SpellingIndex::none ? std::nullopt : std::optional(static_cast<TokenId>(found));
  }

  // Whether a token stands in the piece whose merge is out of order.
  [[nodiscard]] bool has_late(std::string_view piece) const {
    const char* end = piece.data() + piece.size();
    for (const char* p = piece.data(); p < end; ++p)
      if (late_->longest(p, end) != ByteTrie::none) return true;
    return false;
  }

  std::size_t count_piece(std::string_view piece, Scratch& scratch) const {
    if (whole(piece)) return 1;
    if (!greedy_ || !has_late(piece)) return encoder_->count(piece, scratch.encoder);
    scratch.ids.clear();
    greedy_->encode(piece, scratch.ids);
    return scratch.ids.size();
  }

  void encode_piece(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const {
    if (const auto id = whole(piece)) {
      ids.push_back(*id);
    } else if (!greedy_ || !has_late(piece)) {
      encoder_->encode(piece, scratch.encoder, ids);
    } else {
      greedy_->encode(piece, ids);
    }
  }

  template <typename Use>
  void with_scratch(Use use) const {
    std::unique_ptr<Scratch> scratch;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        scratch = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!scratch) scratch = std::make_unique<Scratch>();
    use(*scratch);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

  ByteLevelBpeOptions options_;
  std::optional<BpeEncoder> encoder_;
  std::optional<BpeGreedy> greedy_;  // for pieces in which merges out of order may happen
  std::vector<std::string> late_spellings_;
  std::optional<ByteTrie> late_;
  std::vector<std::string> whole_spellings_;
  std::optional<SpellingIndex> whole_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> make_byte_level_bpe(const BpeVocabulary& vocabulary,
                                                       ByteLevelBpeOptions options) {
  KINDLING_TRY(BpeMerges merges, BpeMerges::from(vocabulary));
  return std::unique_ptr<Tokenizer>(
      std::make_unique<ByteLevelBpe>(vocabulary, std::move(merges), std::move(options)));
}

}  // namespace kindling
