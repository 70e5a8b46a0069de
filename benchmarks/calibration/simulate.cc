// How good the calibrated bound is, measured: requests whose true counts are known, fed one after the other as
// answers of an endpoint would be (benchmarks/calibration/make_requests.py makes them, with vocabularies that the
// estimator does not see).
//
//   make_requests.py ... | kindling-calibration > table.md
//
// stdin: one request a line, {"texts":[...],"truth":{"NAME":tokens,...}}. stdout: a line of Markdown a
// vocabulary. What is measured is the shipped code: find_drift, Calibration::fit and the calibrated tokenizer,
// after each answer.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "tokenizer/calibrated_estimator.h"
#include "tokenizer/drift.h"

namespace kindling {
namespace {

constexpr std::size_t warm_answers = 200;
constexpr std::uint64_t per_request = 32, per_message = 16;

struct Tally {
  std::vector<Observation> kept;
  std::size_t answers = 0;
  std::size_t before = 0, before_broken = 0;  // under the worst case
  std::size_t early = 0, early_broken = 0;    // calibrated, up to `warm_answers`
  std::size_t warm = 0, warm_broken = 0;      // after
  std::size_t drifts = 0;
  std::vector<double> slack, error;  // after `warm_answers`, shares of the truth
};

void observe(Tally& tally, const std::vector<std::string_view>& texts, const TextShape& shape,
             std::uint64_t truth) {
  const auto tokenizer = make_calibrated_estimator("hidden", Calibration::fit(tally.kept));
  const TokenCount count = tokenizer->count_request(texts, {texts.size(), per_request, per_message});
  const bool calibrated = tokenizer->bound() == TokenBound::calibrated;
  const bool warm = tally.answers >= warm_answers;
  const bool broken = truth > count.tokens_max;
  (!calibrated ? tally.before : warm ? tally.warm : tally.early) += 1;
  (!calibrated ? tally.before_broken : warm ? tally.warm_broken : tally.early_broken) += broken ? 1 : 0;
  if (warm) {
    const auto true_count = static_cast<double>(truth);
    tally.slack.push_back((static_cast<double>(count.tokens_max) - true_count) / true_count);
    tally.error.push_back(std::abs(static_cast<double>(count.tokens) - true_count) / true_count);
  }
  ++tally.answers;
  tally.kept.push_back({shape, truth, count.tokens, count.tokens_max, calibrated, 0});
  if (const auto drift = find_drift(tally.kept)) {
    ++tally.drifts;
    tally.kept.erase(tally.kept.begin(), tally.kept.begin() + static_cast<std::ptrdiff_t>(drift->keep_from));
  }
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

int run() {
  std::map<std::string, Tally> tallies;
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto request = parse_json(line);
    if (!request.ok()) {
      std::fprintf(stderr, "%s\n", request.error().sentence().c_str());
      return 1;
    }
    std::vector<std::string_view> texts;
    for (const Json& text : (*request)["texts"].items()) texts.push_back(text.as_string());
    TextShape shape;
    for (const std::string_view text : texts) shape += shape_of(text);
    shape[Trait::request] = 1;
    shape[Trait::message] = texts.size();
    for (const auto& [name, truth] : (*request)["truth"].members()) {
      observe(tallies[name], texts, shape, static_cast<std::uint64_t>(truth.as_integer()));
    }
  }
  std::printf(
      "| vocabulary | worst case: exceeded | calibrated, to the %zuth: exceeded | after: exceeded | median "
      "slack %% "
      "| p95 slack %% | median error %% | taken for drift |\n|---|---|---|---|---|---|---|---|\n",
      warm_answers);
  for (const auto& [name, tally] : tallies) {
    std::printf("| %s | %zu of %zu | %zu of %zu | %zu of %zu (%.2f %%) | %.1f | %.1f | %.1f | %zu |\n",
                name.c_str(), tally.before_broken, tally.before, tally.early_broken, tally.early,
                tally.warm_broken, tally.warm,
                100. * static_cast<double>(tally.warm_broken) /
                    static_cast<double>(std::max<std::size_t>(1, tally.warm)),
                100 * quantile(tally.slack, .5), 100 * quantile(tally.slack, .95),
                100 * quantile(tally.error, .5), tally.drifts);
  }
  return 0;
}

}  // namespace
}  // namespace kindling

int main() { return kindling::run(); }
