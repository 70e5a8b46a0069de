#include "engine/measure/calibrate_abstention.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "engine/retrieve/query.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/score.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t file_bytes_max = 256u << 20;

Result<std::vector<std::string>> read_unanswerable(const fs::path& path) {
  KINDLING_TRY(const std::string bytes, system_files().read(path, file_bytes_max));
  std::vector<std::string> questions;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = std::string_view(bytes).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const auto question = parse_json(line);
    if (!question) return question.error().within(path.string() + " line " + std::to_string(number));
    const std::string_view text = (*question)["text"].as_string();
    if (text.empty()) {
      return Error{ErrorCode::malformed, path.string() + " line " + std::to_string(number), "has no \"text\"",
                   ""};
    }
    questions.emplace_back(text);
  }
  return questions;
}

class StrengthProbe {
 public:
  StrengthProbe(const Snapshot& snapshot, const Encoder& encoder, const Cancellation& cancellation)
      : snapshot_(snapshot), encoder_(encoder), cancellation_(cancellation) {}

  // `without`: the documents left out, if any.
  Result<float> strength(const std::string& text, const Judgements* without) const {
    KINDLING_TRY(Query query,
                 make_query(snapshot_, &encoder_, {.text = text, .mode = SearchMode::hybrid, .filter = {}},
                            cancellation_));
    if (without != nullptr) leave_out(query, *without);
    const Candidates candidates = retrieve(snapshot_, query, search_depth(1));
    return evidence_strength(score(snapshot_, query, candidates, SearchMode::hybrid), candidates.has_vectors);
  }

 private:
  void leave_out(Query& query, const Judgements& without) const {
    for (const auto& [name, grade] : without) {
      const auto document = snapshot_.find(name);
      if (grade > 0 && document) query.allowed.erase(*document);
    }
  }

  const Snapshot& snapshot_;
  const Encoder& encoder_;
  const Cancellation& cancellation_;
};

}  // namespace

Result<AbstentionScores> calibrate_abstention(const Snapshot& snapshot, const Encoder& encoder,
                                              const TestSet& set, const fs::path& folder,
                                              const Cancellation& cancellation) {
  const fs::path path = folder / "unanswerable.jsonl";
  AbstentionScores scores;
  scores.left_out = !system_files().info(path).ok();
  if (scores.left_out && !set.judged()) {
    return Error{ErrorCode::usage, folder.string(), "nothing tells which questions have no answer",
                 "give qrels/test.tsv, or questions without an answer in unanswerable.jsonl"};
  }
  const StrengthProbe calibration(snapshot, encoder, cancellation);
  std::vector<JudgedStrength> judged;
  for (const TestQuery& query : set.queries) {
    KINDLING_TRY(const float strength, calibration.strength(query.text, nullptr));
    judged.push_back({strength, true});
    if (!scores.left_out) continue;
    KINDLING_TRY(const float without, calibration.strength(query.text, &set.judgements.at(query.id)));
    judged.push_back({without, false});
  }
  if (!scores.left_out) {
    KINDLING_TRY(const std::vector<std::string> questions, read_unanswerable(path));
    for (const std::string& question : questions) {
      KINDLING_TRY(const float strength, calibration.strength(question, nullptr));
      judged.push_back({strength, false});
    }
  }
  KINDLING_TRY(scores.fit, fit_abstention(judged));
  return scores;
}

}  // namespace kindling
