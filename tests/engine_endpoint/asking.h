// What tests of an endpoint have in common: a server on loopback, short limits, a question, and what was shown.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/env.h"
#include "base/files.h"
#include "engine/generator.h"
#include "tests/support/chat_endpoint.h"
#include "tests/support/environment.h"

namespace kindling {

class AskingTest : public testing::Test {
 protected:
  static constexpr std::string_view key = "sk-very-secret-key";

  static EndpointLimits short_limits() {
    using namespace std::chrono_literals;
    EndpointLimits limits;
    limits.first_token = 300ms;
    limits.idle = 200ms;
    limits.total = 10'000ms;
    limits.retry_base = 2ms;
    return limits;
  }

  [[nodiscard]] EndpointOverrides overrides() const {
    EndpointOverrides overrides;
    overrides.base_url = server_.base_url();
    overrides.limits = limits_;
    return overrides;
  }

  [[nodiscard]] std::unique_ptr<ChatEndpoint> open() const {
    return ChatEndpoint::open(profile_, overrides()).value();
  }

  static GenerationRequest question() {
    GenerationRequest request;
    request.messages = {{"system", "Answer from the passages."},
                        {"user", "## Cats\n[1] Cats sleep a lot. They eat.\n\nWhat do cats do?"}};
    request.output_tokens_max = 1'000;
    return request;
  }

  Result<Generation> ask(const GenerationRequest& request = question()) {
    shown_.clear();
    endpoint_ = open();
    return endpoint_->complete(request, show_, never_cancelled());
  }

  ChatEndpointServer server_;
  ScopedEnvironment environment_{
      {"META_AI_API_KEY", std::string(key)}, {"MODEL_API_KEY", ""}, {"http_proxy", ""}, {"HTTP_PROXY", ""}};
  ModelProfile profile_ = find_profile("muse-spark").value();
  EndpointLimits limits_ = short_limits();
  std::unique_ptr<ChatEndpoint> endpoint_;
  std::string shown_;
  OnToken show_ = [this](std::string_view text) {
    shown_ += text;
    return true;
  };
};

}  // namespace kindling
