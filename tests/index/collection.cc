#include "tests/index/collection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "index/verify.h"

namespace kindling {
namespace {

const std::vector<std::string>& words() {
  static const std::vector<std::string> list{
      "river", "stone",  "bridge",  "bridges", "lantern", "harbour",    "winter",     "of",
      "the",   "keeper", "running", "index",   "vacuum",  "parse_json", "readFile",   "42",
      "2019",  "été",    "straße",  "東京都",  "検索",    "salt",       "tower",      "night",
      "Bell",  "rope",   "anchor",  "and",     "tide",    "signal",     "std.vector", "north"};
  return list;
}

std::string random_sentence(Random& random) {
  std::string sentence;
  for (std::uint32_t i = random.between(1, 9); i > 0; --i) {
    if (!sentence.empty()) sentence += ' ';
    sentence += random.pick(words());
  }
  return sentence + ".";
}

std::string random_heading(Random& random) {
  std::string heading = random.pick(words());
  while (random.chance(0.5)) heading += ' ' + random.pick(words());
  return heading;
}

void append_span(std::string& out, ByteSpan span) {
  out += '[' + std::to_string(span.begin) + ',' + std::to_string(span.end) + ')';
}

template <typename Range>
void append_numbers(std::string& out, const Range& numbers) {
  for (const auto number : numbers) out += ' ' + std::to_string(number);
}

void append_text(std::string& out, const Text& text) {
  out += "\ntext: " + text.utf8 + "\ntitle: " + text.title + "\nformat: " + text.format;
  for (const Block& block : text.blocks) {
    out += "\nblock " + std::to_string(static_cast<int>(block.kind)) + ' ' + std::to_string(block.level);
    append_span(out, block.span);
  }
  for (const SourceRange& range : text.sources) {
    out += range.verbatim ? "\nverbatim " : "\nwhole ";
    append_span(out, range.text);
    append_span(out, range.source);
  }
  for (const Page& page : text.pages) {
    out += "\npage " + std::to_string(page.number);
    append_span(out, page.span);
  }
  for (const std::string& warning : text.warnings) out += "\nwarning " + warning;
}

void append_section(std::string& out, ByteSpan span, const std::vector<std::string>& path, std::uint32_t chunks,
                    std::uint32_t tokens) {
  out += "\nsection ";
  append_span(out, span);
  for (const std::string& heading : path) out += '/' + heading;
  append_numbers(out, std::vector{chunks, tokens});
}

void append_chunk(std::string& out, ByteSpan span, std::uint32_t tokens, std::uint32_t page,
                  std::span<const Sentence> sentences) {
  out += "\nchunk ";
  append_span(out, span);
  append_numbers(out, std::vector{tokens, page});
  for (const Sentence& sentence : sentences) {
    out += " s" + std::to_string(sentence.tokens);
    append_span(out, sentence.span);
  }
}

void append_identity(std::string& out, std::string_view uri, std::string_view name, std::int64_t modified_ms,
                     Language language, const Json& metadata) {
  out.append(uri).append("\nname: ").append(name).append("\nmodified: ").append(std::to_string(modified_ms));
  out.append("\nlanguage: ").append(to_string(language)).append("\nmetadata: ").append(to_string(metadata));
}

}  // namespace

Document make_document(std::string uri, std::string title, const std::vector<SectionOf>& sections) {
  Document document;
  document.uri = std::move(uri);
  document.name = "name-of-" + document.uri;
  document.source = document.uri.substr(0, document.uri.find('#'));
  document.digest = "digest-" + document.uri;
  document.language = Language::english;
  document.text.title = std::move(title);
  document.text.format = "text";
  std::string& text = document.text.utf8;
  const auto here = [&] { return static_cast<std::uint32_t>(text.size()); };
  for (const SectionOf& given : sections) {
    Section section;
    section.span.begin = here();
    section.heading_path = static_cast<std::uint32_t>(document.heading_paths.size());
    section.first_chunk = static_cast<std::uint32_t>(document.chunks.size());
    document.heading_paths.push_back(given.path);
    for (const auto& sentences : given.chunks) {
      Chunk chunk;
      chunk.span.begin = here();
      chunk.section = static_cast<std::uint32_t>(document.sections.size());
      chunk.first_sentence = static_cast<std::uint32_t>(document.sentences.size());
      for (const std::string& sentence : sentences) {
        const std::uint32_t begin = here();
        text += sentence;
        document.sentences.push_back({{begin, here()}, static_cast<std::uint32_t>(sentence.size() / 4 + 1)});
        chunk.tokens += document.sentences.back().tokens;
        ++chunk.sentence_count;
        chunk.span.end = here();
        text += ' ';
      }
      chunk.span.end = std::max(chunk.span.end, chunk.span.begin);
      section.tokens += chunk.tokens;
      ++section.chunk_count;
      document.chunks.push_back(chunk);
    }
    section.span.end = here();
    document.sections.push_back(section);
  }
  return document;
}

Document make_document(std::string uri, std::string title, std::string sentence) {
  return make_document(std::move(uri), std::move(title), std::vector<SectionOf>{{{}, {{std::move(sentence)}}}});
}

Document random_document(Random& random, std::string uri) {
  std::vector<SectionOf> sections(random.between(0, 4));
  for (SectionOf& section : sections) {
    for (std::uint32_t i = random.between(0, 2); i > 0; --i) section.path.push_back(random_heading(random));
    section.chunks.resize(random.between(0, 4));
    for (auto& chunk : section.chunks) {
      for (std::uint32_t i = random.between(1, 4); i > 0; --i) chunk.push_back(random_sentence(random));
    }
  }
  Document document = make_document(std::move(uri), random.chance(0.7) ? random_heading(random) : "", sections);
  document.digest = std::to_string(random.between(0, 1'000'000));
  document.modified_ms = static_cast<std::int64_t>(random.between(0, 4'000'000'000)) * 1000 - 1'000'000'000'000;
  document.language =
      random.pick(std::vector{Language::english, Language::english, Language::german, Language::unknown});
  document.metadata.set("year", random.between(1990, 2020));
  if (random.chance(0.5)) document.metadata.set("town", random.pick(words()));
  if (random.chance(0.3)) document.metadata.set("open", random.chance(0.5));
  Text& text = document.text;
  for (std::uint32_t c = 0; c < document.chunks.size(); ++c) {
    if (random.chance(0.5)) document.chunks[c].page = c / 2 + 1;
    text.blocks.push_back(
        {Block::Kind::paragraph, static_cast<std::uint8_t>(random.between(0, 6)), document.chunks[c].span});
    text.pages.push_back({c + 1, document.chunks[c].span});
  }
  for (const Section& section : document.sections) {
    const std::uint32_t moved = random.between(0, 1000);
    text.sources.push_back(
        {section.span, {section.span.begin + moved, section.span.end + moved}, random.chance(0.5)});
  }
  if (random.chance(0.2)) text.warnings.push_back("page 3: no text layer");
  return document;
}

IndexSettings settings_with(std::uint32_t dimensions) {
  return {.encoder = dimensions > 0 ? "test-encoder" : "",
          .encoder_fingerprint = dimensions > 0 ? "f00d" : "",
          .dimensions = dimensions,
          .tokenizer = "test-tokenizer",
          .tokenizer_fingerprint = "beef",
          .chunk_tokens = 128,
          .analyzer = analyzer_version};
}

std::vector<float> vector_of(std::string_view uri, std::string_view text, std::uint32_t dimensions) {
  Random random(std::hash<std::string_view>()(uri) * 31 + std::hash<std::string_view>()(text));
  std::vector<float> vector(dimensions);
  double squares = 0;
  for (float& value : vector) {
    value = static_cast<float>(random.between(0, 2000)) / 1000.0F - 1.0F + 1e-4F;
    squares += double{value} * double{value};
  }
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(squares));
  return vector;
}

Status attach_pending(Writer& writer, const std::filesystem::path& folder, std::uint32_t batch,
                      std::uint32_t batches) {
  KINDLING_TRY(const auto snapshot, Snapshot::open(system_files(), folder));
  const std::uint32_t dimensions = snapshot->settings().dimensions;
  for (const PendingRange& range : snapshot->pending()) {
    for (std::uint32_t done = 0; done < range.count && batches > 0; --batches) {
      const std::uint32_t count = std::min(batch, range.count - done);
      std::vector<float> values;
      for (std::uint32_t i = 0; i < count; ++i) {
        const ChunkView chunk = snapshot->chunk(ChunkIndex{position(range.first) + done + i});
        const auto vector = vector_of(snapshot->document(chunk.document).uri, chunk.text, dimensions);
        values.insert(values.end(), vector.begin(), vector.end());
      }
      KINDLING_TRY_VOID(writer.attach_vectors(range.segment, range.first_in_segment + done, count, values));
      done += count;
    }
  }
  return {};
}

std::string describe(const Document& document) {
  std::string out;
  append_identity(out, document.uri, document.name, document.modified_ms, document.language, document.metadata);
  append_text(out, document.text);
  for (const Section& section : document.sections) {
    append_section(out, section.span, document.heading_paths[section.heading_path], section.chunk_count,
                   section.tokens);
    for (std::uint32_t c = section.first_chunk; c < section.first_chunk + section.chunk_count; ++c) {
      const Chunk& chunk = document.chunks[c];
      append_chunk(out, chunk.span, chunk.tokens, chunk.page,
                   std::span(document.sentences).subspan(chunk.first_sentence, chunk.sentence_count));
    }
  }
  return out;
}

std::map<std::string, std::string> describe(const std::vector<Document>& documents) {
  std::map<std::string, std::string> all;
  for (const Document& document : documents) all[document.uri] = describe(document);
  return all;
}

std::map<std::string, std::string> describe(const Snapshot& snapshot) {
  std::map<std::string, std::string> all;
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d) {
    const DocumentIndex index{d};
    if (!snapshot.live(index)) continue;
    const DocumentView view = snapshot.document(index);
    std::string out;
    append_identity(out, view.uri, view.name, view.modified_ms, view.language,
                    snapshot.metadata_of(index).value());
    Text text = snapshot.structure_of(index).value();
    text.utf8 = snapshot.utf8_of(index);
    EXPECT_EQ(text.utf8, view.text);
    EXPECT_EQ(text.title, view.title);
    append_text(out, text);
    for (std::uint32_t s = 0; s < view.section_count; ++s) {
      const SectionView section = snapshot.section(SectionIndex{position(view.first_section) + s});
      EXPECT_EQ(section.document, index);
      append_section(out, section.span, {section.heading_path.begin(), section.heading_path.end()},
                     section.chunk_count, section.tokens);
      for (std::uint32_t c = 0; c < section.chunk_count; ++c) {
        const ChunkView chunk = snapshot.chunk(ChunkIndex{position(section.first_chunk) + c});
        EXPECT_EQ(chunk.section, section.index);
        EXPECT_EQ(chunk.document, index);
        EXPECT_EQ(chunk.text, slice(view.text, chunk.span));
        EXPECT_EQ(snapshot.section_of(chunk.index), section.index);
        EXPECT_EQ(snapshot.tokens_of(chunk.index), chunk.tokens);
        EXPECT_EQ(snapshot.document_of(chunk.index), index);
        append_chunk(out, chunk.span, chunk.tokens, chunk.page, chunk.sentences);
      }
    }
    EXPECT_TRUE(all.emplace(std::string(view.uri), out).second) << view.uri << " is there twice";
  }
  return all;
}

std::string vector_problem(const Snapshot& snapshot, bool pending_allowed) {
  const std::uint32_t dimensions = snapshot.settings().dimensions;
  std::vector<float> query(dimensions, 0.0F);
  if (!query.empty()) query.front() = 1;
  std::vector<float> cosines(snapshot.chunk_slots());
  snapshot.cosines(query, cosines);
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{c});
    const auto vector = snapshot.vector(ChunkIndex{c});
    const std::string place = "chunk " + std::to_string(c);
    if (!snapshot.live(chunk.document)) {
      if (!std::isnan(cosines[c])) return place + " is removed, yet has a cosine";
      continue;
    }
    if (vector.empty() && pending_allowed && std::isnan(cosines[c])) continue;
    const auto expected = vector_of(snapshot.document(chunk.document).uri, chunk.text, dimensions);
    if (!std::equal(vector.begin(), vector.end(), expected.begin(), expected.end()))
      return place + " has another vector";
    if (!(std::abs(cosines[c] - expected.front()) < 1e-6)) return place + " has another cosine";
  }
  return "";
}

std::shared_ptr<const Snapshot> open_snapshot(const std::filesystem::path& folder) {
  auto snapshot = Snapshot::open(system_files(), folder);
  if (!snapshot.ok()) {
    ADD_FAILURE() << snapshot.error().sentence();
    return nullptr;
  }
  return *snapshot;
}

std::string problems_of(const std::filesystem::path& folder) {
  const auto problems = verify_index(system_files(), folder, never_cancelled());
  if (!problems.ok()) return problems.error().sentence();
  std::string lines;
  for (const Problem& problem : *problems)
    lines += problem.file + ": " + problem.place + ": " + problem.message + "\n";
  return lines;
}

void read_everything(const Snapshot& snapshot) {
  std::size_t bytes = snapshot.languages().size();
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d) {
    const DocumentView view = snapshot.document(DocumentIndex{d});
    bytes += view.uri.size() + view.title.size() + view.text.size();
    (void)snapshot.structure_of(DocumentIndex{d}).ok();
    (void)snapshot.metadata_of(DocumentIndex{d}).ok();
    (void)snapshot.find(view.uri).ok();
  }
  for (std::uint32_t s = 0; s < snapshot.section_slots(); ++s) {
    for (const auto heading : snapshot.section(SectionIndex{s}).heading_path) bytes += heading.size();
  }
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{c});
    for (const Sentence& sentence : chunk.sentences) bytes += sentence.tokens;
    for (const char byte : chunk.text) bytes += static_cast<unsigned char>(byte);
    bytes += snapshot.vector(ChunkIndex{c}).size();
  }
  const auto filter = Filter::parse("year > 2000 or page = 1");
  (void)snapshot.matching(*filter).ok();
  const auto question = analyze_question("river stone bridge parse_json keeper running", Language::english);
  (void)snapshot.lexical(question);
  std::vector<ChunkIndex> chunks;
  std::vector<SectionIndex> sections;
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) chunks.push_back(ChunkIndex{c});
  for (std::uint32_t s = 0; s < snapshot.section_slots(); ++s) {
    sections.push_back(SectionIndex{s});
    bytes += snapshot.section_vector_length(SectionIndex{s}) > 0;
  }
  bytes += snapshot.sentence_terms(question, chunks).counts.size();
  bytes += snapshot.heading_terms(question, sections).counts.size();
  std::vector<float> query(snapshot.settings().dimensions, 0.1F);
  std::vector<float> cosines(snapshot.chunk_slots());
  snapshot.cosines(query, cosines);
  EXPECT_GE(bytes + snapshot.pending().size(), 0U);
}

}  // namespace kindling
