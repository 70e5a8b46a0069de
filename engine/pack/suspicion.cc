#include "engine/pack/suspicion.h"

namespace kindling {

std::string_view to_string(SuspicionKind kind) {
  switch (kind) {
    case SuspicionKind::invisible:
      return "invisible";
    case SuspicionKind::template_token:
      return "template_token";
    case SuspicionKind::fence_marker:
      return "fence_marker";
    case SuspicionKind::instruction:
      return "instruction";
  }
  return "unknown";
}

}  // namespace kindling
