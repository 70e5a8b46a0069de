#include "cli/ab_page.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/utf8.h"
#include "cli/ab_view.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --faint: #5c6370; --line: #d5d8dd;
  --mark: #0b62c4; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181c; --faint: #a3aab5;
  --line: #3a3f47; --mark: #74b0ff; --good: #5cd07a; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.decision { font-size: 1.15rem; border-left: .3rem solid var(--mark); padding: .3rem 0 .3rem .8rem; }
.faint { color: var(--faint); } .good { color: var(--good); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--faint); padding-bottom: .4rem; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; } td.q { overflow-wrap: anywhere; }
svg { display: block; } svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
svg { max-width: 100%; } .axis { stroke: var(--faint); } .scale { stroke: var(--line); } .band { fill: var(--line); } .bar { stroke: var(--mark); stroke-width: 3; }
.dot { fill: var(--mark); } @media print { body { margin: 0; max-width: none; } }
)";

constexpr double summary_plot_width = 560;
constexpr double row_plot_width = 150;
constexpr double plot_height = 26;

// An interval on a line from -extent to extent, with zero marked and, where there is one, the margin around it.
std::string interval_plot(double width, double mean, const Interval& interval, double extent, double margin,
                          std::string_view label) {
  const auto x = [&](double value) { return width / 2 * (1 + std::clamp(value / extent, -1.0, 1.0) * .96); };
  const auto line = [](std::string_view name, double x1, double y1, double x2, double y2) {
    return fmt::format(R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", name, x1, y1,
                       x2, y2);
  };
  const double middle = plot_height / 2;
  std::string svg = fmt::format(
      R"(<svg width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" role="img" aria-label="{2}">)",
      width, plot_height, escaped_html(label));
  if (margin > 0) {
    svg += fmt::format(R"(<rect class="band" x="{:.1f}" y="0" width="{:.1f}" height="{:.0f}"/>)", x(-margin),
                       x(margin) - x(-margin), plot_height);
  }
  svg += line("scale", x(-extent), middle, x(extent), middle);
  svg += line("axis", x(0), 0, x(0), plot_height);
  svg += line("bar", x(interval.low), middle, std::max(x(interval.high), x(interval.low) + 1), middle);
  return svg + fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="5"/></svg>)", x(mean), middle);
}

std::string summary(const Comparison& comparison) {
  const Stopping& stopping = comparison.stopping;
  const std::string range = fmt::format("mean {:+.3f}, between {:+.3f} and {:+.3f}", stopping.mean,
                                        stopping.interval.low, stopping.interval.high);
  std::string html = fmt::format("<p class=\"decision\"><strong>{}</strong></p>\n",
                                 escaped_html(decision_sentence(comparison)));
  html += fmt::format(
      "<p>{} graded: the mirrored model won {}, lost {}, tied {}. A win counts 1, a loss -1, a tie 0: {}, at "
      "all "
      "times together with 95&nbsp;%. Confidence that they differ at all: {:.3f}. Sign test, looked at once: "
      "p&nbsp;=&nbsp;{:.3g}.</p>\n",
      counted(comparison.pairs(), "pair"), grouped(comparison.wins), grouped(comparison.losses),
      grouped(comparison.ties), escaped_html(range), stopping.confidence, comparison.sign_test_p);
  html += interval_plot(summary_plot_width, stopping.mean, stopping.interval, 1, comparison.margin, range);
  html += fmt::format(
      "<p class=\"faint\">From -1 (every pair lost) to 1 (every pair won); shaded: the margin of "
      "{:.2f} within which both count as equally good.</p>\n",
      comparison.margin);
  return html;
}

std::string named_with_unit(const MeasureComparison& measure) {
  const bool shown = measure.unit == "words" || measure.unit == "tokens";
  return shown ? measure.name + ", " + measure.unit : measure.name;
}

std::string measure_row(const MeasureComparison& measure) {
  const Interval& interval = measure.difference.interval;
  const double extent = std::max({std::abs(interval.low), std::abs(interval.high), 1e-12});
  const std::string range =
      measure_text(measure, interval.low, true) + " to " + measure_text(measure, interval.high, true);
  const std::string_view word = direction_word(measure);
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
      "class=\"n\">{}</td><td>{}</td><td class=\"{}\">{}</td><td class=\"n\">{}</td></tr>\n",
      escaped_html(named_with_unit(measure)), measure_text(measure, measure.first, false),
      measure_text(measure, measure.second, false), measure_text(measure, measure.difference.mean, true), range,
      interval_plot(row_plot_width, measure.difference.mean, interval, extent, 0, range),
      word == "better"  ? "good"
      : word == "worse" ? "bad"
                        : "faint",
      word, grouped(measure.difference.count));
}

std::string measures_table(const Comparison& comparison) {
  std::string html = fmt::format(
      "<h2>Measures</h2>\n<div class=\"scroll\"><table>\n<caption>Means (of times: medians), and the mean "
      "difference with its 95&nbsp;% bootstrap interval, which holds if looked at once. Each line has its own "
      "scale.</caption>\n<thead><tr><th scope=\"col\">measure</th><th scope=\"col\" class=\"n\">{}</th><th "
      "scope=\"col\" class=\"n\">{}</th><th scope=\"col\" class=\"n\">difference</th><th scope=\"col\" "
      "class=\"n\">interval</th><th scope=\"col\">less, more</th><th scope=\"col\">mirrored is</th><th "
      "scope=\"col\" class=\"n\">pairs</th></tr></thead>\n<tbody>\n",
      escaped_html(comparison.first), escaped_html(comparison.second));
  for (const MeasureComparison& measure : comparison.measures) html += measure_row(measure);
  return html + "</tbody></table></div>\n";
}

std::string aside_row(std::string_view what, std::uint64_t count) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td></tr>\n", escaped_html(what),
                     grouped(count));
}

std::string asides_table(const Comparison& comparison, const PairFolder::Counts& counts) {
  std::string rows;
  for (const auto& [name, count] : comparison.decided_by) rows += aside_row("decided by " + name, count);
  for (const auto& [code, count] : comparison.failures) rows += aside_row("not graded: " + code, count);
  if (comparison.without_verdict > 0) rows += aside_row("not graded: no verdict", comparison.without_verdict);
  if (comparison.others > 0) rows += aside_row("pairs of other models", comparison.others);
  if (comparison.unreadable > 0) rows += aside_row("unreadable files", comparison.unreadable);
  if (counts.waiting + counts.sending > 0)
    rows += aside_row("not complete yet", counts.waiting + counts.sending);
  if (rows.empty()) return "";
  return "<h2>What was counted</h2>\n<table>\n<caption>Pairs</caption>\n<thead><tr><th "
         "scope=\"col\">what</th><th "
         "scope=\"col\" class=\"n\">pairs</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table>\n";
}

std::string pair_row(const GradedPair& pair) {
  const Preference preference = pair.grade.preference;
  const bool tie = preference == Preference::tie;
  const bool won = preference == Preference::second;
  return fmt::format(
      "<tr><td class=\"q\">{}</td><td class=\"{}\">{}</td><td>{}</td><td class=\"n\">{:.2f}</td><td "
      "class=\"n\">{:.2f}</td><td class=\"q\">{}</td></tr>\n",
      escaped_html(shortened(on_one_line(pair.question), 300)),
      tie   ? "faint"
      : won ? "good"
            : "bad",
      tie   ? "tied"
      : won ? "won"
            : "lost",
      escaped_html(pair.grade.decided_by), pair.first.support, pair.second.support, escaped_html(pair.reason));
}

std::string pairs_table(const Comparison& comparison) {
  std::string html = fmt::format(
      "<h2>Pairs</h2>\n<div class=\"scroll\"><table>\n<caption>The newest {} first; support is the share of an "
      "answer's claims that the passages carry.</caption>\n<thead><tr><th scope=\"col\">question</th><th "
      "scope=\"col\">mirrored</th><th scope=\"col\">by</th><th scope=\"col\" class=\"n\">support of {}</th><th "
      "scope=\"col\" class=\"n\">of {}</th><th scope=\"col\">the judge's reason</th></tr></thead>\n<tbody>\n",
      std::min<std::size_t>(comparison.graded.size(), shown_pairs_max), escaped_html(comparison.first),
      escaped_html(comparison.second));
  std::size_t shown = 0;
  for (auto pair = comparison.graded.rbegin(); pair != comparison.graded.rend() && shown < shown_pairs_max;
       ++pair, ++shown)
    html += pair_row(*pair);
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string html;
  for (const char c : valid_utf8(harmless(text))) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string comparison_page(const Comparison& comparison, const PairFolder::Counts& counts,
                            std::string_view made_at) {
  const std::string title = fmt::format("{} against {}", comparison.second, comparison.first);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<meta "
      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n<p class=\"faint\">Mirrored questions, "
      "graded "
      "{2}. First: {3}. Mirrored to: {4}.</p>\n",
      escaped_html(title), page_style, escaped_html(made_at), escaped_html(comparison.first_model),
      escaped_html(comparison.second_model));
  html += summary(comparison) + measures_table(comparison) + asides_table(comparison, counts) +
          pairs_table(comparison);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace kindling
