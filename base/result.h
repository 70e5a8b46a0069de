// The outcome of an operation that can fail for reasons outside the program: disk, network, user, foreign bytes.
//
// A programmer's mistake is not an Error: it stops the process (see base/check.h). No exception crosses a room; an adapter
// to a library that throws catches and returns an Error.
//
// An Error is written for the person who must act on it. The command line prints it as one line,
//   kindling: WHAT: WHERE: WHY; MEND
// where WHAT is the verb. `where` grows on the way up: a reader of bytes says "byte 812", its caller puts the file in front.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace kindling {

// What kind of failure, stable for programs: the `error.code` of the JSON output. cli/exit_code.h maps each to an exit code.
enum class ErrorCode : std::uint8_t {
  usage,                 // a command, flag or query that cannot be meant
  configuration,         // a setting, profile or model folder that does not hold together
  authentication,        // no key, or the endpoint refuses it
  not_found,             // a file, document or profile that is not there
  unreadable,            // permission, or not a regular file
  malformed,             // bytes that are not what they claim to be
  unsupported,           // well-formed, but of a kind not known here
  encrypted,             // needs a password
  no_text,               // read, but holds no text (a scanned PDF, an empty file)
  too_large,             // exceeds a named limit
  timed_out,             // a bound on time was reached
  io,                    // the operating system failed a file operation
  disk_full,             // no space left
  index_missing,
  index_corrupt,
  index_version,         // written by another version of the format
  index_locked,          // another writer holds it
  encoder_mismatch,      // the index was built with another encoder or tokenizer
  endpoint_refused,      // the endpoint answered, with a refusal
  endpoint_unreachable,  // no connection, or it broke
  context_overflow,      // the endpoint says that the request exceeds its window
  budget_impossible,     // a token budget that cannot hold the question and one unit of evidence
  no_evidence,           // the collection does not say
  cancelled,             // the user or the caller gave up
  decoder_crashed,       // the confined decoder died on this document
};

[[nodiscard]] std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::io;
  std::string where;  // file, place in it; outermost first, separated by ": "
  std::string why;    // what is wrong, in words of the reader
  std::string mend;   // what to do about it; may be empty

  // The same error seen from one level up: `place` goes in front of `where`.
  [[nodiscard]] Error within(std::string_view place) const&;
  [[nodiscard]] Error within(std::string_view place) &&;

  // "WHERE: WHY; MEND", one line: control characters are replaced by blanks.
  [[nodiscard]] std::string sentence() const;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}       // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}   // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires: ok().
  [[nodiscard]] T& value() & { check_ok(); return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& { check_ok(); return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && { check_ok(); return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  // Requires: !ok().
  [[nodiscard]] const Error& error() const& { KINDLING_CHECK(!ok()); return *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && { KINDLING_CHECK(!ok()); return std::move(*std::get_if<1>(&state_)); }

  // Adds a place to the error, if there is one.
  [[nodiscard]] Result within(std::string_view place) && {
    if (ok()) return std::move(*this);
    return std::move(*this).error().within(place);
  }

 private:
  void check_ok() const {
    if (!ok()) check_failed("Result holds a value", __FILE__, __LINE__, std::get_if<1>(&state_)->sentence());
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { if (!ok()) check_failed("Result holds a value", __FILE__, __LINE__, error_->sentence()); }
  [[nodiscard]] const Error& error() const& { KINDLING_CHECK(!ok()); return *error_; }
  [[nodiscard]] Error&& error() && { KINDLING_CHECK(!ok()); return std::move(*error_); }
  [[nodiscard]] Result within(std::string_view place) && {
    if (ok()) return {};
    return std::move(*error_).within(place);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace kindling

#define KINDLING_JOIN_(a, b) a##b
#define KINDLING_JOIN(a, b) KINDLING_JOIN_(a, b)

// KINDLING_TRY(auto text, read(path));  declares `text`, or returns the error from the enclosing function.
#define KINDLING_TRY(declaration, ...)                                                          \
  auto KINDLING_JOIN(result_, __LINE__) = (__VA_ARGS__);                                        \
  if (!KINDLING_JOIN(result_, __LINE__).ok()) return std::move(KINDLING_JOIN(result_, __LINE__)).error(); \
  declaration = std::move(KINDLING_JOIN(result_, __LINE__)).value()

// KINDLING_TRY_VOID(sync(path));  for a Status.
#define KINDLING_TRY_VOID(...)                                                                  \
  do {                                                                                          \
    auto status_ = (__VA_ARGS__);                                                               \
    if (!status_.ok()) return std::move(status_).error();                                       \
  } while (false)
