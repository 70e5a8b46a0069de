// Asks a live endpoint small questions and compares what it does with what its profile says.
//
// Every finding is about one key of the profile. An endpoint that accepts what the profile excludes is a
// difference too: the profile may be out of date. What cannot be found out cheaply (the true window, prices) is
// compared with what the server says of itself, in its list of models and in its headers, or left out. Some
// dozen requests of a few tokens each; none is repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/generator.h"
#include "engine/profile.h"

namespace kindling {

enum class Verdict : std::uint8_t { same, differs, unknown };
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct ProbeFinding {
  std::string key;  // of the profile: "parameters.thinking.instant"
  Verdict verdict = Verdict::unknown;
  std::string expected;  // by the profile
  std::string found;     // what the endpoint did, or said
};

struct ProbeReport {
  std::vector<ProbeFinding> findings;
  double first_token_ms = -1;
  Usage usage;  // of all requests together
  std::uint64_t requests = 0;

  [[nodiscard]] bool differs() const;
};

// Errors: those of ChatEndpoint::open, and of its first answer: an endpoint that answers nothing cannot be
// compared with anything.
[[nodiscard]] Result<ProbeReport> probe_endpoint(const ModelProfile& profile,
                                                 const EndpointOverrides& overrides,
                                                 const Cancellation& cancellation);

}  // namespace kindling
