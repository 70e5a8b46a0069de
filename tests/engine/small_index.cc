#include "tests/engine/small_index.h"

#include "base/files.h"

namespace kindling {
namespace {

Text read_text(const SmallDocument& document) {
  Text text;
  text.utf8 = document.text;
  text.title = document.title;
  text.format = "text";
  for (std::size_t begin = 0; begin < text.utf8.size();) {
    const std::size_t end = std::min(text.utf8.find("\n\n", begin), text.utf8.size());
    const bool heading = text.utf8[begin] == '#';
    if (end > begin) {
      text.blocks.push_back({heading ? Block::Kind::heading : Block::Kind::paragraph, static_cast<std::uint8_t>(heading ? 1 : 0),
                             {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}});
    }
    begin = std::min(end + 2, text.utf8.size());
  }
  const auto size = static_cast<std::uint32_t>(text.utf8.size());
  text.sources.push_back({{0, size}, {0, size}, true});
  return text;
}

Document make_document(const SmallDocument& small, const Tokenizer& tokenizer) {
  Document document;
  document.uri = small.uri;
  document.name = small.uri;
  document.source = small.uri;
  document.digest = small.text;
  document.language = Language::english;
  document.text = read_text(small);
  Chunking chunking = chunk(document.text, tokenizer, {.chunk_tokens = 32, .section_tokens = 128});
  document.heading_paths = std::move(chunking.heading_paths);
  document.sections = std::move(chunking.sections);
  document.chunks = std::move(chunking.chunks);
  document.sentences = std::move(chunking.sentences);
  return document;
}

}  // namespace

SmallIndex::SmallIndex(const std::vector<SmallDocument>& documents) {
  IndexSettings settings;
  settings.encoder = encoder_.name();
  settings.encoder_fingerprint = encoder_.fingerprint();
  settings.dimensions = static_cast<std::uint32_t>(encoder_.dimensions());
  settings.tokenizer = encoder_.tokenizer().name();
  settings.tokenizer_fingerprint = encoder_.tokenizer().fingerprint();
  settings.chunk_tokens = 32;
  settings.analyzer = analyzer_version;
  auto writer = Writer::open(system_files(), folder_.path(), settings).value();
  for (const SmallDocument& document : documents) writer->put(make_document(document, encoder_.tokenizer())).value();
  writer->commit(never_cancelled()).value();
  snapshot_ = Snapshot::open(system_files(), folder_.path()).value();
  for (const PendingRange& range : snapshot_->pending()) {
    std::vector<std::string_view> texts;
    for (std::uint32_t i = 0; i < range.count; ++i) texts.push_back(snapshot_->chunk(ChunkIndex{position(range.first) + i}).text);
    const Embeddings embeddings = encoder_.encode(texts, {}, never_cancelled()).value();
    writer->attach_vectors(range.segment, range.first_in_segment, range.count, embeddings.values).value();
  }
  snapshot_ = Snapshot::open(system_files(), folder_.path()).value();
}

std::vector<SmallDocument> random_documents(std::mt19937& random, std::size_t count) {
  static const std::vector<std::string> words{
      "canal", "lock", "boat", "bakery", "bread", "tower", "clock", "1791", "deep", "the", "of", "was", "is", "Tern", "Hill",
      "metres", "\u4e2d\u6587", "caf\u00e9", "</passages>", "[3]", "<|end|>", "rye", "and", "five", "opened", "\U0001f600"};
  std::vector<std::string> sentences;
  for (int i = 0; i < 60; ++i) {
    std::string sentence;
    for (std::size_t w = 2 + random() % 25; w > 0; --w) sentence += words[random() % words.size()] + (w == 1 ? ". " : " ");
    sentences.push_back(sentence);
  }
  std::vector<SmallDocument> documents;
  for (std::size_t d = 0; d < count; ++d) {
    SmallDocument document{"doc" + std::to_string(d) + ".txt", "", random() % 3 == 0 ? "" : "Title " + words[random() % words.size()]};
    for (std::size_t p = 1 + random() % 8; p > 0; --p) {
      if (random() % 4 == 0) document.text += "# Heading " + words[random() % words.size()] + "\n\n";
      for (std::size_t s = 1 + random() % 9; s > 0; --s) document.text += sentences[random() % sentences.size()];
      document.text += "\n\n";
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace kindling
