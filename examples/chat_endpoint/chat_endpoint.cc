// The test endpoint as a program: Chat Completions on loopback, faithful, and wrong in exactly the way one asks
// for (README.md beside this file). Serves until its standard input ends.
#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/chat_endpoint.h"
#include "tests/support/embeddings_replies.h"

namespace {

constexpr std::string_view usage =
    "usage: chat-endpoint [--port N] [--key KEY] [--fault NAME] [--embeddings N]\n"
    "                     [--tls [--name DNS:HOST] [--expired] [--old-tls]]\n"
    "       chat-endpoint --list\n";

struct Wishes {
  kindling::ChatEndpointServer::Options server;
  std::string fault;
  std::uint32_t embeddings = 0;  // of which weights; 0: it has none
  bool list = false;
};

// Takes one flag and its value from the front; false: there is no such flag.
bool take_flag(std::vector<std::string_view>& flags, Wishes& wishes) {
  const std::string_view flag = flags.front();
  flags.erase(flags.begin());
  if (flag == "--tls") return wishes.server.tls = true;
  if (flag == "--old-tls") return wishes.server.old_tls = true;
  if (flag == "--list") return wishes.list = true;
  if (flag == "--expired") {
    wishes.server.certificate_days = -1;
    return true;
  }
  if (flags.empty()) return false;
  const std::string_view value = flags.front();
  flags.erase(flags.begin());
  if (flag == "--port")
    return std::from_chars(value.data(), value.data() + value.size(), wishes.server.port).ec == std::errc();
  if (flag == "--embeddings")
    return std::from_chars(value.data(), value.data() + value.size(), wishes.embeddings).ec == std::errc();
  if (flag == "--key") {
    wishes.server.key = value;
  } else if (flag == "--name") {
    wishes.server.certificate_name = value;
  } else if (flag == "--fault") {
    wishes.fault = value;
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Wishes wishes;
  wishes.server.requests_kept = 0;
  for (std::vector<std::string_view> flags(argv + 1, argv + argc); !flags.empty();) {
    if (!take_flag(flags, wishes)) {
      std::cerr << usage;
      return 2;
    }
  }
  if (wishes.list) {
    for (const auto& known : kindling::chat_faults()) std::cout << known.name << '\n';
    return 0;
  }
  kindling::ChatEndpointServer server(wishes.server);
  if (!wishes.fault.empty()) {
    const kindling::NamedFault* fault = kindling::find_fault(wishes.fault);
    if (fault == nullptr) {
      std::cerr << "chat-endpoint: no such fault; --list names them\n";
      return 2;
    }
    server.respond_with(fault->reply);
  }
  if (wishes.embeddings > 0) {
    server.respond_with([script = kindling::EmbeddingsScript{.weights = wishes.embeddings}](
                            const auto& request) { return kindling::embeddings_reply(request, script); });
  }
  std::cout << server.base_url() << std::endl;
  if (wishes.server.tls) std::cout << server.certificate_file() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}
