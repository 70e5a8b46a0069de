#include "engine/endpoint/think_filter.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

std::string filtered(std::string_view text, std::size_t piece) {
  ThinkFilter filter;
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    out += filter.feed(text.substr(0, piece));
  return out + filter.finish();
}

struct Case {
  std::string_view answer;
  std::string_view text;
};

TEST(ThinkFilter, AnyCuttingGivesTheSameText) {
  for (const auto& [answer, text] : {
           Case{"plain", "plain"},
           Case{"", ""},
           Case{"  \n indented", "  \n indented"},
           Case{"<think>a < b</think>\n\nanswer", "answer"},
           Case{"\n<think></think><think>again</think> answer", "answer"},
           Case{"<think>never closed </thin", ""},
           Case{"<think>x</think>", ""},
           Case{"<think>x</think>  \n", ""},
           Case{"<thi", "<thi"},
           Case{"<thinking is hard", "<thinking is hard"},
           Case{"answer about <think>tags</think>", "answer about <think>tags</think>"},
           Case{"<think>a</th</think>ü", "ü"},
       }) {
    for (std::size_t piece = 1; piece <= answer.size() + 1; ++piece)
      EXPECT_EQ(filtered(answer, piece), text) << answer << " by " << piece;
  }
}

TEST(ThinkFilter, ShowsTextAsSoonAsItIsCertain) {
  ThinkFilter filter;
  EXPECT_EQ(filter.feed("<"), "");
  EXPECT_EQ(filter.feed("b>"), "<b>");
  EXPECT_EQ(filter.feed("<"), "<");
  EXPECT_FALSE(filter.saw_reasoning());
}

}  // namespace
}  // namespace kindling
