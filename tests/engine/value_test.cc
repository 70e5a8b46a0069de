// What sentences are worth, against the formula of engine/retrieve/value.h written down a second time: every
// text analysed again, nothing taken from the index but its texts.
#include "engine/retrieve/value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "engine/retrieve/bare_words.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

using Counts = std::map<std::string, double>;

double count_words(std::string_view text, Language language, Counts& counts) {
  double length = 0;
  for (const Term& term : analyze(text, language)) ++counts[term.text], ++length;
  return length;
}

// s of each unit before it is spread.
std::vector<double> naive_words(const Snapshot& snapshot, const Query& query, std::span<const float> idf,
                                std::span<const Unit> units) {
  std::vector<Counts> counts(units.size());
  std::vector<double> lengths(units.size()), words(units.size());
  double mean = 0, largest = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const DocumentView document = snapshot.document(units[i].document);
    lengths[i] = count_words(slice(document.text, units[i].span), document.language, counts[i]);
    if (lengths[i] > 0) {
      lengths[i] += count_words(document.title, document.language, counts[i]);
      for (const std::string_view heading : snapshot.section(units[i].section).heading_path)
        lengths[i] += count_words(heading, document.language, counts[i]);
    }
    mean += lengths[i] / static_cast<double>(units.size());
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (std::size_t t = 0; t < query.terms.size(); ++t) {
      const double tf = counts[i][query.terms[t].text];
      words[i] += double{idf[t]} * tf / (tf + .9 * (1 - .6 + .6 * lengths[i] / std::max(mean, 1.)));
    }
    largest = std::max(largest, words[i]);
  }
  for (double& word : words) word /= largest > 0 ? largest : 1;
  return words;
}

TEST(Value, TheWordsOfASentenceAreItsBm25UnderItsHeadings) {
  std::mt19937 random(31);
  const SmallIndex index(random_documents(random, 12));
  std::size_t with_words = 0;
  for (const std::string text : {"canal bread tower", "who opened the bakery of the canal", "lock"}) {
    const Query query = make_query(index.snapshot(), &index.encoder(),
                                   {.text = text, .mode = SearchMode::hybrid, .filter = {}}, never_cancelled())
                            .value();
    const Candidates candidates = retrieve(index.snapshot(), query, 1'000'000);
    const Scores scores = score(index.snapshot(), query, candidates, SearchMode::hybrid);
    for (const std::size_t rank : {std::size_t{5}, std::size_t{500}}) {
      const std::vector<Unit> units = value_units(index.snapshot(), query, candidates, scores, rank);
      ASSERT_FALSE(units.empty());
      const auto words = naive_words(index.snapshot(), query, candidates.lexical.idf, units);
      for (std::size_t i = 0; i < units.size(); ++i) {
        EXPECT_NEAR(units[i].words, words[i], 1e-5) << text << ' ' << i;
        EXPECT_GE(units[i].gate, units[i].words);
        EXPECT_GT(units[i].value, 0);
        with_words += words[i] > 0;
      }
      EXPECT_TRUE(std::is_sorted(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
        return std::tuple(position(a.chunk), a.span.begin) < std::tuple(position(b.chunk), b.span.begin);
      }));
    }
  }
  EXPECT_GT(with_words, 20U);
}

TEST(Value, BareWordsAreKnownAtTheFirstDifference) {
  const std::vector<std::string> texts{"",        "Doors", "d-o-o-r-s", "doors!", "door",    "Doors 2",
                                       "doors2.", "Türen", "türen",     "--",     "D O O R", "x"};
  for (const std::string& a : texts) {
    for (const std::string& b : texts)
      EXPECT_EQ(are_bare_words(a, bare_words(b)), bare_words(a) == bare_words(b));
  }
}

}  // namespace
}  // namespace kindling
