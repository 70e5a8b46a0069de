#include "engine/endpoint/address.h"

#include "base/log.h"
#include "net/url.h"

namespace kindling {
namespace {

bool is_this_machine(const Url& url) {
  return url.host == "localhost" || url.host.starts_with("127.") || url.host == "::1";
}

}  // namespace

Result<std::string> checked_base_url(std::string_view base_url) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  Result<Url> url = parse_url(base_url);
  if (!url.ok()) return std::move(url).within("base URL").error();
  if (url->target.find('?') != std::string::npos) {
    return Error{ErrorCode::configuration, "base URL", "holds a query ('?')", "give the part before it"};
  }
  return std::string(base_url);
}

void warn_of_open_key(std::string_view base_url, const Secret& key, std::string_view name) {
  const Result<Url> url = parse_url(base_url);
  if (key.empty() || !url.ok() || url->tls || is_this_machine(*url)) return;
  log(LogLevel::warning,
      std::string(name) + ": the key travels unencrypted to " + url->host + "; use an https address");
}

}  // namespace kindling
