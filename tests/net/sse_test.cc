#include "net/sse.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/utf8.h"

namespace kindling {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;  // name, data

// Feeds the pieces in order.
Events read(const std::vector<std::string_view>& pieces) {
  SseReader reader;
  Events events;
  for (const std::string_view piece : pieces) {
    EXPECT_TRUE(reader
                    .feed(piece,
                          [&](const SseEvent& event) {
                            events.emplace_back(event.name, event.data);
                            return Status{};
                          })
                    .ok());
  }
  return events;
}

// The specification written down slowly, over the whole text: split into lines, then interpret each.
Events naive_twin(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      lines.emplace_back();
    } else {
      lines.back() += text[i];
    }
  }
  lines.pop_back();  // not ended
  Events events;
  std::string data;
  std::string name;
  bool any = false;
  for (const std::string& line : lines) {
    if (line.empty()) {
      if (any) {
        data.pop_back();
        events.emplace_back(name.empty() ? "message" : name, valid_utf8(data));
      }
      data.clear(), name.clear(), any = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string field = line.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (!value.empty() && value[0] == ' ') value.erase(0, 1);
    if (field == "data") data += value + "\n", any = true;
    if (field == "event") name = value;
  }
  return events;
}

TEST(Sse, JoinsDataLinesAndDropsOneBlank) {
  EXPECT_EQ(read({"data: a\ndata:b\ndata:  c\ndata\n\n"}), (Events{{"message", "a\nb\n c\n"}}));
}

TEST(Sse, PassesOverCommentsAndUnknownFields) {
  EXPECT_EQ(read({": hello\nid: 1\nretry: 5\nfoo: bar\n\ndata: x\n\n"}), (Events{{"message", "x"}}));
}

TEST(Sse, AnEventWithoutDataIsNone) {
  EXPECT_EQ(read({"event: ping\n\ndata: x\n\n"}), (Events{{"message", "x"}}));
}

TEST(Sse, NamesLastForOneEvent) {
  EXPECT_EQ(read({"event: a\ndata: 1\n\ndata: 2\n\n"}), (Events{{"a", "1"}, {"message", "2"}}));
}

TEST(Sse, TheMarkIsSkippedOnlyAtTheStart) {
  EXPECT_EQ(read({"\xef", "\xbb",
                  "\xbf"
                  "data: x\n\n"}),
            (Events{{"message", "x"}}));
  EXPECT_EQ(read({"\n\xef\xbb\xbf"
                  "data: x\n\n"}),
            Events{});
}

TEST(Sse, ACarriageReturnAloneEndsItsLineAtOnce) {
  EXPECT_EQ(read({"data: x\r\r"}), (Events{{"message", "x"}}));
  EXPECT_EQ(read({"data: x\r\n\r"}), (Events{{"message", "x"}}));
  EXPECT_EQ(read({"data: x\r", "\n", "\r", "\ndata: y\r\n\r\n"}), (Events{{"message", "x"}, {"message", "y"}}));
}

TEST(Sse, DropsWhatNoBlankLineEndedAndSaysSo) {
  SseReader reader;
  const auto refuse = [](const SseEvent&) -> Status { return Error{ErrorCode::io, "", "unexpected", ""}; };
  ASSERT_TRUE(reader.feed("data: x\n", refuse).ok());
  EXPECT_TRUE(reader.finish());
  EXPECT_FALSE(reader.finish());
  ASSERT_TRUE(reader.feed("\n\n", refuse).ok());
  EXPECT_FALSE(reader.finish());
}

TEST(Sse, StopsAtAnEventThatIsTooLarge) {
  SseReader reader(100);
  Status status;
  const auto ignore = [](const SseEvent&) { return Status{}; };
  for (int i = 0; i < 100 && status.ok(); ++i) status = reader.feed("data: 1234567890\n", ignore);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::too_large);
  SseReader line(100);
  EXPECT_FALSE(line.feed(std::string(101, 'x'), ignore).ok());
}

TEST(Sse, HandsTheCallersErrorThrough) {
  SseReader reader;
  const auto status = reader.feed("data: x\n\n", [](const SseEvent&) -> Status {
    return Error{ErrorCode::cancelled, "", "enough", ""};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().why, "enough");
}

// Texts made of the fragments that matter, cut at random places.
TEST(Sse, AnyCuttingGivesTheEventsOfTheNaiveTwin) {
  const std::vector<std::string> fragments = {
      "data: ",   "data:", "data", "event: ", ":",    " ",        "\n",           "\r",        "\r\n",  "\n\n",
      "\r\n\r\n", "\r\r",  "x",    "Grüße",   "🙂", "\xf0\x9f", "\xef\xbb\xbf", "{\"a\":1}", "[DONE]"};
  std::mt19937 random(1);
  for (int round = 0; round < 5'000; ++round) {
    std::string text = random() % 4 == 0 ? "\xef\xbb\xbf" : "";
    for (auto i = random() % 24; i > 0; --i) text += fragments[random() % fragments.size()];
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = 1 + random() % (round % 2 == 0 ? 1 : rest.size());
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(std::min(size, rest.size()));
    }
    ASSERT_EQ(read(pieces), naive_twin(text)) << "round " << round;
  }
}

}  // namespace
}  // namespace kindling
