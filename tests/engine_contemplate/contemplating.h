// What tests of contemplating have in common: a small collection, a server on loopback, a model with a small
// window, and what was sent.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/ask.h"
#include "tests/engine/small_index.h"
#include "tests/support/chat_endpoint.h"
#include "tests/support/environment.h"

namespace kindling {

// Documents of different things, each about canals, with sentences that stand nowhere else.
inline std::vector<SmallDocument> canal_documents(std::size_t count, std::size_t sentences) {
  static const std::vector<std::string> things{"lock", "boat", "bridge", "tunnel", "weir", "barge", "towpath"};
  std::vector<SmallDocument> documents;
  for (std::size_t d = 0; d < count; ++d) {
    SmallDocument document{"canal" + std::to_string(d) + ".txt", "", "Canal number " + std::to_string(d)};
    for (std::size_t s = 0; s < sentences; ++s) {
      document.text += "The " + things[(d + s) % things.size()] + " of canal " + std::to_string(d) +
                       " was opened in " + std::to_string(1500 + 7 * d + s) + " by surveyor " +
                       std::to_string(1000 * d + s) + ". ";
    }
    document.text += "\n\n";
    documents.push_back(std::move(document));
  }
  return documents;
}

inline std::string user_message(const Json& request) {
  return std::string(request["messages"].items().back()["content"].as_string());
}
inline bool is_reduction(const Json& request) {
  return user_message(request).find("<notes-") != std::string::npos;
}

// The notes of a reduction's request.
inline std::vector<std::string> notes_in(const Json& request) {
  const std::string text = user_message(request);
  const std::size_t end = text.find("</notes-");
  std::vector<std::string> notes;
  for (std::size_t at = text.find("\n- ", text.find("<notes-")); at < end; at = text.find("\n- ", at + 1))
    notes.push_back(text.substr(at + 3, text.find('\n', at + 1) - at - 3));
  return notes;
}

class ContemplatingTest : public testing::Test {
 protected:
  explicit ContemplatingTest(const std::vector<SmallDocument>& documents = canal_documents(12, 6))
      : index_(documents), profile_(find_profile("local").value()) {
    using namespace std::chrono_literals;
    profile_.key_env.clear();
    profile_.window = 12'000;
    profile_.output_max = 400;
    profile_.reserve_default = 400;
    profile_.price = {1.25, .15, 4.25};
    profile_.timeouts.retry_base = 2ms;
    options_.thinking = ThinkingMode::contemplating;
    options_.contemplate.on_plan = [this](const ContemplationPlan& plan) {
      plans_.push_back(plan);
      requests_at_plan_ = server_.requests().size();
    };
  }

  Result<Answer> contemplated(const std::string& text = "Which surveyor opened which lock of a canal?",
                              const Cancellation& cancellation = never_cancelled()) {
    options_.endpoint.base_url = server_.base_url();
    const Question question{.text = text, .mode = SearchMode::keyword, .filter = {}};
    return ask(
        index_.snapshot(), nullptr, question, &profile_, options_,
        [&](std::string_view piece) {
          streamed_ += piece;
          return true;
        },
        cancellation);
  }

  [[nodiscard]] std::vector<std::string> readers_saw() const {
    std::vector<std::string> saw;
    for (const RecordedRequest& request : server_.requests()) {
      if (!is_reduction(request.json)) saw.push_back(user_message(request.json));
    }
    return saw;
  }

  static void expect_places_hold(const Snapshot& snapshot, const Answer& answer) {
    for (const Citation& citation : answer.citations) {
      const auto document = snapshot.find(citation.place.uri).value();
      EXPECT_EQ(slice(snapshot.document(document).text, citation.place.text_span), citation.quote);
    }
  }

  ScopedEnvironment environment_{{"http_proxy", ""}, {"HTTP_PROXY", ""}, {"ALL_PROXY", ""}, {"all_proxy", ""}};
  SmallIndex index_;
  ChatEndpointServer server_;
  ModelProfile profile_;
  AskOptions options_;
  std::vector<ContemplationPlan> plans_;
  std::size_t requests_at_plan_ = 0;
  std::string streamed_;
};

}  // namespace kindling
