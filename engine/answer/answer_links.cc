#include "engine/answer/answer_links.h"

#include <algorithm>
#include <cstring>

namespace kindling {
namespace {

constexpr std::size_t link_bytes_max = 2'048;  // of what is told

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Ends an address; the rest of it is punctuation of the sentence.
bool ends_address(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == '`' || c == '|';
}

std::string_view without_punctuation(std::string_view address) {
  while (!address.empty()) {
    const char last = address.back();
    const bool unopened = (last == ')' && address.find('(') == address.npos) ||
                          (last == ']' && address.find('[') == address.npos);
    if (!unopened && std::string_view(".,;:!?'*_").find(last) == std::string_view::npos) break;
    address.remove_suffix(1);
  }
  return address;
}

bool begins_with(std::string_view text, std::string_view lowered) {
  return text.size() >= lowered.size() &&
         std::equal(lowered.begin(), lowered.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
}

// Whether an address without a Markdown link around it begins here: "http://", "www.", "mailto:".
bool begins_address(std::string_view answer, std::size_t at) {
  if (at > 0 && is_letter_or_digit(answer[at - 1])) return false;
  const std::string_view rest = answer.substr(at);
  for (const std::string_view lead : {"www.", "mailto:", "data:", "javascript:"}) {
    if (begins_with(rest, lead) && rest.size() > lead.size() && !ends_address(rest[lead.size()])) return true;
  }
  std::size_t scheme = 0;
  while (
      scheme < rest.size() && scheme < 20 &&
      (is_letter_or_digit(rest[scheme]) || rest[scheme] == '+' || rest[scheme] == '-' || rest[scheme] == '.'))
    ++scheme;
  return scheme > 1 && rest.substr(scheme).starts_with("://");
}

// The address that begins at `at`; empty: none does.
std::string_view address_at(std::string_view answer, std::size_t at) {
  const bool linked = answer.substr(0, at).ends_with("](");
  if (!linked && !begins_address(answer, at)) return {};
  std::size_t end = at, open = 0;
  if (linked && answer[at] == '<') ++at, ++end;  // "](<address>)"
  for (; end < answer.size() && !ends_address(answer[end]); ++end) {
    if (answer[end] == '(') ++open;
    if (answer[end] == ')' && open-- == 0) break;
  }
  const std::string_view address = answer.substr(at, end - at);
  return linked ? (address.starts_with('#') ? std::string_view() : address) : without_punctuation(address);
}

// Whether `text` holds the address, and not only as the beginning of a longer one.
bool holds(std::string_view text, std::string_view address) {
  while (text.size() >= address.size()) {
    const void* found = ::memmem(text.data(), text.size(), address.data(), address.size());
    if (found == nullptr) return false;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    const std::string_view rest = text.substr(at + address.size());
    const std::string_view more =
        rest.substr(0, std::find_if(rest.begin(), rest.end(), ends_address) - rest.begin());
    // Behind an address may stand what ends a sentence or a link, but nothing that would go on with it.
    if (std::none_of(more.begin(), more.end(), is_letter_or_digit) || more.front() == ')' ||
        more.front() == ']')
      return true;
    text = rest;
  }
  return false;
}

}  // namespace

std::vector<std::string> foreign_links(std::string_view answer, std::span<const std::string_view> known) {
  std::vector<std::string> foreign;
  std::size_t looked_at = 0;
  for (std::size_t at = 0; at < answer.size(); ++at) {
    const std::string_view address = address_at(answer, at);
    if (address.empty()) continue;
    at = static_cast<std::size_t>(address.data() - answer.data()) + address.size() - 1;
    const bool is_known =
        looked_at++ < answer_links_max &&
        std::ranges::any_of(known, [&](std::string_view text) { return holds(text, address); });
    std::string told(address.substr(0, link_bytes_max));
    if (!is_known && std::ranges::find(foreign, told) == foreign.end() && foreign.size() < answer_links_max)
      foreign.push_back(std::move(told));
  }
  return foreign;
}

}  // namespace kindling
