// A worker that misbehaves as its name says: the tests link this program under the names below and give the
// link to a Decoder in place of kindling-decode.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "formats/wire.h"

namespace {

using namespace kindling;

bool receive(char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(0, to, size, 0);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::string receive_request() {
  std::string header(wire::header_bytes, '\0');
  if (!receive(header.data(), header.size())) std::exit(0);
  std::string payload(wire::parse_frame_header(header).payload_bytes, '\0');
  if (!receive(payload.data(), payload.size())) std::exit(0);
  return payload;
}

void say_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(0, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) std::exit(0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void say(std::string_view payload) { say_bytes(wire::frame(payload)); }

DecodedDocument document(std::string_view words) {
  DecodedDocument made;
  made.text.utf8 = words;
  made.text.format = "text";
  made.text.blocks = {{Block::Kind::paragraph, 0, {0, static_cast<std::uint32_t>(words.size())}}};
  return made;
}

void behave(std::string_view name, unsigned request) {
  if (name == "hangs") ::pause();
  if (name == "crashes") std::abort();
  if (name == "is-killed-between") {
    say(wire::document_payload(document("half")));
    std::raise(SIGKILL);
  }
  if (name == "exits-after-one" && request > 1) std::exit(9);
  if (name == "lies") {
    DecodedDocument lie = document("words");
    lie.text.blocks[0].span.end = 50'000;
    say(wire::document_payload(lie));
  }
  if (name == "announces-too-much") say_bytes("\xff\xff\xff\xff    ");
  if (name == "babbles") say_bytes(std::string(100'000, '\x7f'));
  if (name == "breaks-checksums") {
    std::string framed = wire::frame(wire::document_payload(document("words")));
    framed.back() = static_cast<char>(framed.back() ^ 1);
    say_bytes(framed);
  }
  while (name == "never-ends") say(wire::document_payload(document("again")));
  say(wire::document_payload(document("fine")));
  say(wire::done_payload());
  if (name == "exits-after-one") std::exit(0);
  if (name == "talks-behind") say(wire::document_payload(document("uncalled for")));
}

}  // namespace

int main(int, char** argv) {
  std::string_view name = argv[0];
  name.remove_prefix(name.rfind('/') + 1);
  if (name == "ends-at-once") return 3;
  if (name == "greets-wrongly") {
    say("Hgood morning");
  } else {
    say(wire::hello_payload());
  }
  for (unsigned request = 1;; ++request) {
    receive_request();
    behave(name, request);
  }
}
