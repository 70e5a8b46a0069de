// However a model calls tools, and whatever they give: no request exceeds its budget, no passage has two
// numbers, and the talk ends.

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <random>
#include <set>

#include "engine/pack/prompt.h"
#include "engine/pack/request_count.h"
#include "engine/tools/toolbox.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

constexpr std::uint64_t budget_most = 20'000;

// Such as fit the tool, more often than not.
std::string random_arguments(std::mt19937& random, std::string_view name) {
  static const std::multimap<std::string_view, std::string> fitting{
      {"search", R"({"query":"canal lock"})"},
      {"search", R"({"query":"the bakery of Tern Hill","k":20})"},
      {"search", R"({"query":"tower","filter":"uri != 'x'","k":null})"},
      {"open", R"({"document":"doc0.txt"})"},
      {"open", R"({"document":"[1]"})"},
      {"read_span", R"({"document":"doc1.txt","begin":0,"end":70000})"},
      {"read_span", R"({"document":"[2]","begin":17,"end":400})"}};
  static const std::vector<std::string> odd{
      "{}", "", "{", "[]", "null", R"({"query":null})", R"({"query":"\u0000"})"};
  if (random() % 40 == 0) return R"({"query":")" + std::string(random() % 80'000, 'q') + "\"}";
  if (random() % 40 == 0) return std::string(10'000, '[');
  const auto [first, last] = fitting.equal_range(name);
  if (first == last || random() % 8 == 0) return odd[random() % (random() % 4 == 0 ? odd.size() : 2)];
  return std::next(first,
                   static_cast<std::ptrdiff_t>(random() % static_cast<std::size_t>(std::distance(first, last))))
      ->second;
}

// Calls, speaks and fails at random, and writes down what it was sent.
class RandomModel final : public ChatEndpoint {
 public:
  explicit RandomModel(std::mt19937& random) : random_(random) {}

  Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                              const Cancellation&) override {
    requests.push_back(request);
    overflow_.reset();
    if (random_() % 25 == 0) {
      overflow_ = Overflow{request.prompt_tokens_expected * 2, false, request.prompt_tokens_expected};
      return Error{ErrorCode::context_overflow, "", "too large", ""};
    }
    Generation generation;
    for (std::size_t i = random_() % 4; i > 0; --i)
      generation.text += "Words and a mark [" + std::to_string(random_() % 9) + "]. ";
    if (random_() % 8 == 0) generation.text += std::string(random_() % 3'000, 'w');
    static_cast<void>(on_token(generation.text));
    generation.usage = {request.prompt_tokens_expected, 1, 0, 0, .5, true};
    if (request.tools.is_null() || random_() % 6 == 0) return generation;
    static const std::vector<std::string> names{"search", "open",  "read_span", "count",
                                                "print",  "print", "erase",     "\n"};
    for (std::size_t i = 1 + random_() % (random_() % 10 == 0 ? 30 : 4); i > 0; --i) {
      const std::string& name = names[random_() % names.size()];
      generation.tool_calls.push_back({random_() % 5 == 0 ? "" : "id" + std::to_string(random_() % 6), name,
                                       random_arguments(random_, name)});
    }
    return generation;
  }
  [[nodiscard]] std::optional<Overflow> overflow() const override { return overflow_; }

  std::vector<GenerationRequest> requests;

 private:
  std::mt19937& random_;
  std::optional<Overflow> overflow_;
};

ToolChoice random_choice(std::mt19937& random) {
  ToolChoice choice;
  choice.index = true;
  choice.limits.rounds_max = 1 + static_cast<unsigned>(random() % 6);
  choice.limits.calls_max = 1 + static_cast<unsigned>(random() % 16);
  choice.limits.result_tokens_max = random() % 3 == 0 ? random() % 300 : 8'192;
  if (random() % 10 == 0) {
    choice.commands.push_back(
        {{"print", "Prints.", parse_json(R"({"type":"object"})").value()}, {"/usr/bin/seq", "2000"}});
  }
  return choice;
}

// Each answered by its tool message, in order, and no id twice in a message.
void expect_well_formed(const GenerationRequest& request) {
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    std::set<std::string> ids;
    const auto& calls = request.messages[m].tool_calls;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      ASSERT_TRUE(ids.insert(calls[i].id).second);
      ASSERT_TRUE(parse_json(calls[i].arguments).ok());
      ASSERT_LT(m + 1 + i, request.messages.size());
      ASSERT_EQ(request.messages[m + 1 + i].role, "tool");
      ASSERT_EQ(request.messages[m + 1 + i].tool_call_id, calls[i].id);
    }
  }
}

std::size_t occurrences(const std::vector<ChatMessage>& messages, const std::string& mark) {
  std::size_t count = 0;
  for (const ChatMessage& message : messages)
    for (std::size_t at = message.content.find(mark); at != std::string::npos;
         at = message.content.find(mark, at + 1))
      ++count;
  return count;
}

void expect_passages_hold(const ToolTalk& talk, const Snapshot& snapshot) {
  ASSERT_EQ(talk.passages.size(), talk.sections.size());
  for (std::size_t i = 0; i < talk.passages.size(); ++i) {
    const Passage& passage = talk.passages[i];
    ASSERT_EQ(passage.number, i + 1);
    const DocumentView document = snapshot.document(snapshot.document_of(talk.sections[i]));
    ASSERT_EQ(slice(document.text, passage.place.text_span), passage.text);
    ASSERT_GE(occurrences(talk.messages, "\n" + passage_mark(passage.number)),
              1u);                         // documents hold such marks, too
    for (std::size_t j = 0; j < i; ++j) {  // nothing was sent twice
      ASSERT_FALSE(talk.passages[j].place.uri == passage.place.uri &&
                   talk.passages[j].place.text_span.overlaps(passage.place.text_span));
    }
  }
}

TEST(ToolTalk, NoRequestExceedsItsBudgetInAThousandConversations) {
  std::mt19937 random(17);
  const auto shipped = load_profiles().value();
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const int talks = 30;
#else
  const int talks = 100;
#endif
  std::size_t requests = 0, ran = 0, cut = 0, without_tools = 0, rolled_back = 0, errors = 0;
  for (int c = 0; c < 10; ++c) {
    const SmallIndex index(random_documents(random, 2 + random() % 30));
    for (int t = 0; t < talks; ++t) {
      ModelProfile profile = shipped[random() % shipped.size()];
      profile.tokenizer = "estimator";
      profile.parameters.set("strict_tools", random() % 2 == 0);
      const auto tokenizer = profile_tokenizer(profile).value();
      const Question question{"how deep is the lock", SearchMode::hybrid, {}};
      const auto box = Toolbox::open(index.snapshot(), &index.encoder(), question, profile, *tokenizer,
                                     random_choice(random))
                           .value();
      const std::uint64_t budget = 200 + random() % budget_most;
      RandomModel model(random);
      GenerationRequest request;
      request.messages = {{"system", "Answer."}, {"user", std::string(random() % 3'000, 'u')}};
      request.stream = random() % 2 == 0;
      std::string shown;
      const auto talk = box->talk(
          model, request, {}, {}, "0123456789abcdef", budget,
          [&](std::string_view piece) { return shown += piece, true; }, never_cancelled());
      for (const GenerationRequest& sent : model.requests) {
        const TokenCount count =
            count_request(profile, *tokenizer, {.messages = sent.messages, .tools = sent.tools, .media = {}});
        ASSERT_LE(count.tokens_max, budget);
        ASSERT_EQ(count.tokens, sent.prompt_tokens_expected);
        expect_well_formed(sent);
        without_tools += sent.tools.is_null();
      }
      requests += model.requests.size();
      if (!talk.ok()) {
        ++errors;
        ASSERT_TRUE(talk.error().code == ErrorCode::budget_impossible ||
                    talk.error().code == ErrorCode::context_overflow)
            << talk.error().sentence();
        continue;
      }
      ASSERT_EQ(shown, talk->generation.text);
      ASSERT_LE(talk->largest.tokens, talk->largest.tokens_max);
      ASSERT_LE(talk->largest.tokens_max, budget);
      ASSERT_LE(model.requests.size(), 8u);
      expect_passages_hold(*talk, index.snapshot());
      for (const ToolUse& use : talk->uses) ran += use.ok, rolled_back += use.error == "no room for its result";
      cut += occurrences(talk->messages, "left out for want of room");
    }
  }
  EXPECT_GT(requests, 15u * static_cast<std::size_t>(talks));  // all outcomes must really occur
  EXPECT_GT(ran, requests / 4);
  EXPECT_GT(cut, 20u);
  EXPECT_GT(without_tools, 20u);
  EXPECT_GT(rolled_back, 5u);
  EXPECT_GT(errors, 5u);
}

}  // namespace
}  // namespace kindling
