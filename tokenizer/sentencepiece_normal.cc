#include "tokenizer/sentencepiece_normal.h"

#include "tokenizer/normal_cluster.h"

namespace kindling {

Result<std::unique_ptr<TextNormalizer>> SentencePieceNormal::from(const SentencePieceFile& file) {
  std::unique_ptr<SentencePieceNormal> made(new SentencePieceNormal);
  made->dummy_prefix_ = file.dummy_prefix;
  made->remove_extra_blanks_ = file.remove_extra_blanks;
  made->blank_ = file.escape_blanks ? "\u2581" : " ";
  made->plain_.fill(true);
  if (!file.charsmap.empty()) {
    KINDLING_TRY(made->charsmap_, Charsmap::from(file.charsmap));
    for (unsigned byte = 0; byte < 256; ++byte)
      made->plain_[byte] = !made->charsmap_->begins_with(static_cast<unsigned char>(byte));
  }
  std::vector<ByteTrie::Entry> symbols;
  for (const auto& piece : file.pieces) {
    if (piece.kind != SentencePieceFile::Kind::user_defined) continue;
    made->plain_[static_cast<unsigned char>(piece.text[0])] = false;
    symbols.push_back({piece.text, static_cast<std::uint32_t>(piece.text.size())});
  }
  if (!symbols.empty()) made->symbols_.emplace(std::move(symbols));
  return std::unique_ptr<TextNormalizer>(std::move(made));
}

// What the text begins with, in its normal form.
SentencePieceNormal::Part SentencePieceNormal::part_at(std::string_view text) const {
  const std::size_t one = character_bytes(text[0]);
  if (plain_[static_cast<unsigned char>(text[0])]) return {text.substr(0, one), one};
  if (symbols_) {
    const std::uint32_t size = symbols_->longest(text.data(), text.data() + text.size());
    if (size != ByteTrie::none) return {text.substr(0, size), size};
  }
  if (charsmap_) {
    if (const auto rule = charsmap_->longest(text); rule.size != 0) return {rule.replacement, rule.size};
  }
  return {text.substr(0, one), one};
}

std::string SentencePieceNormal::apply(std::string original) const {
  std::string_view text = original;
  while (remove_extra_blanks_ && !text.empty()) {
    const Part part = part_at(text);
    if (part.replacement != " ") break;
    text.remove_prefix(part.size);
  }
  std::string result;
  if (text.empty()) return result;
  result.reserve(text.size() + text.size() / 2 + blank_.size());
  if (dummy_prefix_) result += blank_;
  bool behind_blank = remove_extra_blanks_;
  while (!text.empty()) {
    Part part = part_at(text);
    text.remove_prefix(part.size);
    while (behind_blank && part.replacement.starts_with(' ')) part.replacement.remove_prefix(1);
    if (part.replacement.empty()) continue;
    for (const char c : part.replacement) {
      if (c == ' ') {
        result += blank_;
      } else {
        result.push_back(c);
      }
    }
    behind_blank = remove_extra_blanks_ && part.replacement.ends_with(' ');
  }
  while (remove_extra_blanks_ && result.ends_with(blank_)) result.resize(result.size() - blank_.size());
  return result;
}

}  // namespace kindling
