// JSON values (RFC 8259): read from foreign bytes within limits, built by us, written on one line.
//
// A value type with members in the order of insertion. Numbers keep integers apart from doubles. Boost.JSON does the
// parsing behind this header, and toml++ behind `parse_toml`, so that both stay in one translation unit each.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace kindling {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                                        // null
  Json(std::nullptr_t) {}                                                  // NOLINT: implicit on purpose, as all below
  Json(bool value) : value_(value) {}                                      // NOLINT
  Json(double value) : value_(value) {}                                    // NOLINT
  Json(float value) : value_(static_cast<double>(value)) {}                // NOLINT
  template <typename Integer>
    requires std::is_integral_v<Integer>
  Json(Integer value) : value_(static_cast<std::int64_t>(value)) {}        // NOLINT
  Json(std::string value) : value_(std::move(value)) {}                    // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}             // NOLINT
  Json(const char* value) : value_(std::string(value)) {}                  // NOLINT
  Json(Array value) : value_(std::move(value)) {}                          // NOLINT
  [[nodiscard]] static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
  // Of members with distinct names, in time of their number (`set` looks for the name each time).
  [[nodiscard]] static Json object_of(Object members) { return Json(std::move(members)); }
  [[nodiscard]] static Json array() { return Json(Array{}); }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }

  // The value, or `otherwise` when it is of another kind: foreign JSON is read leniently, field by field.
  [[nodiscard]] std::string_view as_string(std::string_view otherwise = {}) const;
  [[nodiscard]] std::int64_t as_integer(std::int64_t otherwise = 0) const;  // a double with an integral value counts
  [[nodiscard]] double as_double(double otherwise = 0) const;
  [[nodiscard]] bool as_bool(bool otherwise = false) const;
  [[nodiscard]] const Array& items() const;      // empty unless an array
  [[nodiscard]] const Object& members() const;   // empty unless an object

  // A member, or a null value when this is no object or has none of that name.
  [[nodiscard]] const Json& operator[](std::string_view name) const;
  // Dotted path: at("usage.prompt_tokens").
  [[nodiscard]] const Json& at(std::string_view path) const;
  [[nodiscard]] bool has(std::string_view name) const;

  // Building. `set` replaces a member of that name; a null value becomes an object (or array) first.
  Json& set(std::string_view name, Json value);
  Json& push(Json value);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  explicit Json(Object value) : value_(std::move(value)) {}
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// Errors: `malformed` with the byte where reading stopped. Nesting is limited to `depth_max`. Lone surrogates in \u escapes
// are malformed.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::size_t depth_max = 64);

// TOML 1.0 to the same values; dates become strings. Errors: `malformed` with line and column.
[[nodiscard]] Result<Json> parse_toml(std::string_view text);

// One line, valid UTF-8 (invalid bytes become U+FFFD), no NaN (null instead).
[[nodiscard]] std::string to_string(const Json& value);

}  // namespace kindling
