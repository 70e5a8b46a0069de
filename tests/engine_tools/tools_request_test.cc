// What goes over the wire, byte for byte: the second request of a talk with tools (golden_request.json).

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/files.h"
#include "engine/ask.h"
#include "tests/engine/small_index.h"
#include "tests/support/chat_endpoint.h"

namespace kindling {
namespace {

constexpr std::uint64_t golden_bytes_max = 100'000;

TEST(ToolsRequest, IsTheGoldenOne) {
  const SmallIndex index(
      {{"canal.txt", "The canal was dug by hand between 1791 and 1794.", "Canal"},
       {"locks.txt", "The deepest lock, at Tern Hill, lifts a boat by four metres.", "Locks"}});
  ChatEndpointServer server;
  server.respond_with([](const RecordedRequest& request) {
    return scripted_calls(request, [](const RecordedRequest&) {
      return CallScript{{{"call_a", "search", R"({"query":"deepest lock","k":2,"filter":null})"},
                         {"call_b", "open", R"({"document":"nowhere.txt"})"}},
                        "I look for the lock.",
                        4,
                        true};
    });
  });
  ModelProfile profile = find_profile("muse-spark").value();
  profile.key_env.clear();
  profile.rate_folder.clear();
  profile.ledger.clear();
  AskOptions options;
  options.endpoint.base_url = server.base_url();
  options.tools.index = true;
  options.pack.fence = "0123456789abcdef";
  options.pack.pinned = {"canal.txt"};
  options.pack.budget = 5'000;
  const Question question{.text = "When was the canal dug?", .mode = SearchMode::keyword, .filter = {}};
  const auto answer = ask(index.snapshot(), nullptr, question, &profile, options, {}, never_cancelled());
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  ASSERT_EQ(server.requests().size(), 2u);
  const std::string sent = server.requests()[1].body;
  if (const auto path = environment("KINDLING_WRITE_GOLDEN")) {
    ASSERT_TRUE(write_atomically(system_files(), *path, sent + "\n").ok());
  }
  const Json golden = parse_json(system_files().read(KINDLING_TOOLS_GOLDEN, golden_bytes_max).value()).value();
  EXPECT_EQ(sent, to_string(golden));
}

}  // namespace
}  // namespace kindling
