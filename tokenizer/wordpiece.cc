#include "tokenizer/wordpiece.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.h"
#include "base/utf8.h"
#include "tokenizer/bert_characters.h"
#include "tokenizer/piece_table.h"

namespace kindling {
namespace {

constexpr std::size_t lines_max = 10'000'000;
constexpr std::size_t vocabulary_bytes_max = std::size_t{1} << 24;
constexpr std::size_t word_characters_max = 100;

// The word being read, after normalisation.
class WordBuffer {
 public:
  [[nodiscard]] bool empty() const { return characters_ == 0; }
  [[nodiscard]] bool too_long() const { return characters_ > word_characters_max; }
  [[nodiscard]] std::size_t size() const { return size_; }

  // A run of ASCII letters, each through `lower`.
  template <typename Lower>
  void put_ascii(std::string_view run, Lower lower) {
    const std::size_t room = word_characters_max - std::min(characters_, word_characters_max);
    const std::size_t kept = std::min(run.size(), room);
    char* out = bytes_.data() + size_;
    for (std::size_t i = 0; i < kept; ++i) out[i] = lower(run[i]);
    size_ += kept;
    characters_ += run.size();
  }

  void put(char32_t c) {
    if (++characters_ > word_characters_max) return;
    if (c < 0x80) {
      bytes_[size_++] = static_cast<char>(c);
    } else {
      if (c >= 0x10000) {
        push(0xf0 | (c >> 18));
        push(0x80 | ((c >> 12) & 0x3f));
      } else if (c >= 0x800) {
        push(0xe0 | (c >> 12));
      }
      push(c < 0x800 ? 0xc0 | (c >> 6) : 0x80 | ((c >> 6) & 0x3f));
      push(0x80 | (c & 0x3f));
    }
  }

  // The word, with zeros behind it.
  std::string_view padded() {
    std::fill_n(bytes_.data() + size_, PieceTable::padding, '\0');
    return {bytes_.data(), size_};
  }

  void clear() { size_ = characters_ = 0; }

 private:
  void push(char32_t byte) { bytes_[size_++] = static_cast<char>(byte); }

  std::array<char, PieceTable::word_bytes_max + PieceTable::padding> bytes_;
  std::size_t size_ = 0;
  std::size_t characters_ = 0;
};

enum class AsciiKind : std::uint8_t { dropped, space, punctuation, letter };

struct AsciiCharacter {
  AsciiKind kind = AsciiKind::dropped;
  char lower = 0;
  TokenId alone = 0;  // its own id, where it is punctuation
};

class WordPieceTokenizer final : public WordPiece {
 public:
  WordPieceTokenizer(std::string vocabulary, std::size_t lines, WordPieceOptions options)
      : vocabulary_(std::move(vocabulary)), pieces_(vocabulary_, lines), characters_(options) {
    for (char32_t c = 0; c < ascii_.size(); ++c) {
      const BertCharacter mapped = characters_.map(c).characters[0];
      const AsciiKind kind = mapped.kind == BertKind::letter        ? AsciiKind::letter
                             : mapped.kind == BertKind::punctuation ? AsciiKind::punctuation
                             : mapped.kind == BertKind::space       ? AsciiKind::space
                                                                    : AsciiKind::dropped;
      ascii_[c] = {kind, static_cast<char>(mapped.code_point), 0};
    }
    fingerprint_ = sha256_hex(vocabulary_ + (options.lower_case ? "L" : "-") +
                              (options.strip_accents ? "A" : "-") + (options.split_cjk ? "C" : "-"))
                       .substr(0, 32);
  }

  // Fills the table from the vocabulary's lines. Errors: as `from_vocabulary`.
  Status read_vocabulary();

  [[nodiscard]] std::string_view name() const override { return "wordpiece"; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    each_token(
        text, [&tokens](TokenId) { ++tokens; }, [] { return false; });
    return {tokens, tokens};
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 4);
    encode_into(text, ids, SIZE_MAX);
    return ids;
  }

  void encode_into(std::string_view text, std::vector<TokenId>& out, std::size_t ids_max) const override {
    const std::size_t start = out.size();
    each_token(
        text, [&out](TokenId id) { out.push_back(id); }, [&] { return out.size() - start >= ids_max; });
    if (out.size() - start > ids_max) out.resize(start + ids_max);
  }

  [[nodiscard]] TokenId cls() const override { return cls_; }
  [[nodiscard]] TokenId sep() const override { return sep_; }
  [[nodiscard]] TokenId pad() const override { return pad_; }
  [[nodiscard]] TokenId unk() const override { return unk_; }

 private:
  [[nodiscard]] bool is_ascii_letter_kind(char c) const {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && ascii_[byte].kind == AsciiKind::letter;
  }
  template <typename Put, typename Full>
  void each_token(std::string_view text, Put put, Full full) const;
  template <typename Put>
  void put_word(WordBuffer& word, Put put) const;
  template <typename Put>
  void put_character(BertCharacter c, WordBuffer& word, Put put) const;
  template <typename Put>
  void put_rare(std::string_view text, std::size_t& at, WordBuffer& word, Put put) const;

  std::string vocabulary_;
  PieceTable pieces_;
  BertCharacters characters_;
  std::array<AsciiCharacter, 128> ascii_;
  std::string fingerprint_;
  TokenId cls_ = 0, sep_ = 0, pad_ = 0, unk_ = 0;
};

// The hot loop: ASCII by a table of 128, other characters by one of 12,288, the rest with all care.
template <typename Put, typename Full>
void WordPieceTokenizer::each_token(std::string_view text, Put put, Full full) const {
  WordBuffer word;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      const AsciiCharacter c = ascii_[byte];
      if (c.kind == AsciiKind::letter) {
        const std::size_t begin = at;
        while (at < text.size() && is_ascii_letter_kind(text[at])) ++at;
        word.put_ascii(text.substr(begin, at - begin),
                       [this](char l) { return ascii_[static_cast<unsigned char>(l)].lower; });
        continue;
      }
      ++at;
      if (c.kind == AsciiKind::dropped) continue;
      put_word(word, put);
      if (c.kind == AsciiKind::punctuation) put(c.alone);
      if (full()) return;
      continue;
    }
    std::size_t next = at;
    const BertCharacter c = characters_.map_simple(next_code_point(text, next));
    if (BertCharacters::needs_map(c)) {
      put_rare(text, at, word, put);
      if (full()) return;
    } else {
      at = next;
      put_character(c, word, put);
    }
  }
  put_word(word, put);
}

template <typename Put>
void WordPieceTokenizer::put_character(BertCharacter c, WordBuffer& word, Put put) const {
  switch (c.kind) {
    case BertKind::dropped:
    case BertKind::removed:
      break;
    case BertKind::letter:
      word.put(c.code_point);
      break;
    case BertKind::space:
      put_word(word, put);
      break;
    case BertKind::ideograph:
    case BertKind::punctuation:
      put_word(word, put);
      word.put(c.code_point);
      put_word(word, put);
      break;
  }
}

// A character that decomposes, and the marks behind it that canonical ordering may move: each run of characters
// with a combining class is sorted by it, stably.
template <typename Put>
void WordPieceTokenizer::put_rare(std::string_view text, std::size_t& at, WordBuffer& word, Put put) const {
  std::array<BertCharacter, word_characters_max + 1> run;  // what is beyond only makes the word too long
  std::size_t size = 0;
  const auto flush = [&] {
    std::stable_sort(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(size),
                     [](BertCharacter a, BertCharacter b) { return a.combining_class < b.combining_class; });
    for (std::size_t i = 0; i < size; ++i) put_character(run[i], word, put);
    size = 0;
  };
  bool in_run = true;
  for (bool first = true; in_run && at < text.size(); first = false) {
    if (!first && static_cast<unsigned char>(text[at]) < 0x80) break;  // starts anew
    const BertMapping mapping = characters_.map(next_code_point(text, at));
    for (int i = 0; i < mapping.count; ++i) {
      const BertCharacter c = mapping.characters[static_cast<std::size_t>(i)];
      if (c.kind == BertKind::dropped) continue;
      in_run = c.combining_class != 0;
      if (!in_run) {
        flush();
        put_character(c, word, put);
      } else if (c.kind != BertKind::removed && size < run.size()) {
        run[size++] = c;
      }
    }
  }
  flush();
}

template <typename Put>
void WordPieceTokenizer::put_word(WordBuffer& word, Put put) const {
  if (word.empty()) return;
  if (word.too_long()) {
    put(unk_);
    word.clear();
    return;
  }
  std::string_view rest = word.padded();
  if (const TokenId id = pieces_.whole(rest); id != PieceTable::no_piece) {
    put(id);
    word.clear();
    return;
  }
  std::array<TokenId, word_characters_max> ids;  // a piece holds at least one character
  std::size_t count = 0;
  while (!rest.empty()) {
    const PieceTable::Match match = pieces_.longest(rest, count > 0);
    if (match.size == 0) {
      count = 1;
      ids[0] = unk_;
      break;
    }
    ids[count++] = match.id;
    rest.remove_prefix(match.size);
  }
  for (std::size_t i = 0; i < count; ++i) put(ids[i]);
  word.clear();
}

std::string_view trim_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
    line.remove_suffix(1);
  return line;
}

Error malformed(std::size_t line, std::string why) {
  return {ErrorCode::malformed, "line " + std::to_string(line + 1), std::move(why),
          "get the model's vocab.txt again"};
}

Status WordPieceTokenizer::read_vocabulary() {
  std::optional<TokenId> cls, sep, pad, unk, begin, end_of_text, padding;
  std::string_view rest = vocabulary_;
  for (std::size_t line = 0; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view piece = trim_end(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto id = static_cast<TokenId>(line);
    const bool continuation = piece.size() > 2 && piece.starts_with("##");
    if (piece.empty()) continue;
    if (!pieces_.add(continuation ? piece.substr(2) : piece, continuation, id))
      return malformed(line, "a token stands twice");
    if (piece == "[CLS]") cls = id;
    if (piece == "[SEP]") sep = id;
    if (piece == "[PAD]") pad = id;
    if (piece == "[UNK]") unk = id;
    if (piece == "<s>") begin = id;
    if (piece == "</s>") end_of_text = id;
    if (piece == "<pad>") padding = id;
  }
  if (!cls) cls = begin;  // MPNet's names
  if (!sep) sep = end_of_text;
  if (!pad) pad = padding;
  if (!cls || !sep || !pad || !unk) {
    return Error{ErrorCode::malformed, "vocabulary", "not all of [UNK], [CLS], [SEP], [PAD] are in it",
                 "use a vocab.txt of BERT's form"};
  }
  cls_ = *cls, sep_ = *sep, pad_ = *pad, unk_ = *unk;
  for (AsciiCharacter& c : ascii_) {
    const std::array<char, 1 + PieceTable::padding> padded{c.lower};
    const TokenId id = pieces_.whole({padded.data(), 1});
    c.alone = id == PieceTable::no_piece ? unk_ : id;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<WordPiece>> WordPiece::from_vocabulary(std::string_view vocabulary,
                                                              WordPieceOptions options) {
  const auto lines = static_cast<std::size_t>(std::count(vocabulary.begin(), vocabulary.end(), '\n')) + 1;
  if (lines > lines_max || vocabulary.size() > vocabulary_bytes_max) {
    return Error{ErrorCode::too_large, "vocabulary", "more than 10 million lines or 16 MiB",
                 "use a vocab.txt of BERT's form"};
  }
  if (const std::size_t valid = valid_utf8_prefix(vocabulary); valid != vocabulary.size()) {
    return Error{ErrorCode::malformed, "byte " + std::to_string(valid), "not UTF-8",
                 "get the model's vocab.txt again"};
  }
  auto tokenizer = std::make_unique<WordPieceTokenizer>(std::string(vocabulary), lines, options);
  KINDLING_TRY_VOID(tokenizer->read_vocabulary());
  return std::unique_ptr<WordPiece>(std::move(tokenizer));
}

}  // namespace kindling
