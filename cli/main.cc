#include <string>
#include <vector>

#include "base/cancellation.h"
#include "cli/run.h"
#include "cli/signals.h"

int main(int count, char** words) {
  static kindling::Cancellation cancellation;  // static: a signal may come after main has returned
  kindling::cancel_on_signals(cancellation);
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  return static_cast<int>(kindling::run(arguments, cancellation));
}
