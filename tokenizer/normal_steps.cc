#include "tokenizer/normal_steps.h"

#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/letter_case.h"
#include "tokenizer/white_space.h"

namespace kindling {
namespace {

using namespace normal_step;

// Calls `change(character, its bytes, result)` for each character; ASCII runs without business are copied
// whole.
template <typename Change>
std::string by_character(std::string_view text, Change change) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    change(c, text.substr(begin, at - begin), result);
  }
  return result;
}

std::string apply_step(const Form& step, std::string text) {
  return is_normalised(text, step.form) ? std::move(text) : normalised(text, step.form);
}

std::string apply_step(const Lowercase&, std::string text) {
  return by_character(text, [](char32_t c, std::string_view bytes, std::string& result) {
    if (c < 0x80) {
      result.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    } else {
      append_small(c, bytes, result);
    }
  });
}

std::string apply_step(const StripAccents&, std::string text) {
  return by_character(text, [](char32_t c, std::string_view bytes, std::string& result) {
    if (c < 0x300 || !is_accent(c)) result += bytes;
  });
}

std::string apply_step(const Strip& step, std::string text) {
  std::size_t begin = 0;
  while (step.left && begin < text.size()) {
    std::size_t at = begin;
    if (!is_white_space(next_code_point(text, at))) break;
    begin = at;
  }
  std::size_t end = text.size();
  while (step.right && end > begin) {
    const std::size_t last = floor_code_point(text, end - 1);
    std::size_t at = last;
    if (!is_white_space(next_code_point(text, at))) break;
    end = last;
  }
  return text.substr(begin, end - begin);
}

std::string apply_step(const Replace& step, std::string text) {
  std::size_t found = text.find(step.what);
  if (found == std::string::npos) return text;
  std::string result;
  result.reserve(text.size() + text.size() / 2);
  std::size_t at = 0;
  for (; found != std::string::npos; found = text.find(step.what, at)) {
    result.append(text, at, found - at).append(step.content);
    at = found + step.what.size();
  }
  return result.append(text, at);
}

std::string apply_step(const ReplaceRuns& step, std::string text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t run = std::min(text.find(step.what, at), text.size());
    result.append(text, at, run - at);
    at = std::min(text.find_first_not_of(step.what, run), text.size());
    if (at - run >= step.times) {
      result += step.content;
    } else {
      result.append(text, run, at - run);
    }
  }
  return result;
}

std::string apply_step(const ReplaceWhiteSpace& step, std::string text) {
  bool in_run = false;
  return by_character(text, [&](char32_t c, std::string_view bytes, std::string& result) {
    const bool white = is_white_space(c);
    if (!white) result += bytes;
    if (white && !in_run) result += step.content;
    in_run = white;
  });
}

std::string apply_step(const Prepend& step, std::string text) {
  return text.empty() ? text : step.content + text;
}

std::string apply_step(const Nmt&, std::string text) {
  return by_character(text, [](char32_t c, std::string_view bytes, std::string& result) {
    const bool removed =
        (c >= 0x1 && c <= 0x8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f;
    const bool blank = c == 0x9 || c == 0xa || c == 0xc || c == 0xd || c == 0x1680 ||
                       (c >= 0x200b && c <= 0x200f) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
                       c == 0xfeff || c == 0xfffd;
    if (removed) return;
    if (blank) {
      result.push_back(' ');
    } else {
      result += bytes;
    }
  });
}

std::string apply_step(const Precompiled& step, std::string text) {
  return step.charsmap->apply_to_clusters(text);
}

}  // namespace

std::string NormalSteps::apply(std::string text) const {
  for (const NormalStep& step : steps_)
    text = std::visit([&](const auto& of_kind) { return apply_step(of_kind, std::move(text)); }, step);
  return text;
}

bool NormalSteps::may_remove() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const NormalStep& step) {
    if (const auto* replace = std::get_if<Replace>(&step)) return replace->content.empty();
    if (const auto* runs = std::get_if<ReplaceRuns>(&step)) return runs->content.empty();
    if (const auto* runs = std::get_if<ReplaceWhiteSpace>(&step)) return runs->content.empty();
    return !std::holds_alternative<Form>(step) && !std::holds_alternative<Lowercase>(step) &&
           !std::holds_alternative<Prepend>(step);
  });
}

}  // namespace kindling
