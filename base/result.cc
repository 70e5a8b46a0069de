#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace kindling {

void check_failed(std::string_view condition, const char* file, int line, std::string_view detail) {
  std::fprintf(stderr, "kindling: internal: %s:%d: check failed: %.*s%s%.*s; please report this\n", file, line,
               static_cast<int>(condition.size()), condition.data(), detail.empty() ? "" : ": ",
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return "usage";
    case ErrorCode::configuration: return "configuration";
    case ErrorCode::authentication: return "authentication";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::unreadable: return "unreadable";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::encrypted: return "encrypted";
    case ErrorCode::no_text: return "no_text";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::io: return "io";
    case ErrorCode::disk_full: return "disk_full";
    case ErrorCode::index_missing: return "index_missing";
    case ErrorCode::index_corrupt: return "index_corrupt";
    case ErrorCode::index_version: return "index_version";
    case ErrorCode::index_locked: return "index_locked";
    case ErrorCode::encoder_mismatch: return "encoder_mismatch";
    case ErrorCode::endpoint_refused: return "endpoint_refused";
    case ErrorCode::endpoint_unreachable: return "endpoint_unreachable";
    case ErrorCode::context_overflow: return "context_overflow";
    case ErrorCode::budget_impossible: return "budget_impossible";
    case ErrorCode::no_evidence: return "no_evidence";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::decoder_crashed: return "decoder_crashed";
  }
  return "unknown";
}

namespace {

void prepend_place(std::string& where, std::string_view place) {
  if (place.empty()) return;
  where = where.empty() ? std::string(place) : std::string(place) + ": " + where;
}

}  // namespace

Error Error::within(std::string_view place) const& {
  Error outer = *this;
  prepend_place(outer.where, place);
  return outer;
}

Error Error::within(std::string_view place) && {
  prepend_place(where, place);
  return std::move(*this);
}

std::string Error::sentence() const {
  std::string line = where;
  if (!line.empty() && !why.empty()) line += ": ";
  line += why;
  if (!mend.empty()) line += "; " + mend;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

}  // namespace kindling
