// What contemplating is asked to do, what it may cost at most, and what its subagents did: values that are set
// and shown; engine/contemplate/contemplate.h makes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/generator.h"

namespace kindling {

inline constexpr std::uint32_t subagents_default = 4;
inline constexpr std::uint32_t subagents_most = 16;
inline constexpr std::uint64_t contemplation_calls_default = 64;  // tries included
inline constexpr double contemplation_cost_default = 5;           // US dollars

// What a contemplation can use at most, known before its first call (engine/contemplate/bound.h).
struct ContemplationPlan {
  bool whole = false;              // everything is read, not only what was found for the question
  std::uint32_t subagents = 0;     // at work at the same time
  std::uint64_t shards = 0;        // disjoint parts of the evidence, one call each
  std::uint64_t reductions = 0;    // calls that join what was read
  std::uint64_t retries_max = 0;   // of all calls together
  std::uint64_t calls_max = 0;     // all of these, and one for a plan by the model
  std::uint64_t passages = 0;      // sent to subagents; 0: not known before the model's plan
  std::vector<std::string> parts;  // of the question, that are asked for apart; empty: it is one
  bool planned_by_model = false;   // the parts are the model's
  std::uint64_t prompt_tokens_max = 0;
  std::uint64_t completion_tokens_max = 0;
  double cost_max = -1;  // US dollars; negative: the profile names no price
};

struct ContemplateOptions {
  std::uint32_t subagents = subagents_default;  // 1 to subagents_most
  bool whole = false;                           // read every chunk that the filter keeps
  bool plan_by_model = false;                   // one call more, for the parts of the question
  std::optional<double> cost_max;               // US dollars; default: contemplation_cost_default, where priced
  std::optional<std::uint64_t> tokens_max;      // prompts and completions together; default: no such bound
  std::uint64_t calls_max = contemplation_calls_default;
  // Called once, before the first call. Borrowed while asking; may be empty.
  std::function<void(const ContemplationPlan&)> on_plan = {};
};

// One call: a subagent's reading of its shard, or a reduction of several readings.
struct SubagentReport {
  std::uint32_t shard = 0;  // from 1; of a reduction, its place in its level
  std::uint32_t level = 0;  // 0: reads a shard; from 1: joins what the level below gave
  std::uint64_t documents = 0;
  std::uint64_t passages = 0;
  std::uint64_t tokens_max = 0;   // of its prompt: <= budget
  std::uint64_t budget = 0;       // of its prompt
  std::uint64_t statements = 0;   // that its passages carry
  std::uint64_t unsupported = 0;  // that they do not: not passed on
  Usage usage;
  Finish finish = Finish::stop;
  double ms = 0;
  std::string note;  // what went wrong
};

struct Contemplation {
  ContemplationPlan plan;
  std::vector<SubagentReport> subagents;   // of level 0, by shard
  std::vector<SubagentReport> reductions;  // by level and place; the last one wrote the answer
  std::uint64_t calls = 0;                 // tries that were really sent
};

}  // namespace kindling
