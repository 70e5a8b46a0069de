#include "cli/signals.h"

#include <csignal>

#include <atomic>

namespace kindling {
namespace {

// A handler gets nothing but the signal's number, so that what it acts on must be reachable from anywhere.
std::atomic<Cancellation*> to_cancel = nullptr;
std::atomic<int> signal_seen = 0;
static_assert(std::atomic<Cancellation*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  signal_seen.store(signal);
  to_cancel.load()->cancel();
}

// A signal that the caller had us ignore (nohup, a shell's background job) stays ignored.
void catch_signal(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = on_signal;
  action.sa_flags =
      static_cast<int>(SA_RESETHAND);  // the second one is not caught; no SA_RESTART: waiting reads wake up
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void cancel_on_signals(Cancellation& cancellation) {
  to_cancel.store(&cancellation);
  catch_signal(SIGINT);
  catch_signal(SIGTERM);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<ExitCode> exit_code_of_signal() {
  switch (signal_seen.load()) {
    case SIGINT:
      return ExitCode::interrupted;
    case SIGTERM:
      return ExitCode::terminated;
    default:
      return std::nullopt;
  }
}

}  // namespace kindling
