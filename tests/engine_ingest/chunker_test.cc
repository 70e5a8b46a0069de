#include "engine/ingest/chunker.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "base/env.h"
#include "base/utf8.h"
#include "engine/ingest/chunk_space.h"
#include "engine/ingest/chunk_units.h"
#include "tests/engine_ingest/tokenizers.h"

namespace kindling {
namespace {

// A text put together block by block, as a format would give it.
class TextBuilder {
 public:
  TextBuilder& add(Block::Kind kind, std::string_view words, std::uint8_t level = 0,
                   std::string_view markup = {}) {
    if (!text_.utf8.empty()) text_.utf8 += separator_;
    text_.utf8 += markup;
    const auto begin = static_cast<std::uint32_t>(text_.utf8.size());
    text_.utf8 += words;
    text_.blocks.push_back({kind, level, {begin, static_cast<std::uint32_t>(text_.utf8.size())}});
    return *this;
  }
  TextBuilder& heading(std::uint8_t level, std::string_view words) {
    return add(Block::Kind::heading, words, level, std::string(level, '#') + " ");
  }
  TextBuilder& paragraph(std::string_view words) { return add(Block::Kind::paragraph, words); }
  TextBuilder& title(std::string_view title) {
    text_.title = title;
    return *this;
  }
  TextBuilder& separator(std::string_view separator) {
    separator_ = separator;
    return *this;
  }
  Text text() { return text_; }

 private:
  Text text_;
  std::string separator_ = "\n\n";
};

std::string words(int count, std::string_view word = "word") {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += word;
  }
  return text + '.';
}

bool blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_blank(next_code_point(text, at))) return false;
  }
  return true;
}

// The text with what stands outside of all blocks blanked out.
std::string text_in_blocks(const Text& text) {
  std::string covered = text.blocks.empty() ? text.utf8 : std::string(text.utf8.size(), ' ');
  for (const Block& block : text.blocks) {
    covered.replace(block.span.begin, block.span.size(), slice(text.utf8, block.span));
  }
  return covered;
}

// Everything that chunker.h promises of any text and any tokenizer.
void expect_promises(const Text& text, const Tokenizer& tokenizer, const Chunking& chunking,
                     ChunkOptions options) {
  const std::string_view utf8 = text.utf8;
  const std::string covered = text_in_blocks(text);
  const auto is_white = [&covered](ByteSpan span) { return blank(slice(covered, span)); };
  std::uint32_t at = 0;
  std::uint32_t chunk_index = 0;
  std::uint32_t sentence_index = 0;
  for (std::uint32_t s = 0; s < chunking.sections.size(); ++s) {
    const Section& section = chunking.sections[s];
    ASSERT_LE(at, section.span.begin);
    ASSERT_LE(section.span.end, utf8.size());
    ASSERT_TRUE(is_white({at, section.span.begin})) << "text lost before a section";
    ASSERT_LT(section.heading_path, chunking.heading_paths.size());
    ASSERT_EQ(section.first_chunk, chunk_index);
    ASSERT_GT(section.chunk_count, 0u);
    at = section.span.begin;
    std::uint32_t section_tokens = 0;
    for (std::uint32_t c = 0; c < section.chunk_count; ++c, ++chunk_index) {
      const Chunk& chunk = chunking.chunks[chunk_index];
      ASSERT_EQ(chunk.section, s);
      ASSERT_LE(at, chunk.span.begin);
      ASSERT_TRUE(section.span.contains(chunk.span));
      ASSERT_TRUE(is_white({at, chunk.span.begin})) << "text lost before a chunk";
      ASSERT_EQ(chunk.tokens, tokenizer.count(slice(utf8, chunk.span)).tokens) << slice(utf8, chunk.span);
      ASSERT_LE(chunk.tokens, options.chunk_tokens);
      ASSERT_TRUE(is_valid_utf8(slice(utf8, chunk.span)));
      ASSERT_EQ(chunk.page, page_of(text, chunk.span));
      section_tokens += chunk.tokens;
      ASSERT_EQ(chunk.first_sentence, sentence_index);
      ASSERT_GT(chunk.sentence_count, 0u);
      at = chunk.span.begin;
      for (std::uint32_t i = 0; i < chunk.sentence_count; ++i, ++sentence_index) {
        const Sentence& sentence = chunking.sentences[sentence_index];
        ASSERT_LE(at, sentence.span.begin);
        ASSERT_TRUE(chunk.span.contains(sentence.span));
        ASSERT_FALSE(blank(slice(utf8, sentence.span)));
        ASSERT_TRUE(is_white({at, sentence.span.begin})) << "text lost before a sentence";
        ASSERT_EQ(sentence.tokens, tokenizer.count(slice(utf8, sentence.span)).tokens);
        at = sentence.span.end;
      }
      ASSERT_EQ(at, chunk.span.end);
    }
    ASSERT_EQ(at, section.span.end);
    EXPECT_EQ(section.tokens, section_tokens);
  }
  ASSERT_TRUE(is_white({at, static_cast<std::uint32_t>(utf8.size())})) << "text lost at the end";
  EXPECT_EQ(chunk_index, chunking.chunks.size());
  EXPECT_EQ(sentence_index, chunking.sentences.size());
}

std::string text_of(const Text& text, ByteSpan span) { return std::string(slice(text.utf8, span)); }

HeadingPath path_of(const Chunking& chunking, std::size_t section) {
  return chunking.heading_paths.at(chunking.sections.at(section).heading_path);
}

// --- Random texts.

std::string random_words(std::mt19937& random) {
  static const std::vector<std::string> vocabulary{"index",
                                                   "Dr.",
                                                   "e.g.",
                                                   "3.14",
                                                   "Größe",
                                                   "naïve",
                                                   "snake_case",
                                                   "—",
                                                   "漢字の文書。",
                                                   "数据库，索引",
                                                   "مرحبا بالعالم،",
                                                   "สวัสดี",
                                                   "🙂👩‍👩‍👧",
                                                   "e\u0301",
                                                   "end.",
                                                   "Why?",
                                                   "No!",
                                                   "\u00a0",
                                                   "\u200b",
                                                   "\n",
                                                   "\n\n",
                                                   "\t",
                                                   "\f",
                                                   "a,",
                                                   "b;",
                                                   "(c)",
                                                   "http://x.example/a?b=c",
                                                   "00000000000000000000000000000000000000000000000000000000000"
                                                   "000000000000000000000000000000000000000000000000000000000"};
  std::string text;
  const std::size_t count = random() % (random() % 8 == 0 ? 400 : 30);
  for (std::size_t i = 0; i < count; ++i) {
    text += vocabulary[random() % vocabulary.size()];
    if (random() % 5 != 0) text += ' ';
  }
  return text;
}

Text random_text(std::mt19937& random) {
  TextBuilder builder;
  builder.title(random() % 2 == 0 ? "Title" : "");
  const std::size_t count = random() % 30;
  for (std::size_t i = 0; i < count; ++i) {
    builder.separator(random() % 3 == 0 ? "\n" : random() % 20 == 0 ? " " : "\n\n");
    const auto kind = static_cast<Block::Kind>(random() % 7);
    const std::string text = kind == Block::Kind::heading && random() % 3 == 0 ? "Title" : random_words(random);
    if (kind == Block::Kind::heading) {
      builder.heading(static_cast<std::uint8_t>(1 + random() % 6), text);
    } else {
      builder.add(kind, text, 1, random() % 4 == 0 ? "- " : "");
    }
  }
  Text text = builder.text();
  if (random() % 3 == 0) text.utf8 += "\n=====\n";
  // A format's mistake must cost no text: blocks lost, doubled, overlapping.
  if (random() % 4 == 0 && !text.blocks.empty())
    text.blocks.erase(text.blocks.begin() + random() % text.blocks.size());
  if (random() % 4 == 0 && !text.blocks.empty())
    text.blocks.push_back(text.blocks[random() % text.blocks.size()]);
  std::uint32_t page = 0;
  for (std::uint32_t at = 0; at < text.utf8.size(); at += 300) {
    text.pages.push_back(
        {++page, {at, std::min<std::uint32_t>(at + 300, static_cast<std::uint32_t>(text.utf8.size()))}});
  }
  return text;
}

TEST(Chunker, KeepsItsPromisesOnRandomTextsWithAnyTokenizer) {
  std::mt19937 random(7);
  const auto word_piece = small_word_piece();
  const WordTokenizer by_words;
  const ByteTokenizer by_bytes;
  const JoiningTokenizer joining;
  for (int round = 0; round < 600; ++round) {
    const Text text = random_text(random);
    const auto size = static_cast<std::uint32_t>(16 + random() % 200);
    const ChunkOptions options{.chunk_tokens = size,
                               .section_tokens = size * static_cast<std::uint32_t>(1 + random() % 4)};
    for (const Tokenizer* tokenizer :
         std::initializer_list<const Tokenizer*>{word_piece.get(), &by_words, &by_bytes, &joining}) {
      SCOPED_TRACE(testing::Message() << "round " << round << ", " << tokenizer->name());
      const Chunking chunking = chunk(text, *tokenizer, options);
      expect_promises(text, *tokenizer, chunking, options);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Chunker, IsDeterministic) {
  std::mt19937 random(8);
  const Text text = random_text(random);
  const WordTokenizer tokenizer;
  const Chunking a = chunk(text, tokenizer);
  const Chunking b = chunk(text, tokenizer);
  ASSERT_EQ(a.chunks.size(), b.chunks.size());
  for (std::size_t i = 0; i < a.chunks.size(); ++i) EXPECT_EQ(a.chunks[i].span, b.chunks[i].span);
  EXPECT_EQ(a.heading_paths, b.heading_paths);
}

TEST(Chunker, GivesNothingForWhiteSpace) {
  Text text;
  const WordTokenizer tokenizer;
  EXPECT_TRUE(chunk(text, tokenizer).sections.empty());
  text.utf8 = " \n\t\u00a0\u3000\n";
  const Chunking chunking = chunk(text, tokenizer);
  EXPECT_TRUE(chunking.sections.empty());
  EXPECT_TRUE(chunking.sentences.empty());
}

// --- Structure.

TEST(Chunker, AHeadingStandsInItsSectionAndItsPathWithoutTheTitle) {
  Text text = TextBuilder()
                  .title("The Guide")
                  .heading(1, "The Guide")
                  .paragraph(words(60))
                  .heading(2, "Install")
                  .paragraph(words(60))
                  .heading(3, "From  source")
                  .paragraph(words(60))
                  .heading(2, "Use")
                  .paragraph(words(60))
                  .text();
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sections.size(), 4u);
  EXPECT_EQ(path_of(chunking, 0), HeadingPath{});
  EXPECT_EQ(path_of(chunking, 1), HeadingPath{"Install"});
  EXPECT_EQ(path_of(chunking, 2), (HeadingPath{"Install", "From source"}));
  EXPECT_EQ(path_of(chunking, 3), HeadingPath{"Use"});
  EXPECT_TRUE(text_of(text, chunking.sections[0].span).starts_with("# The Guide\n"));
  EXPECT_TRUE(text_of(text, chunking.sections[2].span).starts_with("### From  source\n"));
}

TEST(Chunker, AnOutermostHeadingThatIsNotTheTitleStaysInThePath) {
  const Text text = TextBuilder().title("guide").heading(1, "Preface").paragraph(words(60)).text();
  EXPECT_EQ(path_of(chunk(text, WordTokenizer()), 0), HeadingPath{"Preface"});
}

TEST(Chunker, AHeadingAloneJoinsWhatStandsBelowIt) {
  const Text text = TextBuilder().heading(1, "Part").heading(2, "Chapter").paragraph(words(100)).text();
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sections.size(), 1u);
  EXPECT_EQ(path_of(chunking, 0), (HeadingPath{"Part", "Chapter"}));
  EXPECT_TRUE(text_of(text, chunking.sections[0].span).starts_with("# Part\n\n## Chapter"));
}

TEST(Chunker, SmallNeighboursAreMergedUnderTheirParentUpToOneChunk) {
  TextBuilder builder;
  builder.heading(1, "Glossary");
  for (int i = 0; i < 12; ++i) builder.heading(2, "Entry " + std::to_string(i)).paragraph(words(20));
  builder.heading(1, "Appendix").paragraph(words(20));
  const Text text = builder.text();
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sections.size(),
            4u);  // five entries of 23 and a half words fit, five more, two; the appendix
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(path_of(chunking, i), HeadingPath{"Glossary"});
  EXPECT_EQ(path_of(chunking, 3), HeadingPath{"Appendix"});
  for (const Section& section : chunking.sections) EXPECT_EQ(section.chunk_count, 1u);
}

TEST(Chunker, WhatFollowsAListOfTermsStandsBesideThem) {
  Text text = TextBuilder()
                  .heading(2, "Options")
                  .heading(6, "--quiet")
                  .paragraph(words(100))
                  .paragraph(words(100))
                  .text();
  text.blocks.back().level = 6;
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sections.size(), 2u);
  EXPECT_EQ(path_of(chunking, 0), (HeadingPath{"Options", "--quiet"}));
  EXPECT_EQ(path_of(chunking, 1), HeadingPath{"Options"});
}

TEST(Chunker, ALongSectionBecomesEvenPartsOfTheSamePath) {
  TextBuilder builder;
  builder.heading(1, "Long");
  for (int i = 0; i < 60; ++i) builder.paragraph(words(20));
  const Chunking chunking = chunk(builder.text(), WordTokenizer());
  ASSERT_EQ(chunking.sections.size(), 3u);  // 1,202 words over 512
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(path_of(chunking, i), HeadingPath{"Long"});
    EXPECT_GE(chunking.sections[i].tokens, 340u);
    EXPECT_LE(chunking.sections[i].tokens, 460u);
  }
  for (const Chunk& chunk : chunking.chunks) EXPECT_GE(chunk.tokens, 80u) << "a leftover";
}

TEST(Chunker, ATableHeaderStaysWithItsFirstRow) {
  TextBuilder builder;
  builder.separator("\n").paragraph(words(120));
  builder.add(Block::Kind::table_header, "| Name | Size |");
  for (int i = 0; i < 20; ++i) builder.add(Block::Kind::table_row, "| file | 12 |");
  const Text text = builder.text();
  const Chunking chunking = chunk(text, WordTokenizer());
  for (const Chunk& chunk : chunking.chunks) EXPECT_FALSE(text_of(text, chunk.span).ends_with("Size |"));
}

TEST(Chunker, MarkupBetweenBlocksBelongsToItsNeighbours) {
  Text text;
  text.utf8 =
      "Title\n=====\n\n- first item\n- second item\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```c\nint x;\n```\n";
  const auto block = [&](Block::Kind kind, std::string_view words) {
    const auto begin = static_cast<std::uint32_t>(text.utf8.find(words));
    const bool has_level = kind == Block::Kind::heading || kind == Block::Kind::list_item;
    text.blocks.push_back({kind,
                           static_cast<std::uint8_t>(has_level ? 1 : 0),
                           {begin, begin + static_cast<std::uint32_t>(words.size())}});
  };
  block(Block::Kind::heading, "Title");
  block(Block::Kind::list_item, "first item");
  block(Block::Kind::list_item, "second item");
  block(Block::Kind::table_header, "a | b");
  block(Block::Kind::table_row, "1 | 2");
  block(Block::Kind::code, "int x;");
  const Chunking chunking = chunk(text, WordTokenizer());
  std::vector<std::string> sentences;
  for (const Sentence& sentence : chunking.sentences) sentences.push_back(text_of(text, sentence.span));
  EXPECT_EQ(sentences, (std::vector<std::string>{"Title\n=====", "- first item", "- second item",
                                                 "| a | b |\n|---|---|", "| 1 | 2 |", "```c\nint x;\n```"}));
  EXPECT_EQ(path_of(chunking, 0), HeadingPath{"Title"});
}

TEST(Chunker, MarkupThatSaysNothingBelongsToNoChunk) {
  Text text;
  text.utf8 = "---\nauthor: x\n---\n\nOne.\n\n<!-- comment -->\n\n[a]: http://b\n\nTwo.\n";
  for (const std::string_view words : {"One.", "Two."}) {
    const auto begin = static_cast<std::uint32_t>(text.utf8.find(words));
    text.blocks.push_back({Block::Kind::paragraph, 0, {begin, begin + 4}});
  }
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sentences.size(), 2u);
  EXPECT_EQ(text_of(text, chunking.sentences[0].span), "One.");
  EXPECT_EQ(text_of(text, chunking.sentences[1].span), "Two.");
}

TEST(Chunker, SentencesEndWhereSentencesEndAndAtBlankLines) {
  const Text text = TextBuilder().paragraph("See Dr. Smith, e.g. in Fig. 3. It works.\n\nNext one").text();
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_EQ(chunking.sentences.size(), 3u);
  EXPECT_EQ(text_of(text, chunking.sentences[0].span), "See Dr. Smith, e.g. in Fig. 3.");
  EXPECT_EQ(text_of(text, chunking.sentences[1].span), "It works.");
  EXPECT_EQ(text_of(text, chunking.sentences[2].span), "Next one");
}

TEST(Chunker, CodeIsCutBetweenLinesAndKeepsItsIndentation) {
  std::string code;
  for (int i = 0; i < 60; ++i)
    code += "    call_number(" + std::to_string(i) + ", \"with. a sentence. inside\");\n";
  const Text text = TextBuilder().add(Block::Kind::code, code).text();
  const Chunking chunking = chunk(text, WordTokenizer());
  ASSERT_GT(chunking.sentences.size(), 3u);
  for (const Sentence& sentence : chunking.sentences) {
    const std::string lines = text_of(text, sentence.span);
    EXPECT_TRUE(lines.starts_with("    call_number(")) << lines;
    EXPECT_TRUE(lines.ends_with(");")) << lines;
  }
}

TEST(Chunker, LongSentencesAreCutAtClauseMarksToTheScriptsLength) {
  std::string english;
  for (int i = 0; i < 40; ++i) english += "a clause of the long sentence, ";
  std::string chinese;
  for (int i = 0; i < 60; ++i) chinese += "索引存储文档，";
  for (const auto& [sentence, limit] : {std::pair{english, 420u}, std::pair{chinese, 110u}}) {
    const Text text = TextBuilder().paragraph(sentence).text();
    const Chunking chunking = chunk(text, WordTokenizer());
    ASSERT_GT(chunking.sentences.size(), 2u);
    for (const Sentence& part : chunking.sentences) {
      const std::string words = text_of(text, part.span);
      std::size_t code_points = 0;
      for (std::size_t at = 0; at < words.size(); ++code_points) (void)next_code_point(words, at);
      EXPECT_LE(code_points, limit);
      EXPECT_TRUE(words.ends_with(",") || words.ends_with("，")) << words;
    }
  }
}

// --- What is embedded.

TEST(EmbeddingText, PutsTitleAndInnermostHeadingInFront) {
  const std::vector<std::string_view> path{"Part", "Install"};
  EXPECT_EQ(embedding_text("Guide", path, "Run it."), "Guide. Install. Run it.");
  EXPECT_EQ(embedding_text("", path, "Run it."), "Install. Run it.");
  EXPECT_EQ(embedding_text("Guide", {}, "Run it."), "Guide. Run it.");
  EXPECT_EQ(embedding_text("Install", path, "Run it."), "Install. Run it.");
  EXPECT_EQ(embedding_text("Why?", {}, "Because."), "Why? Because.");
  EXPECT_EQ(embedding_text("Guide", path, "## Install\nRun it."), "Guide. ## Install\nRun it.");
}

TEST(EmbeddingText, ALongTitleLeavesRoomForTheText) {
  const std::string title = words(1000);
  EXPECT_LE(embedding_text(title, {}, "Run it.").size(), 260u);
}

// --- Hostile sizes: time grows with the text, not with its square.

double seconds_to_chunk(const Text& text) {
  const auto tokenizer = small_word_piece();
  const double before = process_usage().cpu_seconds;
  const Chunking chunking = chunk(text, *tokenizer);
  EXPECT_FALSE(chunking.chunks.empty());
  return process_usage().cpu_seconds - before;
}

void expect_linear(const std::function<Text(std::size_t)>& make) {
  const double once = seconds_to_chunk(make(1));
  EXPECT_LT(seconds_to_chunk(make(4)), 12 * once + .2);
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

Text one_block(std::string utf8, Block::Kind kind = Block::Kind::paragraph) {
  Text text;
  text.blocks.push_back({kind, 1, {0, static_cast<std::uint32_t>(utf8.size())}});
  text.utf8 = std::move(utf8);
  return text;
}

TEST(ChunkerHostile, OneLongLine) {
  for (const std::string_view piece : {"a", "word ", "\u200b", "漢", ".", "- ", "a,b;"}) {
    SCOPED_TRACE(piece);
    expect_linear([&](std::size_t n) { return one_block(repeated(piece, n * 100'000)); });
    expect_linear([&](std::size_t n) { return one_block(repeated(piece, n * 100'000), Block::Kind::code); });
  }
}

TEST(ChunkerHostile, TextBetweenBlocks) {
  expect_linear([](std::size_t n) {
    Text text = one_block("First.");
    text.utf8 += repeated("\n\n[a]: b\n", n * 100'000) + "\nLast.";
    const auto size = static_cast<std::uint32_t>(text.utf8.size());
    text.blocks.push_back({Block::Kind::paragraph, 0, {size - 5, size}});
    return text;
  });
}

TEST(ChunkerHostile, ManyHeadings) {
  for (const bool nested : {false, true}) {
    expect_linear([nested](std::size_t n) {
      Text text;
      for (std::size_t i = 0; i < n * 20'000; ++i) {
        const auto at = static_cast<std::uint32_t>(text.utf8.size());
        text.utf8 += "h" + std::to_string(i) + "\n";
        const auto level = static_cast<std::uint8_t>(nested ? 1 + i % 6 : 1);
        text.blocks.push_back(
            {Block::Kind::heading, level, {at, static_cast<std::uint32_t>(text.utf8.size() - 1)}});
      }
      return text;
    });
  }
}

TEST(ChunkerHostile, ManyTinyBlocks) {
  expect_linear([](std::size_t n) {
    Text text;
    for (std::size_t i = 0; i < n * 50'000; ++i) {
      const auto at = static_cast<std::uint32_t>(text.utf8.size());
      text.utf8 += "x\n";
      text.blocks.push_back({Block::Kind::list_item, 1, {at, at + 1}});
    }
    return text;
  });
}

TEST(ChunkerHostile, WhatTheTokenizerCountsAsNothingIsStillCut) {
  const Text text = one_block(repeated("\u200b", 100'000));
  for (const Chunk& chunk : chunk(text, *small_word_piece()).chunks)
    EXPECT_LE(chunk.span.size(), 64u * 128u + 1260u);
}

}  // namespace
}  // namespace kindling
