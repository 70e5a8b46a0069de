#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace kindling {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{ErrorCode::malformed, "number", "is odd", "give an even one"};
  return n / 2;
}

Result<int> quarter(int n) {
  KINDLING_TRY(const int h, half(n).within("first"));
  KINDLING_TRY(const int q, half(h).within("second"));
  return q;
}

Status only_even(int n) {
  KINDLING_TRY_VOID([&]() -> Status { return n % 2 == 0 ? Status() : Status(Error{ErrorCode::usage, "", "odd", ""}); }());
  return {};
}

TEST(Result, CarriesTheValueOrTheErrorWithItsPlace) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().sentence(), "second: number: is odd; give an even one");
  EXPECT_TRUE(only_even(2).ok());
  EXPECT_EQ(only_even(3).error().code, ErrorCode::usage);
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> owned = std::move(result).value();
  EXPECT_EQ(*owned, 7);
}

TEST(Error, IsOneLineWhateverTheNamesHold) {
  const Error error{ErrorCode::not_found, "a\nb\x1b[2J", "gone", ""};
  EXPECT_EQ(error.sentence(), "a b [2J: gone");
}

TEST(ResultDeathTest, ReadingTheValueOfAnErrorStops) {
  EXPECT_DEATH(static_cast<void>(half(1).value()), "is odd");
}

}  // namespace
}  // namespace kindling
