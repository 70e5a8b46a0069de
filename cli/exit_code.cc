#include "cli/exit_code.h"

namespace kindling {

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::no_evidence:
      return ExitCode::no_result;
    case ErrorCode::usage:
    case ErrorCode::not_found:
    case ErrorCode::unreadable:
    case ErrorCode::malformed:
    case ErrorCode::unsupported:
    case ErrorCode::encrypted:
    case ErrorCode::no_text:
    case ErrorCode::too_large:
    case ErrorCode::decoder_crashed:
      return ExitCode::usage;
    case ErrorCode::configuration:
    case ErrorCode::authentication:
      return ExitCode::configuration;
    case ErrorCode::index_missing:
    case ErrorCode::index_corrupt:
    case ErrorCode::index_version:
    case ErrorCode::index_locked:
    case ErrorCode::encoder_mismatch:
    case ErrorCode::disk_full:
    case ErrorCode::io:
      return ExitCode::index;
    case ErrorCode::endpoint_refused:
    case ErrorCode::endpoint_unreachable:
    case ErrorCode::context_overflow:
    case ErrorCode::timed_out:
      return ExitCode::endpoint;
    case ErrorCode::budget_impossible:
      return ExitCode::budget;
    case ErrorCode::cancelled:
      return ExitCode::interrupted;
  }
  return ExitCode::usage;
}

}  // namespace kindling
