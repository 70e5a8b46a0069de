#include <filesystem>

#include "base/digest.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/progress.h"
#include "cli/text_layout.h"
#include "engine/measure/evaluate.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// Of each set its own, so that evaluating never touches an index of the user's: --index, or a folder of the
// cache.
fs::path evaluation_index(Session& session, const fs::path& folder) {
  if (const auto named = session.arguments.text("index")) return *named;
  std::error_code failed;
  const fs::path whole = fs::weakly_canonical(folder, failed);
  constexpr std::size_t digits = 16;
  return cache_folder() / "eval" / sha256_hex(failed ? folder.string() : whole.string()).substr(0, digits);
}

// "256,512,1024", each a count of tokens.
Result<std::vector<std::uint64_t>> budgets_of(const std::string& list) {
  std::vector<std::uint64_t> budgets;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string word = list.substr(begin, end - begin);
    if (word.empty() || word.size() > 9 || word.find_first_not_of("0123456789") != word.npos || word == "0") {
      return Error{ErrorCode::usage, "--packs " + list, "not numbers of tokens with commas between them",
                   "write for example --packs 512,2048,8192"};
    }
    budgets.push_back(std::stoull(word));
    begin = end + 1;
  }
  return budgets;
}

void print_packs(Console& console, const PackEvaluation& packs) {
  console.print_line(
      console.tinted(Tint::strong,
                     "packs     answer in pack  rank order   oracle  tokens used  p50 of packing       p99") +
      "  " + grouped(packs.questions) + " questions");
  for (const PackScores& scores : packs.budgets) {
    console.print_line(padded_left(grouped(scores.budget), 7) +
                       padded_left(decimal(100 * scores.kindling, 1), 15) + " %" +
                       padded_left(decimal(100 * scores.rank_order, 1), 10) + " %" +
                       padded_left(decimal(100 * scores.oracle, 1), 7) + " %" +
                       padded_left(grouped(static_cast<std::uint64_t>(scores.tokens_mean)), 13) +
                       padded_left(shown_milliseconds(scores.milliseconds_p50), 16) +
                       padded_left(shown_milliseconds(scores.milliseconds_p99), 10));
  }
  const auto shown = [](std::optional<double> tokens) {
    return tokens ? grouped(static_cast<std::uint64_t>(*tokens)) + " tokens"
                  : std::string("none of these budgets");
  };
  console.print_line("95 % of the oracle takes " + shown(packs.kindling_needs) + ", in rank order " +
                     shown(packs.rank_order_needs));
}

Json packs_json(const PackEvaluation& packs) {
  Json budgets = Json::array();
  for (const PackScores& scores : packs.budgets) {
    budgets.push(Json::object(
        {{"budget", scores.budget},
         {"answer_in_pack", scores.kindling},
         {"rank_order", scores.rank_order},
         {"oracle", scores.oracle},
         {"tokens_mean", scores.tokens_mean},
         {"pack_ms", Json::object({{"p50", scores.milliseconds_p50}, {"p99", scores.milliseconds_p99}})}}));
  }
  Json needs = Json::object({{"kindling", nullptr}, {"rank_order", nullptr}});
  if (packs.kindling_needs) needs.set("kindling", *packs.kindling_needs);
  if (packs.rank_order_needs) needs.set("rank_order", *packs.rank_order_needs);
  return Json::object({{"questions", packs.questions},
                       {"budgets", std::move(budgets)},
                       {"tokens_to_95_percent_of_oracle", std::move(needs)}});
}

void print_abstention(Console& console, const AbstentionScores& scores) {
  const AbstentionFit& fit = scores.fit;
  console.print_line(console.tinted(Tint::strong, "abstention") + "  answered from a strength of " +
                     decimal(fit.threshold, 3) + ", kept beside the index");
  console.print_line(grouped(fit.answerable) + " answerable questions, " + grouped(fit.unanswerable) +
                     (scores.left_out ? " with their documents left out" : " unanswerable") + ": AUC " +
                     decimal(fit.auc, 3) + ", F1 " + decimal(fit.f1, 3) + ", mean F1 of both kinds " +
                     decimal(fit.macro_f1, 3));
}

Json abstention_json(const AbstentionScores& scores) {
  const AbstentionFit& fit = scores.fit;
  return Json::object({{"threshold", fit.threshold},
                       {"answerable", fit.answerable},
                       {"unanswerable", fit.unanswerable},
                       {"left_out", scores.left_out},
                       {"auc", fit.auc},
                       {"f1", fit.f1},
                       {"macro_f1", fit.macro_f1}});
}

void print_scores(Session& session, const EvaluateReport& report) {
  Console& console = session.console;
  console.print_line(counted(report.documents, "document") + ", " + grouped(report.queries) +
                     " judged queries, indexed in " + shown_seconds(report.index_seconds));
  if (!report.modes.empty())
    console.print_line(
        console.tinted(Tint::strong, "mode      nDCG@10  recall@10  recall@100    MRR       p50       p99"));
  for (const ModeScores& scores : report.modes) {
    console.print_line(padded(to_string(scores.mode), 8) + padded_left(decimal(scores.ndcg_cut_10, 4), 9) +
                       padded_left(decimal(scores.recall_10, 4), 11) +
                       padded_left(decimal(scores.recall_100, 4), 12) +
                       padded_left(decimal(scores.recip_rank, 4), 8) +
                       padded_left(shown_milliseconds(scores.latency_p50_ms), 10) +
                       padded_left(shown_milliseconds(scores.latency_p99_ms), 10));
  }
  if (report.packs) print_packs(console, *report.packs);
  if (report.abstention) print_abstention(console, *report.abstention);
  if (!report.answers) return;
  console.print_line(console.tinted(Tint::strong, "answers") + "  " + grouped(report.answers->questions) +
                     " questions, answered " + decimal(report.answers->answered, 3) + ", holding the answer " +
                     decimal(report.answers->holds_answer, 3) + "; without abstaining " +
                     decimal(report.answers->sentences_hold, 3) + " (even questions " +
                     decimal(report.answers->halves[0], 3) + ", odd " + decimal(report.answers->halves[1], 3) +
                     ")");
}

Json scores_json(const EvaluateReport& report, const fs::path& index) {
  Json modes = Json::object();
  for (const ModeScores& scores : report.modes) {
    modes.set(to_string(scores.mode),
              Json::object({{"ndcg_cut_10", scores.ndcg_cut_10},
                            {"recall_10", scores.recall_10},
                            {"recall_100", scores.recall_100},
                            {"recip_rank", scores.recip_rank},
                            {"latency_ms",
                             Json::object({{"p50", scores.latency_p50_ms}, {"p99", scores.latency_p99_ms}})}}));
  }
  Json object = Json::object({{"documents", report.documents},
                              {"queries", report.queries},
                              {"modes", std::move(modes)},
                              {"index", index.string()},
                              {"index_seconds", report.index_seconds}});
  if (report.packs) object.set("packs", packs_json(*report.packs));
  if (report.abstention) object.set("abstention", abstention_json(*report.abstention));
  if (report.answers) {
    object.set("answers", Json::object({{"questions", report.answers->questions},
                                        {"answered", report.answers->answered},
                                        {"holds_answer", report.answers->holds_answer},
                                        {"sentences_hold", report.answers->sentences_hold},
                                        {"sentences_hold_even", report.answers->halves[0]},
                                        {"sentences_hold_odd", report.answers->halves[1]}}));
  }
  return object;
}

}  // namespace

Result<ExitCode> command_eval(Session& session) {
  EvaluateOptions options;
  options.folder = session.arguments.words().front();
  options.index = evaluation_index(session, options.folder);
  options.run = session.arguments.text("run").value_or("");
  if (const auto list = session.arguments.text("packs")) {
    KINDLING_TRY(options.pack_budgets, budgets_of(*list));
  }
  options.effort.quality = session.arguments.toggle("quality");
  options.effort.exact = session.arguments.toggle("exact");
  options.ranking = !session.arguments.toggle("no-ranking");
  options.calibrate = session.arguments.toggle("calibrate");
  options.answers = session.arguments.toggle("answers");
  options.threads = session_threads(session);
  KINDLING_TRY(const auto encoder, open_session_encoder(session));
  ProgressLine line(stderr_is_terminal());
  const auto report = evaluate(
      options, *encoder, [&](std::string_view stage) { line.update(stage); }, session.cancellation);
  line.clear();
  if (!report) return report.error();
  if (session.console.json()) {
    session.console.print_json(scores_json(*report, options.index));
  } else {
    print_scores(session, *report);
  }
  return ExitCode::ok;
}

}  // namespace kindling
