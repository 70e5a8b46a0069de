#include "engine/endpoint/think_filter.h"

#include <algorithm>
#include <utility>

namespace kindling {
namespace {

constexpr std::string_view opening = "<think>";
constexpr std::string_view closing = "</think>";

// How many bytes at the end of `text` could be the beginning of `tag`.
std::size_t partial_tag(std::string_view text, std::string_view tag) {
  for (std::size_t size = std::min(text.size(), tag.size() - 1); size > 0; --size) {
    if (text.ends_with(tag.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

std::string ThinkFilter::feed(std::string_view piece) {
  held_ += piece;
  std::string out;
  while (step(out)) {
  }
  return out;
}

// Moves on by one decision; false when more must come first.
bool ThinkFilter::step(std::string& out) {
  switch (state_) {
    case State::beginning: {
      const std::size_t begin = std::min(held_.find_first_not_of(" \t\r\n"), held_.size());
      const std::string_view rest = std::string_view(held_).substr(begin);
      if (rest.starts_with(opening)) {
        held_.erase(0, begin + opening.size());
        state_ = State::reasoning;
        saw_reasoning_ = true;
        return true;
      }
      if (opening.starts_with(rest)) return false;
      if (saw_reasoning_) held_.erase(0, begin);  // blank lines between reasoning and answer
      state_ = State::text;
      return true;
    }
    case State::reasoning: {
      const std::size_t end = held_.find(closing);
      if (end == std::string::npos) {
        held_.erase(0, held_.size() - partial_tag(held_, closing));
        return false;
      }
      held_.erase(0, end + closing.size());
      state_ = State::beginning;
      return true;
    }
    case State::text:
      out += std::exchange(held_, {});
      return false;
  }
  return false;
}

std::string ThinkFilter::finish() {
  std::string rest = std::exchange(held_, {});
  if (state_ == State::reasoning) return {};
  if (saw_reasoning_) rest.erase(0, std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  return rest;
}

}  // namespace kindling
