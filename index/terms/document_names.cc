#include "index/terms/document_names.h"

#include <algorithm>
#include <array>

namespace kindling {
namespace {

constexpr std::size_t ending_bytes_max = 5;
constexpr std::size_t second_level_bytes_max = 3;  // "co" of "co.uk"

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view without_ending(std::string_view name) {
  const std::size_t point = name.rfind('.');
  if (point == std::string_view::npos || point == 0) return name;
  const std::string_view ending = name.substr(point + 1);
  const bool plain = !ending.empty() && ending.size() <= ending_bytes_max &&
                     std::all_of(ending.begin(), ending.end(), is_alphanumeric);
  return plain ? name.substr(0, point) : name;
}

// What stands behind "http://" or "https://"; empty when there is neither.
std::string_view behind_scheme(std::string_view address) {
  for (const std::string_view scheme : {std::string_view("https://"), std::string_view("http://")}) {
    if (address.starts_with(scheme)) return address.substr(scheme.size());
  }
  return {};
}

bool names_a_site(std::string_view key) {
  static constexpr std::array<std::string_view, 9> keys{"url",  "uri",    "link",    "source",  "site",
                                                        "host", "domain", "website", "homepage"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// The site of the first of the metadata that is an address, or a host under a key that says so.
std::string_view site_in(std::string_view metadata) {
  static constexpr std::string_view between = "\":\"";  // key and text
  for (std::size_t at = metadata.find(between); at != std::string_view::npos;
       at = metadata.find(between, at + 1)) {
    const std::size_t open = at == 0 ? std::string_view::npos : metadata.rfind('"', at - 1);
    if (open == std::string_view::npos || !names_a_site(metadata.substr(open + 1, at - open - 1))) continue;
    const std::size_t begin = at + between.size();
    const std::string_view value = metadata.substr(begin, metadata.find('"', begin) - begin);
    const std::string_view site = behind_scheme(value).empty() ? site_of_host(value) : site_of(value);
    if (!site.empty()) return site;
  }
  return {};
}

}  // namespace

std::string_view stem_of(std::string_view path) {
  if (const std::string_view rest = behind_scheme(path); !rest.empty()) {
    path = rest.substr(0, rest.find_first_of("?#"));
    if (path.find('/') == std::string_view::npos) return {};  // a host is no file
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::string_view once = without_ending(name);
  const std::string_view ending = name.substr(once.size());
  const bool compressed = ending == ".gz" || ending == ".zst" || ending == ".bz2" || ending == ".xz";
  return compressed ? without_ending(once) : once;
}

std::string_view site_of(std::string_view address) {
  std::string_view host = behind_scheme(address);
  host = host.substr(0, host.find_first_of("/?#"));
  host.remove_prefix(host.find('@') + 1);  // npos + 1 is 0
  return site_of_host(host);
}

std::string_view site_of_host(std::string_view host) {
  host = host.substr(0, host.find(':'));
  const bool plain =
      std::all_of(host.begin(), host.end(), [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
  const std::size_t last = host.rfind('.');
  if (!plain || last == std::string_view::npos || last + 1 == host.size() || is_digit(host.back())) return {};
  const std::size_t ending_bytes = host.size() - last - 1;
  host = host.substr(0, last);
  const std::size_t second = host.rfind('.');
  if (ending_bytes == 2 && second != std::string_view::npos &&
      host.size() - second - 1 <= second_level_bytes_max)
    host = host.substr(0, second);
  if (host.starts_with("www.")) host.remove_prefix(4);
  return host;
}

std::vector<std::string_view> names_of(std::string_view uri, std::string_view source,
                                       std::string_view metadata) {
  std::vector<std::string_view> names;
  const auto add = [&names](std::string_view name) {
    if (!name.empty()) names.push_back(name);
  };
  // Of a file of many records the record has the name; the file's would be that of all of them.
  const bool record = source.size() < uri.size() && uri.starts_with(source) && uri[source.size()] == '#';
  add(stem_of(record ? uri.substr(source.size() + 1) : uri));
  const std::string_view site = site_of(uri);
  add(site.empty() ? site_in(metadata) : site);
  return names;
}

}  // namespace kindling
