// The test endpoint as a program, for a person with curl or for another client's own tests:
//   chat-endpoint [--port N] [--tls] [--fault NAME] [--list]
// Prints its base URL (and the certificate to trust), then serves until its standard input ends.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/support/chat_endpoint.h"

int main(int argc, char** argv) {
  kindling::ChatEndpointServer::Options options;
  std::string_view fault;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (flag == "--tls") {
      options.tls = true;
    } else if (flag == "--list") {
      for (const auto& known : kindling::chat_faults()) std::cout << known.name << '\n';
      return 0;
    } else if (flag == "--port" &&
               std::from_chars(value.data(), value.data() + value.size(), options.port).ec == std::errc()) {
      ++i;
    } else if (flag == "--fault" && !value.empty()) {
      fault = value;
      ++i;
    } else {
      std::cerr << "usage: chat-endpoint [--port N] [--tls] [--fault NAME] [--list]\n";
      return 2;
    }
  }
  kindling::ChatEndpointServer server(options);
  if (!fault.empty()) {
    const auto& faults = kindling::chat_faults();
    const auto found =
        std::find_if(faults.begin(), faults.end(), [&](const auto& known) { return known.name == fault; });
    if (found == faults.end()) {
      std::cerr << "chat-endpoint: no such fault; --list names them\n";
      return 2;
    }
    server.respond_with(found->reply);
  }
  std::cout << server.base_url() << std::endl;
  if (options.tls) std::cout << server.certificate_file() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}
