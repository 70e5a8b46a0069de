#include "cli/ab_view.h"

#include <cmath>

#include "cli/text_layout.h"

namespace kindling {
namespace {

Json interval_json(double mean, const Interval& interval) {
  return Json::object({{"mean", mean}, {"low", interval.low}, {"high", interval.high}});
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts) object.set(name, count);
  return object;
}

std::string_view preference_name(Preference preference) {
  switch (preference) {
    case Preference::first:
      return "loss";
    case Preference::second:
      return "win";
    case Preference::tie:
      return "tie";
  }
  return "tie";
}

Json graded_json(const GradedPair& pair) {
  Json object = Json::object(
      {{"id", pair.id},
       {"question", pair.question},
       {"outcome", preference_name(pair.grade.preference)},
       {"decided_by", pair.grade.decided_by},
       {"support", Json::object({{"first", pair.first.support}, {"second", pair.second.support}})}});
  if (!pair.reason.empty()) object.set("reason", pair.reason);
  return object;
}

Json measure_json(const MeasureComparison& measure) {
  Json difference = interval_json(measure.difference.mean, measure.difference.interval);
  difference.set("pairs", measure.difference.count);
  return Json::object({{"name", measure.name},
                       {"unit", measure.unit},
                       {"first", measure.first},
                       {"second", measure.second},
                       {"difference", std::move(difference)}});
}

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + name + " " + grouped(count);
  return text;
}

std::string signed_decimal(double value, int digits) {
  const std::string text = decimal(std::abs(value), digits);
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  return (is_zero ? "" : value < 0 ? "-" : "+") + text;
}

void print_row(Console& console, std::string_view name, std::string_view first, std::string_view second,
               std::string_view difference, std::string_view interval, std::string_view word) {
  std::string line = padded(name, 19) + padded_left(first, 13) + padded_left(second, 13) +
                     padded_left(difference, 13) + "  " + padded(interval, 27) + std::string(word);
  line.resize(line.find_last_not_of(' ') + 1);
  console.print_line(line);
}

void print_asides(Console& console, const Comparison& comparison, const PairFolder::Counts& counts) {
  const auto line = [&](std::string_view name, const std::string& text) {
    console.print_line(padded(name, 19) + text);
  };
  if (!comparison.decided_by.empty()) line("decided by", listed(comparison.decided_by));
  if (!comparison.failures.empty())
    line("no second answer", console.tinted(Tint::bad, listed(comparison.failures)) + " (not graded)");
  if (comparison.judged > 0)
    line("judged now", grouped(comparison.judged) + " pairs, $" + decimal(comparison.judge_cost, 4));
  if (comparison.without_verdict > 0)
    line("without a verdict",
         grouped(comparison.without_verdict) + " (not graded)" +
             (comparison.judge_error.empty() ? "" : ": " + harmless(comparison.judge_error)));
  if (comparison.others > 0) line("other models", grouped(comparison.others) + " pairs, left aside");
  if (comparison.unreadable > 0) line("unreadable", grouped(comparison.unreadable) + " files");
  if (counts.waiting + counts.sending > 0)
    line("not complete", grouped(counts.waiting) + " wait, " + grouped(counts.sending) + " are being sent");
}

}  // namespace

std::string measure_text(const MeasureComparison& measure, double value, bool is_signed) {
  const int digits = measure.unit == "share" ? 3 : measure.unit == "$" ? 6 : measure.unit == "ms" ? 0 : 1;
  std::string text = is_signed ? signed_decimal(value, digits) : decimal(value, digits);
  if (measure.unit == "ms") return text + " ms";
  if (measure.unit != "$") return text;
  const bool has_sign = text.front() == '-' || text.front() == '+';
  return text.insert(has_sign ? 1 : 0, "$");
}

std::string_view direction_word(const MeasureComparison& measure) {
  const Interval& interval = measure.difference.interval;
  if (measure.difference.count < 3 || interval.contains(0)) return "";
  const bool more = interval.low > 0;
  if (measure.wanted == Wanted::neither) return more ? "more" : "less";
  return more == (measure.wanted == Wanted::more) ? "better" : "worse";
}

std::string decision_sentence(const Comparison& comparison) {
  const Stopping& stopping = comparison.stopping;
  switch (stopping.decision) {
    case Decision::second_better:
      return "stop: " + comparison.second + " is better";
    case Decision::first_better:
      return "stop: " + comparison.first + " is better";
    case Decision::no_difference:
      return "stop: no difference larger than " + decimal(comparison.margin, 2);
    case Decision::go_on:
      break;
  }
  if (!stopping.more) return "go on: too few pairs to say how many more";
  return "go on: about " + grouped(*stopping.more) + " more pairs";
}

Json comparison_json(const Comparison& comparison, const PairFolder::Counts& counts) {
  const Stopping& stopping = comparison.stopping;
  Json measures = Json::array();
  for (const MeasureComparison& measure : comparison.measures) measures.push(measure_json(measure));
  Json graded = Json::array();
  for (const GradedPair& pair : comparison.graded) graded.push(graded_json(pair));
  return Json::object(
      {{"pairs", comparison.pairs()},
       {"wins", comparison.wins},
       {"losses", comparison.losses},
       {"ties", comparison.ties},
       {"confidence", stopping.confidence},
       {"decision", to_string(stopping.decision)},
       {"more", stopping.more ? Json(*stopping.more) : Json()},
       {"difference", interval_json(stopping.mean, stopping.interval)},
       {"margin", comparison.margin},
       {"sign_test_p", comparison.sign_test_p},
       {"first", Json::object({{"profile", comparison.first}, {"model", comparison.first_model}})},
       {"second", Json::object({{"profile", comparison.second}, {"model", comparison.second_model}})},
       {"decided_by", counts_json(comparison.decided_by)},
       {"measures", std::move(measures)},
       {"failures", counts_json(comparison.failures)},
       {"waiting", counts.waiting},
       {"sending", counts.sending},
       {"others", comparison.others},
       {"unreadable", comparison.unreadable},
       {"judge", Json::object({{"asked", comparison.judged},
                               {"cost", comparison.judge_cost},
                               {"without_verdict", comparison.without_verdict}})},
       {"graded", std::move(graded)}});
}

void print_comparison(Console& console, const Comparison& comparison, const PairFolder::Counts& counts) {
  const Stopping& stopping = comparison.stopping;
  if (comparison.pairs() > 0) {
    console.print_line(console.tinted(Tint::strong, comparison.second) + " (mirrored) against " +
                       console.tinted(Tint::strong, comparison.first) + ", " +
                       counted(comparison.pairs(), "pair"));
    console.print_line(grouped(comparison.wins) + " won, " + grouped(comparison.losses) + " lost, " +
                       grouped(comparison.ties) + " tied; mean " + signed_decimal(stopping.mean, 3) +
                       ", at all times between " + signed_decimal(stopping.interval.low, 3) + " and " +
                       signed_decimal(stopping.interval.high, 3) + " (95 %)");
    console.print_line(console.tinted(Tint::name, decision_sentence(comparison)));
    console.print_line();
    print_row(console, "", shortened(comparison.first, 12), shortened(comparison.second, 12), "difference",
              "95 %, looked at once", "");
    for (const MeasureComparison& measure : comparison.measures) {
      const Interval& interval = measure.difference.interval;
      print_row(console, measure.name, measure_text(measure, measure.first, false),
                measure_text(measure, measure.second, false),
                measure_text(measure, measure.difference.mean, true),
                measure_text(measure, interval.low, true) + " to " + measure_text(measure, interval.high, true),
                direction_word(measure));
    }
    console.print_line();
  }
  print_asides(console, comparison, counts);
}

}  // namespace kindling
