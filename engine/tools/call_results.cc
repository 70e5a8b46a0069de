#include "engine/tools/call_results.h"

#include <algorithm>

#include "engine/pack/clean_text.h"
#include "engine/pack/prompt.h"

namespace kindling {
namespace {

std::string on_a_line(std::string_view text) {
  std::string line = clean_text(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

// Behind a bar, so that no line can look like a passage or a heading.
void append_barred(std::string& out, std::string_view text) {
  const std::string clean = clean_text(text);
  for (std::string_view rest = clean; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out.append("| ").append(rest.substr(0, end)).append("\n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

class ResultWriter {
 public:
  ResultWriter(const Snapshot& snapshot, SentEvidence& sent, std::vector<DocumentRun>& runs)
      : snapshot_(snapshot), sent_(sent), runs_(runs) {}

  std::string write(const CallResult& result, std::string_view fence) {
    std::string text = opening(result);
    const std::string body = inside(result);
    const std::string key(fence);
    if (!body.empty()) text += "<passages " + key + ">\n" + body + "</passages " + key + ">\n";
    const auto cut = std::count(result.kept.begin(), result.kept.end(), false);
    if (cut > 0) text += std::to_string(cut) + " more left out for want of room\n";
    return text;
  }

 private:
  // What we say ourselves.
  static std::string opening(const CallResult& result) {
    if (!result.error_code.empty()) {
      Json error = Json::object({{"code", result.error_code}, {"message", result.error}});
      if (!result.error_place.empty()) error.set("place", result.error_place);
      return to_string(Json::object({{"error", std::move(error)}})) + "\n";
    }
    return result.name + ": " + result.output.summary + "\n";
  }

  std::string inside(const CallResult& result) {
    std::string body;
    pending_.clear();
    known_.clear();
    for (std::size_t i = 0; i < result.output.pieces.size(); ++i) {
      if (!result.kept[i]) continue;
      const ToolPiece& piece = result.output.pieces[i];
      if (piece.run) {
        take(*piece.run, body);
        continue;
      }
      flush(body);
      append_barred(body, piece.text);
    }
    flush(body);
    for (const std::uint32_t number : known_)
      body += "[" + std::to_string(number) + "] above belongs here too\n";
    return body;
  }

  // Runs that follow each other in one section become one passage.
  void take(DocumentRun run, std::string& body) {
    const SentEvidence::News news = sent_.news(run);
    for (const std::uint32_t number : news.passages) {
      if (std::find(known_.begin(), known_.end(), number) == known_.end()) known_.push_back(number);
    }
    for (const ByteSpan span : news.spans) {
      if (!pending_.empty() && continues(pending_.back(), {run.section, span})) {
        pending_.back().span.end = span.end;
        continue;
      }
      flush(body);
      pending_.push_back({run.section, span});
    }
  }

  bool continues(const DocumentRun& before, const DocumentRun& run) const {
    if (before.section != run.section || before.span.end > run.span.begin) return false;
    const std::string_view text = snapshot_.document(snapshot_.document_of(run.section)).text;
    return slice(text, {before.span.end, run.span.begin}).find_first_not_of(" \t\r\n") ==
           std::string_view::npos;
  }

  void flush(std::string& body) {
    for (const DocumentRun& run : pending_) {
      const std::uint32_t number = sent_.last() + 1;
      const DocumentView document = snapshot_.document(snapshot_.document_of(run.section));
      std::string heading = "## " + std::string(document.title);
      for (const std::string_view part : snapshot_.section(run.section).heading_path)
        heading += " > " + std::string(part);
      heading += " (document " + std::string(document.name) + ", bytes " + std::to_string(run.span.begin) +
                 " to " + std::to_string(run.span.end) + ")";
      body += on_a_line(heading) + "\n" + passage_mark(number);
      append_clean(body, slice(document.text, run.span));
      body += '\n';
      sent_.add(number, run);
      runs_.push_back(run);
    }
    pending_.clear();
  }

  const Snapshot& snapshot_;
  SentEvidence& sent_;
  std::vector<DocumentRun>& runs_;
  std::vector<DocumentRun> pending_;  // at most one, not yet written
  std::vector<std::uint32_t> known_;  // passages that were sent before
};

}  // namespace

WrittenResults write_results(const Snapshot& snapshot, std::span<const CallResult> results, SentEvidence sent,
                             std::string_view fence) {
  WrittenResults written;
  ResultWriter writer(snapshot, sent, written.runs);
  for (const CallResult& result : results) written.texts.push_back(writer.write(result, fence));
  return written;
}

}  // namespace kindling
