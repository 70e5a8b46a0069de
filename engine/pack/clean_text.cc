#include "engine/pack/clean_text.h"

#include <algorithm>
#include <optional>

#include "engine/pack/instruction_like.h"
#include "engine/pack/invisible.h"
#include "engine/pack/invisible_use.h"
#include "engine/pack/markers.h"

namespace kindling {
namespace {

// A text without what cannot be seen, and where its bytes stood.
class Visible {
 public:
  explicit Visible(std::string_view text) : text_(text) {
    InvisibleReader reader(text);
    std::size_t copied = 0;
    while (const auto found = reader.next()) {
      without_.append(text, copied, found->begin - copied).append(found->instead);
      copied = found->end;
      use_.add(text, *found);
      shifts_.push_back({without_.size(), copied});
    }
    if (!shifts_.empty()) without_.append(text.substr(copied));
  }

  [[nodiscard]] std::string_view text() const { return shifts_.empty() ? text_ : without_; }
  // The place in the text as given.
  [[nodiscard]] std::size_t given(std::size_t at) const {
    const auto after =
        std::upper_bound(shifts_.begin(), shifts_.end(), at,
                         [](std::size_t place, const Shift& shift) { return place < shift.here; });
    return after == shifts_.begin() ? at : std::prev(after)->given + (at - std::prev(after)->here);
  }
  [[nodiscard]] ByteSpan given(std::size_t begin, std::size_t end) const {
    return {static_cast<std::uint32_t>(given(begin)), static_cast<std::uint32_t>(given(end - 1) + 1)};
  }
  [[nodiscard]] std::optional<ByteSpan> smuggled() const { return use_.suspicious(text_); }

 private:
  struct Shift {
    std::size_t here, given;  // from `here` on
  };
  std::string_view text_;
  std::string without_;
  std::vector<Shift> shifts_;
  InvisibleUse use_;
};

}  // namespace

void append_clean(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  InvisibleReader invisible(text);
  std::size_t copied = 0;
  while (const auto found = invisible.next()) {
    out.append(text, copied, found->begin - copied).append(found->instead);
    copied = found->end;
  }
  out.append(text.substr(copied));
  MarkerReader markers(std::string_view(out).substr(begin));
  while (const auto marker = markers.next()) break_marker(out.data() + begin, *marker);
}

std::string clean_text(std::string_view text) {
  std::string out;
  append_clean(out, text);
  return out;
}

std::string with_broken_markers(std::string_view text) {
  std::string out(text);
  const Visible visible(text);
  MarkerReader markers(visible.text());
  while (const auto marker = markers.next()) {
    if (marker->kind == MarkerKind::passage_mark) continue;
    const ByteSpan span = visible.given(marker->begin, marker->end);
    break_marker(out.data(), {span.begin, span.end, marker->kind});
  }
  return out;
}

std::vector<Finding> findings_in(std::string_view text) {
  const Visible visible(text);
  std::vector<Finding> findings;
  if (const auto span = visible.smuggled()) findings.push_back({SuspicionKind::invisible, *span});
  std::optional<Finding> token, fence;
  MarkerReader markers(visible.text());
  while (const auto marker = markers.next()) {
    const ByteSpan span = visible.given(marker->begin, marker->end);
    if (marker->kind == MarkerKind::token && !token) token = Finding{SuspicionKind::template_token, span};
    if (marker->kind == MarkerKind::fence && !fence) fence = Finding{SuspicionKind::fence_marker, span};
  }
  if (token) findings.push_back(*token);
  if (fence) findings.push_back(*fence);
  if (const auto said = find_instruction(visible.text()))
    findings.push_back({SuspicionKind::instruction, visible.given(said->begin, said->end)});
  return findings;
}

}  // namespace kindling
