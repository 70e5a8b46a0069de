#include "cli/suspicion_note.h"

#include <algorithm>
#include <set>
#include <vector>

#include "cli/folders.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::size_t named_max = 3;
constexpr std::size_t link_columns_max = 120;

// "a, b, c and 2 more".
std::string listed(std::span<const std::string> names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), named_max); ++i) list += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > named_max) list += " and " + grouped(names.size() - named_max) + " more";
  return list;
}

}  // namespace

void note_suspicions(Session& session, std::span<const Suspicion> suspicions) {
  if (suspicions.empty()) return;
  std::set<std::uint32_t> passages;
  std::vector<std::string> documents;
  for (const Suspicion& suspicion : suspicions) {
    passages.insert(suspicion.passage);
    std::string name = shown_path(suspicion.document);
    if (std::ranges::find(documents, name) == documents.end()) documents.push_back(std::move(name));
  }
  session.note(counted(passages.size(), "passage") + (passages.size() == 1 ? " holds" : " hold") +
               " hidden or instruction-like text: " + listed(documents));
}

void note_foreign_links(Session& session, std::span<const std::string> links) {
  if (links.empty()) return;
  std::vector<std::string> shown;
  for (const std::string& link : links)
    shown.push_back(shortened(on_one_line(harmless(link)), link_columns_max));
  session.note("the answer holds " + counted(links.size(), "link") +
               " that no passage holds: " + listed(shown));
}

}  // namespace kindling
