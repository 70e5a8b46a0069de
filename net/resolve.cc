#include "net/resolve.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace kindling {
namespace {

struct Answer {
  int code = 0;
  std::vector<std::string> addresses;
};

Answer ask_system(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  Answer answer;
  answer.code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (answer.code != 0) return answer;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> name{};
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, name.data(), name.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0)
      continue;
    if (std::find(answer.addresses.begin(), answer.addresses.end(), name.data()) == answer.addresses.end()) {
      answer.addresses.emplace_back(name.data());
    }
  }
  ::freeaddrinfo(list);
  return answer;
}

// getaddrinfo cannot be interrupted and may take minutes when no name server answers. So it runs on a thread of
// its own, which is left behind when nobody waits any more; both sides own the question.
struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  bool done = false;
  Answer answer;
};

Result<Answer> ask_in_background(const std::string& host, const Wait& wait) {
  const auto question = std::make_shared<Question>();
  try {
    std::thread([question, host] {
      Answer answer = ask_system(host, AI_ADDRCONFIG);
      const std::lock_guard lock(question->mutex);
      question->answer = std::move(answer);
      question->done = true;
      question->answered.notify_one();
    }).detach();
  } catch (const std::system_error& error) {
    return Error{ErrorCode::endpoint_unreachable, "",
                 std::string("no thread to look up the name: ") + error.what(), ""};
  }
  std::unique_lock lock(question->mutex);
  while (!question->answered.wait_for(lock, wait_poll, [&] { return question->done; })) {
    KINDLING_TRY_VOID(wait.check());
  }
  return std::move(question->answer);
}

}  // namespace

Result<std::vector<std::string>> resolve(const std::string& host, const Wait& wait) {
  if (Answer numeric = ask_system(host, AI_NUMERICHOST); numeric.code == 0) return std::move(numeric.addresses);
  KINDLING_TRY(Answer answer, ask_in_background(host, wait));
  if (answer.code != 0 || answer.addresses.empty()) {
    return Error{ErrorCode::endpoint_unreachable, "",
                 std::string("the host name is not found (") + ::gai_strerror(answer.code) + ")",
                 "check the address and the network"};
  }
  return std::move(answer.addresses);
}

}  // namespace kindling
